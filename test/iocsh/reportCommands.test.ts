import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { bareShell } from "./support/shell.js";

const directory = mkdtempSync(join(tmpdir(), "reports-"));
after(() => rmSync(directory, { recursive: true }));

const database = join(directory, "test.db");
writeFileSync(
  database,
  `
record(ao, "u:ao") { field(OUT, "other:x PP CA") info(autosaveFields, "VAL PREC") }
record(calc, "u:calc") { field(INPA, "u:ao") field(INPB, "nowhere:y CPP MS") field(SCAN, "Event") field(EVNT, "go") }
record(calc, "u:calc2") { field(SCAN, "Event") field(EVNT, "3") field(PRIO, "HIGH") }
record(ai, "u:ai") { field(SCAN, "2 second") }
`,
);

/** What EPICS Base 7.0.10 prints for these records. */
const reports: readonly (readonly [command: string, output: string])[] = [
  ["dbli", 'u:ao info(autosaveFields, "VAL PREC")\n'],
  ['dbli "nothing*"', ""],
  ["scanppl", "Records with SCAN = '2 second' (0 over-runs):\n    u:ai                        \n"],
  ["scanppl 1", ""],
  [
    "scanpel",
    'Event "3"\n Priority High\n    u:calc2                     \nEvent "go"\n Priority Low\n    u:calc                      \n',
  ],
  ["scanpel go", 'Event "go"\n Priority Low\n    u:calc                      \n'],
  [
    "dbcar * 1",
    "CA links in all records\n\n" +
      "                        u:ao.OUT  --> other:x\n" +
      "                      u:calc.INPB --> nowhere:y\n\n" +
      "Total 2 CA links; 0 connected, 2 not connected.\n",
  ],
];

for (const [command, output] of reports) {
  test(`${command} reports on records as EPICS Base does`, async () => {
    const { shell, stdout, stop } = bareShell();
    await shell.runLine(`dbLoadRecords("${database}")`);
    await shell.runLine("iocInit");
    stdout.text = "";
    await shell.runLine(command);
    stop();
    assert.equal(stdout.text, output);
  });
}
