import assert from "node:assert/strict";
import { test } from "node:test";
import { SimulatedAxis } from "../../../src/drivers/stage/axis.js";
import type { MotorStatus } from "../../../src/records/motorAxis.js";
import { ManualClock } from "./manualClock.js";

const profile = { velocity: 10, acceleration: 100 };

function rig(options: { limits?: { low: number; high: number } } = {}) {
  const clock = new ManualClock();
  const axis = new SimulatedAxis({ name: "test", clock, ...options });
  const reports: MotorStatus[] = [];
  axis.status$.subscribe((status) => reports.push(status));
  return { clock, axis, reports };
}

test("a move is reported at its start, on the way and once at its end", () => {
  const { clock, axis, reports } = rig();
  axis.moveTo(5, profile);
  clock.advance(10);
  assert.deepEqual(reports.map(({ moving }) => moving).slice(0, 2), [false, true]);
  assert.equal(reports.filter(({ moving }) => !moving).length, 2);
  assert.equal(reports.at(-1)?.position, 5);
  assert.ok(reports.length > 5);
});

test("a stop ends a jog within the deceleration time", () => {
  const { clock, axis } = rig();
  axis.jog(-10, 100);
  clock.advance(2);
  axis.stop(100);
  clock.advance(0.1);
  assert.equal(axis.status.moving, false);
  assert.equal(axis.status.positive, false);
});

test("a new target during a move is followed from where the axis is", () => {
  const { clock, axis } = rig();
  axis.moveTo(100, profile);
  clock.advance(1);
  axis.moveTo(0, profile);
  clock.advance(10);
  assert.equal(axis.status.position, 0);
});

test("hardware limits end a jog and are reported", () => {
  const { clock, axis } = rig({ limits: { low: -5, high: 5 } });
  axis.jog(10, 100);
  clock.advance(10);
  assert.equal(axis.status.position, 5);
  assert.equal(axis.status.highLimit, true);
  assert.equal(axis.status.moving, false);
});

test("homing a rotation ends at the nearest full turn, which then is zero", () => {
  const { clock, axis } = rig();
  axis.moveTo(725, { velocity: 100, acceleration: 100 });
  clock.advance(20);
  axis.home(true, profile);
  clock.advance(1.1);
  assert.equal(axis.status.position, 0);
  assert.equal(axis.status.atHome, true);
});

test("declaring a position moves nothing", () => {
  const { axis, reports } = rig();
  axis.setPosition(12);
  assert.equal(axis.status.position, 12);
  assert.ok(reports.every(({ moving }) => !moving));
});
