import assert from "node:assert/strict";
import { test } from "node:test";
import { statisticsOf } from "../../../src/drivers/plugins/statistics.js";

test("minimum, maximum, mean and deviation of known numbers", () => {
  assert.deepEqual(statisticsOf(Uint16Array.of(2, 4, 4, 4, 5, 5, 7, 9)), {
    minimum: 2,
    minimumIndex: 0,
    maximum: 9,
    maximumIndex: 7,
    total: 40,
    mean: 5,
    sigma: 2,
  });
});

test("an empty array has zeros", () => {
  assert.equal(statisticsOf(new Float32Array(0)).mean, 0);
});
