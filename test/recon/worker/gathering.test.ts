import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathering } from "../../../src/recon/worker/gathering.js";

const COST_MS = 5;

/** Projections came `interval` milliseconds apart, the last one, for which nobody waits, at 100. */
function stream(interval: number): Gathering {
  const gathering = new Gathering();
  for (let time = 100 - 10 * interval; time <= 100; time += interval) gathering.arrived(time, 1);
  return gathering;
}

test("a projection waits for others no longer than four of them take, and no longer than 40 ms", () => {
  const gathering = stream(10);
  assert.equal(gathering.remaining(105, 1, COST_MS), 15);
  gathering.arrived(110, 2);
  assert.equal(gathering.remaining(115, 2, COST_MS), 5);
  assert.equal(gathering.remaining(130, 2, COST_MS), 0);
  assert.equal(gathering.remaining(130, 2, 1000), 10);
});

test("four wait for no more", () => {
  assert.equal(stream(10).remaining(100, 4, COST_MS), 0);
});

test("nobody waits where the thread has time for each by itself", () => {
  const gathering = stream(50);
  assert.equal(gathering.isWorthwhile(19), false);
  assert.equal(gathering.remaining(100, 1, 19), 0);
  assert.equal(gathering.isWorthwhile(20), true);
});

test("nobody waits before anything is known of what comes", () => {
  const gathering = new Gathering();
  gathering.arrived(100, 1);
  assert.equal(gathering.remaining(100, 1, COST_MS), 0);
});
