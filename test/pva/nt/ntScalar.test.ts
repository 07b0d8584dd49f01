import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AlarmStatusName, Status } from "../../../src/channel/alarm.js";
import { isPvStructure } from "../../../src/pva/data/values.js";
import { alarmClassOf, alarmOf, normativeType, propertyFields } from "../../../src/pva/nt/ntScalar.js";
import { SharedPV } from "../../../src/pva/server/sharedPv.js";

const classes: Readonly<Record<number, readonly AlarmStatusName[]>> = {
  0: ["NO_ALARM"],
  1: ["READ", "WRITE", "HIHI", "HIGH", "LOLO", "LOW", "STATE", "COS", "HWLIMIT"],
  2: ["COMM", "TIMEOUT", "UDF"],
  3: ["CALC", "SCAN", "LINK", "SOFT", "BAD_SUB"],
  4: ["DISABLE", "SIMM", "READ_ACCESS", "WRITE_ACCESS"],
};

describe("alarm status classes", () => {
  for (const [code, names] of Object.entries(classes))
    for (const name of names)
      test(`${name} is ${code}`, () => assert.equal(alarmClassOf(Status[name]), Number(code)));
  test("what is no status is undefined", () => assert.equal(alarmClassOf(99), 6));
});

describe("the message of an alarm", () => {
  const sample = {
    value: 0,
    status: Status.LINK,
    severity: 3,
    message: "",
    time: { seconds: 0, nanoseconds: 0 },
    userTag: 0n,
  };
  test("is AMSG", () => assert.equal(alarmOf({ ...sample, message: "broken" })["message"], "broken"));
  test("is the name of the status without AMSG", () => assert.equal(alarmOf(sample)["message"], "LINK"));
  test("is empty without an alarm", () =>
    assert.equal(alarmOf({ ...sample, status: 0, severity: 0 })["message"], ""));
});

/** valueAlarm.highAlarmLimit of a field without alarm limits. */
const missingLimit = (fieldType: "DOUBLE" | "LONG" | "INT64") => {
  const pv = new SharedPV(normativeType("scalar", fieldType), propertyFields("scalar", fieldType, {}));
  const { valueAlarm } = pv.value;
  return isPvStructure(valueAlarm) ? valueAlarm["highAlarmLimit"] : undefined;
};

test("alarm limits that do not exist are NaN, 0 for integers", () => {
  assert.deepEqual(
    [missingLimit("DOUBLE"), missingLimit("LONG"), missingLimit("INT64")],
    [Number.NaN, 0, 0n],
  );
});
