import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { CaClient } from "../../../src/ca/index.js";
import { createIoc } from "../../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { logServer } from "../../support/logServer.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-putlog-"));
after(() => rmSync(directory, { recursive: true, force: true }));

const who = `${hostname().toLowerCase()} ${userInfo().username}`;

async function loggingIoc(context: TestContext) {
  const environment: NodeJS.ProcessEnv = { ...(await loopbackEnvironment()), EPICS_AS_PUT_LOG_PV: "log" };
  writeFileSync(
    join(directory, "t.db"),
    `record(ao, "a") { field(VAL, "1") } record(stringout, "s") {} record(longout, "n") {}
     record(waveform, "log") { field(FTVL, "CHAR") field(NELM, "256") }`,
  );
  writeFileSync(join(directory, "t.acf"), "ASG(DEFAULT) { RULE(1,READ) RULE(1,WRITE,TRAPWRITE) }");
  let output = "";
  const sink = {
    write(text: string) {
      output += text;
    },
  };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  context.after(() => ioc.stop());
  const client = new CaClient({ environment });
  context.after(() => client.close());
  const run = async (line: string) => (await ioc.shell.runLine(line)).ok;
  for (const line of [`asSetFilename ${directory}/t.acf`, `dbLoadRecords ${directory}/t.db`, "iocInit"])
    assert.ok(await run(line));
  const put = async (pv: string, value: number | string) => {
    const channel = client.connect(pv);
    await channel.read({ timeoutSeconds: 30 });
    const typed = typeof value === "string" ? "STRING" : "DOUBLE";
    await channel.writeNotify({ type: typed, value }, { timeoutSeconds: 30 });
  };
  return { ioc, run, put, output: () => output };
}

/** A line without prefix and time. */
const change = (line: string): string => line.replace(/^(2bm: )?\S+ \S+ /, "");

test("caPutLog's lines tell who changed what; quick puts to one PV are one line", async (context) => {
  const server = await logServer(context);
  const { ioc, run, put, output } = await loggingIoc(context);
  assert.ok(await run(`caPutLogInit("${server.address}", 0, 60)`));
  assert.ok(await run('iocLogPrefix "2bm: "'));
  for (const value of [2, 7, 5]) await put("a", value);
  await put("s", 'say "hi"');
  await put("n", 0);
  await run("dbpf n 3");
  await put("a", 6);
  await put("n", 4);
  const first = await server.line();
  assert.match(first, /^2bm: \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d /);
  assert.equal(change(first), `${who} a new=5 old=1 min=2 max=7`);
  assert.equal(change(await server.line()), `${who} s new="say \\"hi\\"" old=""`);
  assert.equal(change(await server.line()), `${who} a new=6 old=5`, "neither no change nor the shell's put");
  assert.ok(ioc.engine.getString("log").endsWith(`${who} a new=6 old=5`));
  await run("caPutLogShow 1");
  assert.match(
    output(),
    /caPutLog mode: 0 = default \(on change, squash bursts\)\ncaPutLog Total Count: 7\n/,
  );
  assert.match(output(), new RegExp(`connected to log server at "${server.address}"`));
});

test("every single put is logged where that is asked for, as JSON too", async (context) => {
  const server = await logServer(context);
  const { run, put } = await loggingIoc(context);
  assert.ok(await run("caPutJsonLogAddMetadata beamline 2-BM"));
  assert.ok(await run(`caPutJsonLogInit("${server.address}", 2)`));
  for (const value of [2, 2]) await put("a", value);
  const lines = [await server.line(), await server.line()].map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ user, beamline, pv, new: value, old }) => ({ user, beamline, pv, value, old })),
    [
      { user: userInfo().username, beamline: "2-BM", pv: "a", value: 2, old: 1 },
      { user: userInfo().username, beamline: "2-BM", pv: "a", value: 2, old: 2 },
    ],
  );
});

test("puts of pvAccess clients are logged with their user and address", async (context) => {
  const server = await logServer(context);
  const { ioc, run } = await loggingIoc(context);
  assert.ok(await run(`caPutLogInit("${server.address}", 2)`));
  await ioc.pvaClient.put("a", { value: 8 });
  assert.equal(change(await server.line()), `127.0.0.1 ${userInfo().username} a new=8 old=1`);
});

test("a burst ends when its time has passed without a put", async (context) => {
  const server = await logServer(context);
  const { run, put } = await loggingIoc(context);
  assert.ok(await run(`caPutLogInit("${server.address}", 1, 0.05)`));
  await put("a", 1);
  assert.equal(change(await server.line()), `${who} a new=1 old=1`);
});

test("put logging says what it misses", async (context) => {
  const { run, output } = await loggingIoc(context);
  assert.ok(!(await run("caPutLogShow")));
  assert.ok(!(await run("caPutLogInit")));
  assert.ok(!(await run("caPutLogInit 127.0.0.1:7011 5")));
  assert.match(output(), /caPutLog not initialized/);
  assert.match(output(), /server address not specified/);
  assert.match(output(), /config must be -1, 0, 1, or 2/);
});
