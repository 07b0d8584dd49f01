import assert from "node:assert/strict";
import { test } from "node:test";
import { coarseNow } from "../../src/libcom/coarseClock.js";

test("the coarse clock stands still while a program runs without a pause, and is right after it", async () => {
  const before = performance.now();
  const first = coarseNow();
  while (performance.now() < before + 2);
  assert.equal(coarseNow(), first);
  await null;
  assert.ok(coarseNow() >= before + 2);
});
