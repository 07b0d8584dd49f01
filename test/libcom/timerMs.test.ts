import assert from "node:assert/strict";
import { test } from "node:test";
import { LONGEST_TIMER_MS, timerMs } from "../../src/libcom/timerMs.js";

test("a time that no timer can wait becomes the longest that one can", () => {
  assert.deepEqual([timerMs(0.5), timerMs(1e9), timerMs(-1)], [500, LONGEST_TIMER_MS, 0]);
});
