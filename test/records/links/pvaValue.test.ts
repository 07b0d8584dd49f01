import assert from "node:assert/strict";
import { test } from "node:test";
import { BitSet, pvDouble, pvInt, pvString, scalarArray, structure } from "../../../src/pva/index.js";
import { fieldsToPut, readingOf } from "../../../src/records/links/pva/pvaValue.js";

const ALARM = structure("alarm_t", { severity: pvInt, status: pvInt, message: pvString });
const DISPLAY = structure("display_t", {
  limitLow: pvDouble,
  limitHigh: pvDouble,
  units: pvString,
  precision: pvInt,
});
const ENUM = structure("enum_t", { index: pvInt, choices: scalarArray("string") });
const TYPE = structure("epics:nt/NTScalar:1.0", {
  value: pvDouble,
  alarm: ALARM,
  display: DISPLAY,
  state: ENUM,
});
const VALUE = {
  value: 2.5,
  alarm: { severity: 1, status: 3, message: "HIGH" },
  display: { limitLow: -1, limitHigh: 1, units: "mm", precision: 2 },
  state: { index: 1, choices: ["Off", "On"] },
};
const UPDATE = { type: TYPE, value: VALUE, changed: new BitSet([0]), overrun: new BitSet() };

test("a structure gives its value with alarm and metadata", () => {
  const reading = readingOf(UPDATE, "");
  assert.deepEqual(reading.value, { type: "DOUBLE", value: 2.5 });
  assert.deepEqual([reading.severity, reading.message], [1, "HIGH"]);
  assert.deepEqual(reading.properties, { units: "mm", precision: 2, display: { low: -1, high: 1 } });
});

test("a field of it gives itself alone", () => {
  assert.deepEqual(readingOf(UPDATE, "alarm.severity").value, { type: "LONG", value: 1 });
  assert.equal(readingOf(UPDATE, "no.such").value, undefined);
});

test("a put goes to the value, or into the field of the link, converted", () => {
  assert.deepEqual(fieldsToPut(TYPE, "", { type: "STRING", value: "4.5" }), { value: 4.5 });
  assert.deepEqual(fieldsToPut(TYPE, "display.units", { type: "LONG", value: 7 }), {
    display: { units: "7" },
  });
  assert.deepEqual(fieldsToPut(TYPE, "state", { type: "DOUBLE", value: 1 }), { state: { index: 1 } });
  assert.equal(fieldsToPut(TYPE, "", { type: "STRING", value: "x" }), undefined);
});
