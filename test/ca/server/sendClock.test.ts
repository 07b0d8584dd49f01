import assert from "node:assert/strict";
import { test } from "node:test";
import { SendClock } from "../../../src/ca/server/sendClock.js";

/** What the clock says after each of so many writes that take so many microseconds. */
function saidAfter(writes: number, microseconds: number): { isTime: boolean[]; looks: number } {
  let now = 0;
  let looks = 0;
  const clock = new SendClock(() => {
    looks += 1;
    return now / 1000;
  });
  clock.restart();
  looks = 0;
  const isTime = Array.from({ length: writes }, () => {
    now += microseconds;
    return clock.isTime();
  });
  return { isTime, looks };
}

test("after a write of more than 0.1 ms it is time to send", () => {
  assert.deepEqual(saidAfter(1, 150).isTime, [true]);
});

test("what writes of 20 us each cause is sent after 0.1 ms", () => {
  assert.deepEqual(saidAfter(6, 20).isTime, [false, false, false, false, false, true]);
});

test("of writes that take 1 us each every ninth is timed, and what they cause waits hardly longer than 0.1 ms", () => {
  const { isTime, looks } = saidAfter(110, 1);
  assert.equal(looks, 13);
  assert.equal(isTime.indexOf(true), 108);
});
