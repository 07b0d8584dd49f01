import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordEngine } from "../../../src/records/index.js";
import { needsPython } from "../../support/python.js";
import { compare, differences, type Step } from "./reference.js";

/** Record types that Base has; the others come from synApps. */
const SYNAPPS = new Set(["busy", "motor", "asyn", "sseq"]);

const types = [...new RecordEngine().recordTypes.values()].filter(({ name }) => !SYNAPPS.has(name));

const database = types.map(({ name }) => `record(${name}, "T:${name}") {}`).join("\n");

const steps = types.flatMap(({ name, fieldNames }) =>
  fieldNames
    .map((field) => `T:${name}.${field}`)
    .flatMap((pv): Step[] => [
      ["type", pv],
      ["get", pv],
    ]),
);

test("a fresh record has the field types and values of EPICS Base", needsPython, async () => {
  assert.deepEqual(differences(await compare(database, steps)), []);
});
