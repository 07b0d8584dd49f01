import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  atRest,
  type Crossing,
  type Motion,
  nextCrossing,
  planJog,
  planMove,
  planStop,
  positionAt,
  stateAt,
} from "../../../src/drivers/stage/motion.js";

const finite = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const profiles = fc.record({ velocity: finite(0.01, 200), acceleration: finite(0.1, 500) });
const starts = fc.record({ time: finite(0, 10), position: finite(-500, 500), velocity: finite(-100, 100) });

const close = (a: number, b: number, tolerance = 1e-6) =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));

const MOVES = fc.tuple(starts, finite(-500, 500), profiles);

/** Moments spread over the motion, the joints of its segments among them. */
const moments = (motion: Motion): number[] => {
  const begin = motion.segments[0].time;
  const spread = Array.from({ length: 40 }, (_, i) => begin + ((motion.endTime - begin) * i) / 39);
  return [...spread, ...motion.segments.map((segment) => segment.time)];
};

test("a move ends exactly on its target, at rest", () => {
  fc.assert(
    fc.property(MOVES, ([start, target, profile]) => {
      const motion = planMove(start, target, profile);
      const end = stateAt(motion, motion.endTime);
      assert.ok(end.position === target && end.velocity === 0);
    }),
  );
});

test("position and velocity are continuous through a move", () => {
  fc.assert(
    fc.property(MOVES, ([start, target, profile]) => {
      const motion = planMove(start, target, profile);
      for (const [number, segment] of motion.segments.entries()) {
        const before = motion.segments[number - 1];
        if (before === undefined) continue;
        const elapsed = segment.time - before.time;
        const position =
          before.position + before.velocity * elapsed + 0.5 * before.acceleration * elapsed ** 2;
        assert.ok(close(position, segment.position), `${position} ${segment.position}`);
        assert.ok(Math.abs(before.velocity + before.acceleration * elapsed - segment.velocity) < 1e-4);
      }
    }),
  );
});

test("a move from rest never exceeds its velocity and never overshoots", () => {
  fc.assert(
    fc.property(finite(-500, 500), finite(-500, 500), profiles, (position, target, profile) => {
      const motion = planMove({ time: 0, position, velocity: 0 }, target, profile);
      for (const time of moments(motion)) {
        const state = stateAt(motion, time);
        assert.ok(Math.abs(state.velocity) <= profile.velocity * (1 + 1e-9) + 1e-9);
        assert.ok(state.position >= Math.min(position, target) - 1e-6);
        assert.ok(state.position <= Math.max(position, target) + 1e-6);
      }
    }),
  );
});

test("a stop ends after |v|/a and v^2/2a", () => {
  const motion = planStop({ time: 2, position: 10, velocity: -6 }, 3);
  assert.equal(motion.endTime, 4);
  assert.equal(positionAt(motion, 100), 4);
});

test("a jog reaches its velocity and keeps it", () => {
  const motion = planJog({ time: 0, position: 0, velocity: 0 }, -10, 5);
  assert.equal(motion.endTime, Infinity);
  assert.equal(stateAt(motion, 1).velocity, -5);
  assert.equal(positionAt(motion, 2), -10);
  assert.equal(positionAt(motion, 1002), -10_010);
});

function crossingsOf(motion: Motion, marks: { origin: number; spacing: number }, until: number): Crossing[] {
  const found: Crossing[] = [];
  let last: Crossing | undefined;
  for (;;) {
    const next = nextCrossing(motion, marks, last?.time ?? motion.segments[0].time, last?.index);
    if (next === undefined || next.time > until) return found;
    found.push(next);
    last = next;
  }
}

test("every mark between start and target is passed once, in order, at its own position", () => {
  fc.assert(
    fc.property(finite(-50, 50), finite(-50, 50), profiles, finite(0.7, 5), (from, to, profile, spacing) => {
      const marks = { origin: 0.123, spacing };
      const motion = planMove({ time: 0, position: from, velocity: 0 }, to, profile);
      const crossings = crossingsOf(motion, marks, motion.endTime);
      const low = Math.min(from, to);
      const high = Math.max(from, to);
      const expected: number[] = [];
      for (let k = Math.ceil((low - 0.123) / spacing); 0.123 + k * spacing <= high; k++)
        if (Math.min(0.123 + k * spacing - low, high - 0.123 - k * spacing) > 1e-6) expected.push(k + 0);
      if (to < from) expected.reverse();
      const inner = crossings.filter(({ index }) => expected.includes(index));
      assert.deepEqual(
        inner.map(({ index }) => index + 0),
        expected,
      );
      for (const { time, index } of inner)
        assert.ok(close(positionAt(motion, time), 0.123 + index * spacing, 1e-7));
    }),
  );
});

test("a reversal passes the same marks again on the way back", () => {
  const out = planJog({ time: 0, position: 0.5, velocity: 0 }, 10, 1000);
  const turn = planMove(stateAt(out, 1), 0.5, { velocity: 10, acceleration: 1000 });
  const marks = { origin: 0, spacing: 1 };
  const back = crossingsOf(turn, marks, turn.endTime).map(({ index }) => index);
  assert.deepEqual(back, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test("a mark that was passed last is not passed again when the axis turns back behind it", () => {
  const back = planMove({ time: 0, position: 5.5, velocity: 0 }, 3.5, { velocity: 1, acceleration: 10 });
  assert.equal(nextCrossing(back, { origin: 0, spacing: 1 }, 0, 5)?.index, 4);
});

test("behind the mark that was passed last comes the next one, in the same stretch of acceleration", () => {
  const nearlyTouched = { time: 0, position: -3 + 1e-12, velocity: 0 };
  const motion = planMove(nearlyTouched, 15, { velocity: 100, acceleration: 20 });
  const marks = { origin: 0, spacing: 1 };
  assert.equal(nextCrossing(motion, marks, 0, -2)?.index, -1);
  assert.equal(nextCrossing(motion, marks, 0, -3)?.index, -2);
});

test("an axis at rest passes no mark, even when it stands on one", () => {
  assert.equal(nextCrossing(atRest(3), { origin: 0, spacing: 1 }, 0), undefined);
});
