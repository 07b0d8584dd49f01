import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-elsewhere-"));
after(() => rmSync(directory, { recursive: true, force: true }));

async function booted(database: string, environment: NodeJS.ProcessEnv): Promise<Ioc> {
  const file = join(directory, `${Math.random()}.db`);
  writeFileSync(file, database);
  const sink = { write: () => undefined };
  const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
  await ioc.shell.runLine(`dbLoadRecords ${file}`);
  await ioc.shell.runLine("iocInit");
  return ioc;
}

/** Resolves when the IOC has saved its first set, as its status record says. */
const saved = (ioc: Ioc): Promise<void> =>
  new Promise((resolve) => {
    const pv = ioc.pvs.pv("a:SR_0_Status");
    const watching = pv.sample$.subscribe(({ value }) => {
      if (value !== 4) return;
      resolve();
      setImmediate(() => watching.unsubscribe());
    });
  });

test("PVs of other IOCs are saved and restored with those of this one", async () => {
  const environment = await loopbackEnvironment();
  const other = await booted(
    `record(ao, "b:x") { field(VAL, "1.5") } record(mbbo, "b:mode") { field(ONST, "On") field(VAL, "1") }
     record(waveform, "b:curve") { field(FTVL, "DOUBLE") field(NELM, "3") }`,
    environment,
  );
  const own = {
    ...(await loopbackEnvironment()),
    EPICS_CA_ADDR_LIST: `127.0.0.1:${other.caServer?.tcpPort}`,
  };
  const ioc = await booted('record(ao, "a:x") { field(VAL, "7") } record(longin, "a:SR_0_Status") {}', own);
  try {
    writeFileSync(join(directory, "s.req"), "a:x\nb:x\nb:mode\nb:curve\n");
    const run = (line: string) => ioc.shell.runLine(line);
    await run(`set_requestfile_path ${directory}`);
    await run(`set_savefile_path ${directory}`);
    await run("save_restoreSet_status_prefix a:");
    await run("create_monitor_set s.req 30");
    await saved(ioc);
    const [, ...lines] = readFileSync(join(directory, "s.sav"), "utf8").split("\n");
    assert.deepEqual(lines, ["a:x 7", "b:x 1.5", "b:mode 1", "b:curve @array@ { }", "<END>", ""]);

    writeFileSync(join(directory, "r.sav"), 'a:x 8\nb:x 2.25\nb:mode 0\nb:curve @array@ { "1" "2" }\n');
    const { ok } = await run("fdbrestoreX r.sav");
    assert.ok(ok);
    assert.equal(ioc.engine.get("a:x"), 8);
    assert.equal(other.engine.get("b:x"), 2.25);
    assert.equal(other.engine.get("b:mode"), 0);
    assert.deepEqual(other.engine.get("b:curve"), Float64Array.of(1, 2));
  } finally {
    await ioc.stop();
    await other.stop();
  }
});
