import assert from "node:assert/strict";
import { test } from "node:test";
import { Gathering } from "../../../src/recon/worker/gathering.js";

const PROJECTION_MS = 5;

test("a projection waits for others no longer than four of them take, and no longer than 40 ms", () => {
  const gathering = new Gathering();
  gathering.arrived(100, 1);
  assert.equal(gathering.remaining(105, 1, PROJECTION_MS), 15);
  gathering.arrived(110, 2);
  assert.equal(gathering.remaining(115, 2, PROJECTION_MS), 5);
  assert.equal(gathering.remaining(130, 2, PROJECTION_MS), 0);
  assert.equal(gathering.remaining(130, 2, 1000), 10);
});

test("four wait for no more, and before anything is known of what they cost nobody waits", () => {
  const gathering = new Gathering();
  gathering.arrived(100, 1);
  assert.equal(gathering.remaining(100, 4, PROJECTION_MS), 0);
  assert.equal(gathering.remaining(100, 1, 0), 0);
});
