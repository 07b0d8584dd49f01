import { test } from "node:test";
import { RecordEngine } from "../../../src/records/index.js";
import { needsPython } from "../../support/python.js";
import { type Answer, assertSame, compareShells, type Step } from "./reference.js";

/** Record types of ours that EPICS Base itself does not have. */
const added = new Set([
  "asyn",
  "busy",
  "motor",
  "sseq",
  "scale",
  "transform",
  "swait",
  "scalcout",
  "acalcout",
]);

// Where a field is in memory and on which page of an editor it is shown is not known here.
const unknown = /^\t\s*(?:extra|promptgroup|offset|ftPvt|indRecordType):/;

/** The fields of dbDumpField, by name: their order is that of C's structures. */
function byField(answer: Answer): Answer {
  const [title = "", ...fields] = answer.stdout.split(/^ {4}(?=\w)/m);
  const known = fields.map((field) => {
    const lines = field.split("\n").filter((line) => !unknown.test(line));
    const hasSize = !field.includes("DBF_NOACCESS");
    return lines.filter((line) => hasSize || !/^\t\s*size:/.test(line)).join("\n");
  });
  return {
    ...answer,
    stdout:
      title +
      known
        .map((field) => field.replace(/Attribute[\s\S]*/, ""))
        .sort()
        .join(""),
  };
}

test("dbDumpField shows every field of every record type as EPICS Base does", needsPython, async () => {
  const types = [...new RecordEngine().recordTypes.keys()].filter((type) => !added.has(type));
  const steps = types.map((type): Step => ["line", `dbDumpField pdbbase ${type}`]);
  const compared = await compareShells({ steps });
  assertSame(compared.map(({ step, base, ours }) => ({ step, base: byField(base), ours: byField(ours) })));
});

/** The names that operators choose from; the code behind them has other names here. */
const choices = (answer: Answer): Answer => ({
  ...answer,
  stdout: answer.stdout
    .split("\n")
    .filter((line) => /^recordtype|^\tchoice:/.test(line))
    .join("\n"),
});

test("dbDumpDevice shows the device supports of EPICS Base", needsPython, async () => {
  const types = [...new RecordEngine().recordTypes.keys()].filter((type) => !added.has(type));
  const steps = types.map((type): Step => ["line", `dbDumpDevice pdbbase ${type}`]);
  const compared = await compareShells({ steps });
  assertSame(compared.map(({ step, base, ours }) => ({ step, base: choices(base), ours: choices(ours) })));
});
