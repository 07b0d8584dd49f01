import assert from "node:assert/strict";
import { test } from "node:test";
import { now, toPosixMilliseconds } from "../../src/libcom/epicsTime.js";

const MOMENTS = 200_000;
const TOLERANCE_MS = 10;

/** Is the present moment what the wall clock says before and after it? */
function assertOnTime(): void {
  const earliest = Date.now() - TOLERANCE_MS;
  const presentMs = toPosixMilliseconds(now());
  assert.ok(presentMs >= earliest && presentMs <= Date.now() + TOLERANCE_MS, `${presentMs}, not ${earliest}`);
}

test("the present moment is the wall clock's, and goes on from each look to the next", () => {
  assertOnTime();
  let last = now();
  for (let moment = 0; moment < MOMENTS; moment++) {
    const time = now();
    const goesOn =
      time.seconds > last.seconds || (time.seconds === last.seconds && time.nanoseconds >= last.nanoseconds);
    assert.ok(goesOn, `${JSON.stringify(last)}, then ${JSON.stringify(time)}`);
    assert.ok(Number.isInteger(time.nanoseconds) && time.nanoseconds >= 0 && time.nanoseconds < 1e9);
    last = time;
  }
});

test("the present moment follows a wall clock that is set to another time", async (context) => {
  const wallClock = Date.now;
  for (const jumpMs of [3_600_000, -3_600_000]) {
    context.mock.method(Date, "now", () => wallClock() + jumpMs);
    // The clocks are compared once a millisecond.
    await new Promise((resolve) => setTimeout(resolve, 2));
    assertOnTime();
    context.mock.restoreAll();
  }
});
