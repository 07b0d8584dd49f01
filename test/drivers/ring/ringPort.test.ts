import assert from "node:assert/strict";
import { test } from "node:test";
import { ringCurrent, timeOfDay } from "../../../src/drivers/ring/ringPort.js";

test("the current decays by a percent and is filled up every two minutes", () => {
  assert.equal(ringCurrent(0), 130);
  assert.ok(ringCurrent(119) < 129 && ringCurrent(119) > 128.6);
  assert.equal(ringCurrent(240), 130);
});

test("the time of day reads back as the same moment", () => {
  const date = new Date("2026-01-02T03:04:05.678Z");
  assert.match(timeOfDay(date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/);
  assert.equal(Date.parse(timeOfDay(date)), Date.parse("2026-01-02T03:04:05Z"));
});
