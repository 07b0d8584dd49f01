import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";
import { bareShell } from "./support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "boot-"));
after(() => rmSync(directory, { recursive: true }));

// Boot scripts name everything relative to the directory that they run in.
const home = process.cwd();
beforeEach(() => process.chdir(home));
afterEach(() => process.chdir(home));

const saveRestore = `### save_restore setup
save_restoreSet_Debug(0)
save_restoreSet_IncompleteSetsOk(1)
save_restoreSet_DatedBackupFiles(1)
save_restoreSet_NumSeqFiles(3)
save_restoreSet_SeqPeriodInSeconds(300)
set_savefile_path(".", "autosave")
set_pass0_restoreFile("auto_settings.sav")
set_pass1_restoreFile("auto_settings.sav")
set_requestfile_path(".",  "")
set_requestfile_path(".",  "autosave")
set_requestfile_path($(AUTOSAVE), "db")
set_requestfile_path($(TOP),      "db")
`;

/** The commands of an upstream st.cmd, in its order and spelling. */
const startup = (r: string, app: string, substitutions: string, controller: string): string => `< envPaths

epicsEnvSet("P", "2bmb:")
epicsEnvSet("R", "${r}")

## Register all support components
dbLoadDatabase "../../dbd/${app}.dbd"
${app}_registerRecordDeviceDriver pdbbase
${controller}
dbLoadTemplate("${substitutions}")

< save_restore.cmd
save_restoreSet_status_prefix($(P))
dbLoadRecords("$(AUTOSAVE)/asApp/Db/save_restoreStatus.db", "P=$(P)")

iocInit

create_monitor_set("auto_settings.req", 30, "P=$(P),R=$(R)")
`;

const controller = `drvAsynIPPortConfigure("PSO_PORT", "10.54.113.61:8001", 0, 0, 0)
asynOctetSetInputEos(PSO_PORT, 0, "\\n")
asynOctetSetOutputEos(PSO_PORT, 0, "\\n")
asynSetTraceIOMask(PSO_PORT, 0, ESCAPE)
asynSetTraceMask(PSO_PORT, 0, DRIVER|ERROR)
`;

/** An upstream boot directory with the beamline's own substitutions and request file; TOP has no build products. */
function upstreamDirectory(top: string, upstream: string, script: string): string {
  const place = join(top, "iocBoot", upstream.split("/").at(-1) ?? "");
  mkdirSync(join(place, "autosave"), { recursive: true });
  cpSync(join(sharedDirectory, "beamline", upstream), place, { recursive: true });
  writeFileSync(join(place, "st.cmd"), script);
  writeFileSync(join(place, "save_restore.cmd"), saveRestore);
  return place;
}

async function boot(place: string) {
  const session = bareShell();
  process.chdir(place);
  await session.shell.runScript("st.cmd");
  const complaints = session.stderr.complaints
    .split("\n")
    .filter((line) => line !== "" && !line.includes("accepted, has no effect here"));
  return { ...session, complaints };
}

const scanScript = startup("TomoScanStream:", "tomoScanApp", "tomoScanStream.substitutions", controller);
const streamScript = startup("TomoStream:", "tomoStreamApp", "tomoStream.substitutions", "");
const firstBoot = /^autosave: nothing restored: .*auto_settings\.sav: No such file or directory$/;

test(
  "an unmodified boot directory of the 2-BM stream scan boots without its build products",
  needsShared,
  async () => {
    const top = mkdtempSync(join(directory, "top-"));
    const place = upstreamDirectory(top, "tomoscan/iocBoot/iocTomoScanStream_2BMB", scanScript);
    const { engine, complaints, stop } = await boot(place);
    assert.equal(complaints.length, 1);
    assert.match(complaints[0] ?? "", firstBoot);
    assert.equal(engine.getString("2bmb:TomoScanStream:CameraPVPrefix"), "2bmSP1:");
    assert.equal(engine.getString("2bmb:TomoScanStream:StreamScanType.VAL") !== "", true);
    assert.equal(engine.getString("2bmb:SR_status") !== "", true);
    stop();
    const saved = readFileSync(join(place, "autosave", "auto_settings.sav"), "utf8");
    assert.match(saved, /^2bmb:TomoScanStream:RotationPVName 2bmb:m102$/m);
    assert.doesNotMatch(saved, /^!/m);
  },
);

test("what an operator sets in one session is there in the next", needsShared, async () => {
  const top = mkdtempSync(join(directory, "top-"));
  const place = upstreamDirectory(top, "tomoscan/iocBoot/iocTomoScanStream_2BMB", scanScript);
  const first = await boot(place);
  first.engine.put("2bmb:TomoScanStream:NumAngles", 1234);
  first.engine.put("2bmb:TomoScanStream:SampleName", "cork");
  first.engine.put("2bmb:TomoScanStream:FilePath", "/data/2026-11");
  first.stop();
  const second = await boot(place);
  assert.deepEqual(second.complaints, []);
  assert.equal(second.engine.get("2bmb:TomoScanStream:NumAngles"), 1234);
  assert.equal(second.engine.getString("2bmb:TomoScanStream:SampleName"), "cork");
  const path = Buffer.from(second.engine.get("2bmb:TomoScanStream:FilePath") as Uint8Array).toString();
  assert.match(path, /^\/data\/2026-11\0/);
  second.stop();
});

test(
  "the upstream reconstruction directory boots; the request file it lacks is one line",
  needsShared,
  async () => {
    const top = mkdtempSync(join(directory, "top-"));
    const place = upstreamDirectory(top, "tomostream/iocBoot/iocTomoStream_2BM", streamScript);
    const { engine, complaints, stop } = await boot(place);
    assert.deepEqual(complaints.slice(1), [
      "autosave: auto_settings.req:1: unable to open request file tomoStream.req",
    ]);
    assert.ok(engine.has("2bmb:TomoStream:StartRecon"));
    stop();
  },
);

for (const [name, record] of [
  ["iocTomoScanStream_2BMB", "2bmb:TomoScanStream:StartScan"],
  ["iocTomoScan_2BMB", "2bmb:TomoScan:PixelsYPer360Deg"],
  ["iocTomoStream_2BM", "2bmb:TomoStream:StartRecon"],
] as const) {
  test(`our own ${name} boots without a complaint`, async () => {
    const place = join(mkdtempSync(join(directory, "own-")), "iocBoot", name);
    cpSync(join(repositoryRoot, "iocBoot", name), place, { recursive: true });
    const { engine, complaints, stop } = await boot(place);
    assert.deepEqual(
      complaints.filter((line) => !firstBoot.test(line)),
      [],
    );
    assert.ok(engine.has(record));
    stop();
  });
}
