import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { createIoc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-servers-"));
after(() => rmSync(directory, { recursive: true }));

test("casr and pvxsl say who is connected and what is served", async (t) => {
  const database = join(directory, "test.db");
  writeFileSync(database, 'record(ao, "s:ao") { alias("s:alias") }\nrecord(bo, "s:bo") { }\n');
  const environment = await loopbackEnvironment();
  let text = "";
  const sink = { write: (more: string) => (text += more) };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  t.after(() => ioc.stop());
  await ioc.shell.runLine(`dbLoadRecords("${database}")`);
  await ioc.shell.runLine("iocInit");
  const client = new CaClient({
    environment: { ...environment, EPICS_CA_SERVER_PORT: String(ioc.caServer?.udpPort) },
  });
  t.after(() => client.close());
  await client.connect("s:ao").read({ timeoutSeconds: 30 });

  const said = async (line: string): Promise<string> => {
    text = "";
    await ioc.shell.runLine(line);
    return text;
  };
  assert.equal(await said("casr"), "Channel Access Server V4.13\n1 client connected.\n");
  const listed =
    /^Channel Access Server V4\.13\n1 client connected:\n {4}TCP client at 127\.0\.0\.1:\d+ '.*':\n\tUser '.*', V4\.13, Priority = 0, 1 Channel\n {8}Channel: 's:ao'\nCAS-TCP server on/;
  assert.match(await said("casr 2"), listed);
  assert.equal(await said("pvxsl"), "s:alias\ns:ao\ns:bo\n");
  assert.match(await said("pvxsr 2"), /^EPICS_PVAS_SERVER_PORT=\d+\nSource: records prio=0 \n {4}s:alias$/m);
});
