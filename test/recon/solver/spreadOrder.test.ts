import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadOrder } from "../../../src/recon/solver/spreadOrder.js";

test("every position comes once", () => {
  for (const count of [0, 1, 2, 7, 64, 100])
    assert.deepEqual(
      spreadOrder(count).sort((a, b) => a - b),
      Array.from({ length: count }, (_, i) => i),
    );
});

test("the first eighth is spread over the whole", () => {
  assert.deepEqual(spreadOrder(64).slice(0, 8), [0, 32, 16, 48, 8, 40, 24, 56]);
});
