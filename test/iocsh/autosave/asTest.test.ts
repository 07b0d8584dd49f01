import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { DeviceRecord } from "../../../src/records/index.js";
import { bareShell } from "../support/shell.js";

// The cases of EPICS Base's asTest, which tries the moments of iocInit that autosave uses.

const DATABASE = `record(ao, "rec0") { field(DESC, "foobar") field(DTYP, "asTest") field(VAL, "1") field(OUT, "rec0.DISV") }
record(waveform, "rec1") { field(DTYP, "asTest") field(FTVL, "DOUBLE") field(NELM, "5") }`;

const PASS_0 = `rec0.VAL 2
rec0.DESC hello
rec1.DESC world
rec0.OUT rec0.SEVR
rec0.SDIS rec0.STAT
rec1.VAL @array@ { "9" }
<END>
`;
const PASS_1 = `rec0.VAL 4
rec1.VAL @array@ { "1" "2" "3" "4" "5" }
rec0.SDIS rec0.PHAS
<END>
`;

test("pass 0 comes before the records are initialised, pass 1 after it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "autosave-asTest-"));
  for (const [name, text] of Object.entries({ "t.db": DATABASE, "0.sav": PASS_0, "1.sav": PASS_1 }))
    writeFileSync(join(directory, name), text);
  const { shell, engine, stop } = bareShell();
  const atInit: Record<string, unknown> = {};
  engine.addDeviceSupport({
    dtyp: "asTest",
    recordTypes: ["ao", "waveform"],
    attach(record: DeviceRecord) {
      for (const field of record.recordType === "ao" ? ["VAL", "DESC", "OUT", "SDIS"] : ["DESC", "NORD"])
        atInit[`${record.name}.${field}`] = engine.getString(`${record.name}.${field}`);
      if (record.recordType === "ao") record.setField("VAL", 3);
      return {};
    },
  });
  for (const line of [
    `set_savefile_path ${directory}`,
    "set_pass0_restoreFile 0.sav",
    "set_pass1_restoreFile 1.sav",
    `dbLoadRecords ${directory}/t.db`,
    "iocInit",
  ])
    await shell.runLine(line);
  const after = {
    value: engine.get("rec0.VAL"),
    array: engine.get("rec1.VAL"),
    count: engine.get("rec1.NORD"),
    link: engine.getString("rec0.SDIS"),
  };
  stop();
  rmSync(directory, { recursive: true });
  assert.deepEqual(atInit, {
    "rec0.VAL": "2",
    "rec0.DESC": "hello",
    "rec0.OUT": "rec0.SEVR NPP NMS",
    "rec0.SDIS": "rec0.STAT NPP NMS",
    "rec1.DESC": "world",
    "rec1.NORD": "0",
  });
  assert.deepEqual(after, {
    value: 4,
    array: Float64Array.of(1, 2, 3, 4, 5),
    count: 5,
    link: "rec0.STAT NPP NMS",
  });
});
