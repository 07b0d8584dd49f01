import assert from "node:assert/strict";
import { test } from "node:test";
import { PublishSchedule } from "../../../src/recon/worker/publishSchedule.js";

/** When pictures are published of a recomputation that looks every 10 ms, each taking 5 ms. */
function previews(schedule: PublishSchedule, from: number, to: number): number[] {
  const times: number[] = [];
  for (let now = from; now < to; now += 10) {
    if (!schedule.isDue(now, false, 0)) continue;
    times.push(now);
    schedule.published(now, now + 5);
  }
  return times;
}

test("after a change of parameters a preview comes soon, the next ones later and later", () => {
  const schedule = new PublishSchedule();
  schedule.published(990, 995);
  schedule.restarted(1000);
  assert.deepEqual(previews(schedule, 1000, 3000), [1060, 1160, 1320, 1640, 2140, 2640]);
});

test("an operator who does not stop turning sees previews all the while", () => {
  const schedule = new PublishSchedule();
  schedule.published(990, 995);
  const times: number[] = [];
  for (let now = 1000; now < 1400; now += 20) {
    schedule.restarted(now);
    times.push(...previews(schedule, now, now + 20));
  }
  assert.ok(times.length >= 4, `previews at ${times.join(", ")}`);
});

test("what is computed again for another reason than parameters is shown every half second", () => {
  const schedule = new PublishSchedule();
  schedule.published(10_000, 10_005);
  assert.deepEqual(previews(schedule, 10_010, 11_600), [10_500, 11_000, 11_500]);
});

test("a new projection is shown at once while few wait", () => {
  const schedule = new PublishSchedule();
  schedule.published(100, 101);
  assert.equal(schedule.isDue(120, true, 2), true);
  assert.equal(schedule.isDue(120, true, 20), false);
});
