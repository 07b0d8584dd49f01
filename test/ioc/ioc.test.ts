import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-ioc-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const quiet = () => {
  let text = "";
  const sink = {
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  };
  return { streams: { stdout: sink, stderr: sink }, output: () => text };
};

async function bootedIoc(
  database: string,
): Promise<{ ioc: Ioc; output: () => string; env: NodeJS.ProcessEnv }> {
  const file = join(directory, `db${Math.random()}.db`);
  writeFileSync(file, database);
  const env = await loopbackEnvironment();
  const { streams, output } = quiet();
  const ioc = createIoc({ environment: { ...process.env, ...env }, streams });
  await ioc.shell.runLine(`dbLoadRecords("${file}")`);
  await ioc.shell.runLine("iocInit");
  return { ioc, output, env };
}

test("a record loaded by the shell is served by Channel Access", async () => {
  const { ioc, env } = await bootedIoc('record(ao, "ioc:value") { field(VAL, "4.5") }');
  const client = new CaClient({ environment: env });
  const sample = await client.connect("ioc:value").read({ timeoutSeconds: 30 });
  client.close();
  await ioc.stop();
  assert.equal(sample.value, 4.5);
});

test("RSRV_SERVER_PORT says where Channel Access is served", async () => {
  const env: NodeJS.ProcessEnv = await loopbackEnvironment();
  const ioc = createIoc({ environment: env, streams: quiet().streams });
  await ioc.iocInit();
  const port = ioc.caServer?.tcpPort;
  await ioc.stop();
  assert.equal(env["RSRV_SERVER_PORT"], String(port));
});

test("a database with errors says where, and its good records are served", async () => {
  const { ioc, output } = await bootedIoc(
    'record(ao, "ioc:good") {}\nrecord(aoo, "ioc:typo") {}\nrecord(ao, "ioc:field") { field(VALL, "1") }',
  );
  const served = ioc.engine.has("ioc:good");
  await ioc.stop();
  assert.ok(served);
  assert.match(output(), /\.db:2: .*aoo/);
  assert.match(output(), /\.db:3: .*VALL/);
});

test("a taken Channel Access port is replaced by a free one", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const address = blocker.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const env = { ...(await loopbackEnvironment()), EPICS_CA_SERVER_PORT: String(port) };
  const ioc = createIoc({ environment: env, streams: quiet().streams });
  await ioc.iocInit();
  const taken = ioc.caServer?.tcpPort;
  await ioc.stop();
  blocker.close();
  assert.notEqual(taken, undefined);
  assert.notEqual(taken, port);
});
