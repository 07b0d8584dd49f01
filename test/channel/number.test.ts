import assert from "node:assert/strict";
import { test } from "node:test";
import { toNumber } from "../../src/channel/number.js";

test("scalars are their number, arrays their first element's", () => {
  assert.equal(toNumber("1.5"), 1.5);
  assert.equal(toNumber(3n), 3);
  assert.equal(toNumber(Int32Array.of(7, 8)), 7);
});

test("what holds no number is NaN", () => {
  for (const value of [undefined, "text", new Float64Array(0)]) assert.ok(Number.isNaN(toNumber(value)));
});
