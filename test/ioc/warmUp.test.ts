import assert from "node:assert/strict";
import { test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { createIoc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

test("an IOC that compiles its code ahead shows nothing of it, and serves and stops meanwhile", async (t) => {
  const environment = await loopbackEnvironment();
  let text = "";
  const sink = { write: (more: string) => (text += more) };
  const ioc = createIoc({ warmUp: true, environment, streams: { stdout: sink, stderr: sink } });
  t.after(() => ioc.stop());
  ioc.engine.load({
    records: [
      {
        name: "w:ao",
        type: "ao",
        fields: new Map(),
        aliases: [],
        info: new Map(),
        location: { file: "test", line: 1 },
      },
    ],
    aliases: [],
  });
  await ioc.shell.runLine("iocInit");
  const port = String(ioc.caServer?.udpPort);
  const client = new CaClient({ environment: { ...environment, EPICS_CA_SERVER_PORT: port } });
  t.after(() => client.close());
  await client.connect("w:ao").read({ timeoutSeconds: 5 });

  text = "";
  await ioc.shell.runLine("casr");
  await ioc.shell.runLine("dbl");
  assert.equal(text, "Channel Access Server V4.13\n1 client connected.\nw:ao\n");
});
