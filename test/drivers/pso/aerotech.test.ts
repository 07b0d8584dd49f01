import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AerotechController } from "../../../src/drivers/pso/aerotech.js";
import { PositionSynchronizedOutput, type TriggerPulse } from "../../../src/drivers/pso/positionOutput.js";
import { SimulatedAxis } from "../../../src/drivers/stage/axis.js";
import { ManualClock } from "../stage/manualClock.js";

const COUNTS_PER_ROTATION = 11_840_158;

function rig() {
  const clock = new ManualClock();
  const axis = new SimulatedAxis({ name: "rotation", clock });
  const output = new PositionSynchronizedOutput(axis, COUNTS_PER_ROTATION / 360, clock);
  const controller = new AerotechController({
    X: { output, countsPerUnit: COUNTS_PER_ROTATION / 360 },
  });
  const pulses: TriggerPulse[] = [];
  output.pulses$.subscribe((pulse) => pulses.push(pulse));
  const send = (...commands: string[]) => commands.map((command) => controller.execute(command));
  return { clock, axis, output, pulses, send };
}

/** What a tomography server sends before a scan of `count` projections every `counts` encoder counts. */
const scanCommands = (counts: number, count: number) => [
  "PSOCONTROL X RESET",
  "PSOOUTPUT X CONTROL 1",
  "PSOPULSE X TIME 20.000000,10.000000",
  "PSOOUTPUT X PULSE WINDOW MASK",
  "PSOTRACK X INPUT 3",
  `PSODISTANCE X FIXED ${counts}`,
  "PSOWINDOW X 1 INPUT 3",
  `PSOWINDOW X 1 RANGE ${-Math.round(counts / 2) - 5},${counts * count - Math.round(counts / 2) + 5}`,
  "PSOCONTROL X ARM",
];

test("every command of a scan is accepted, in the Ensemble and the A3200 form", () => {
  const { send } = rig();
  const others = ["PSOOUTPUT X CONTROL 0 1", "PSOWINDOW X OFF", "PSOWINDOW X 1 OFF", "PSOCONTROL X OFF"];
  const programs = ['PROGRAM RUN 1, "dataacqon.bcx"'];
  for (const reply of send(...scanCommands(3289, 100), ...others, ...programs)) assert.equal(reply, "%");
});

test("values come after the status character", () => {
  const { send } = rig();
  assert.deepEqual(send("ROUND(1.1)", "UNITSTOCOUNTS(X, 360.0)"), ["%1", `%${COUNTS_PER_ROTATION}`]);
});

test("what the controller does not know is answered with !", () => {
  const { send } = rig();
  assert.deepEqual(send("HELLO", "PSOCONTROL Q ARM", "PSODISTANCE X FIXED 0", ""), ["!", "!", "!", "!"]);
});

test("a scan from the taxi position gives exactly its projections, each at its exact angle", () => {
  const { clock, axis, pulses, send } = rig();
  const counts = 3289;
  const step = (counts * 360) / COUNTS_PER_ROTATION;
  send(...scanCommands(counts, 180));
  axis.moveTo(-3 * step, { velocity: 90, acceleration: 300 });
  clock.advance(5);
  assert.equal(pulses.length, 0);
  axis.moveTo(183 * step, { velocity: 5, acceleration: 100 });
  clock.advance(30);
  assert.equal(pulses.length, 180);
  for (const [index, pulse] of pulses.entries()) assert.ok(Math.abs(pulse.position - index * step) < 1e-9);
});

test("a sweep and its return trigger at the same angles", () => {
  const { clock, axis, pulses, send } = rig();
  const step = (32890 * 360) / COUNTS_PER_ROTATION;
  send(...scanCommands(32890, 20));
  for (const target of [-2.5 * step, 22.5 * step, -2.5 * step]) {
    axis.moveTo(target, { velocity: 10, acceleration: 50 });
    clock.advance(20);
  }
  const indices = pulses.map((pulse) => Math.round(pulse.position / step) + 0);
  const sweep = Array.from({ length: 20 }, (_, index) => index);
  assert.deepEqual(indices, [...sweep, ...sweep.toReversed()]);
});

test("a jog triggers at constant rate for as long as the window lasts", () => {
  const { clock, axis, pulses, send } = rig();
  send(...scanCommands(32890, 50));
  axis.jog(10, 1000);
  clock.advance(1000);
  assert.equal(pulses.length, 49, "the pulse at the armed position itself is not passed");
  const intervals = pulses.slice(1).map((pulse, index) => pulse.time - (pulses[index]?.time ?? 0));
  const step = (32890 * 360) / COUNTS_PER_ROTATION;
  for (const interval of intervals) assert.ok(Math.abs(interval - step / 10) < 1e-9);
});

test("pulses before a new command are not lost when the timers run late", () => {
  const { clock, axis, pulses, send } = rig();
  send(...scanCommands(32890, 1000));
  axis.jog(10, 1000);
  clock.advance(2.5);
  axis.stop(1000);
  clock.advance(10);
  const last = pulses.at(-1)?.position ?? 0;
  assert.ok(axis.status.position - last < 1.0001 && axis.status.position >= last);
});

test("switched off, nothing is triggered", () => {
  const { clock, axis, pulses, send } = rig();
  send(...scanCommands(32890, 50), "PSOCONTROL X OFF");
  axis.jog(10, 1000);
  clock.advance(10);
  assert.equal(pulses.length, 0);
});

test("IGLOBAL(0) is the encoder reading of the first pulse after arming on the fly", () => {
  const { clock, axis, output, pulses, send } = rig();
  axis.jog(10, 1000);
  clock.advance(3.1);
  send(...scanCommands(32890, 50));
  clock.advance(2);
  const first = pulses[0];
  assert.ok(first !== undefined);
  assert.deepEqual(send("IGLOBAL(0)"), [`%${output.countsAt(first.position)}`]);
});

test("whatever the axis does, each pulse is one distance from the last, and none is missing", () => {
  const moves = fc.array(
    fc.record({
      target: fc.oneof(
        fc.integer({ min: -8, max: 8 }),
        fc.integer({ min: -8000, max: 8000 }).map((value) => value / 1000),
      ),
      velocity: fc.double({ min: 1, max: 100, noNaN: true }),
      wait: fc.double({ min: 0.01, max: 20, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(moves, (sequence) => {
      const { clock, axis, output, pulses } = rig();
      const step = 1000 / (COUNTS_PER_ROTATION / 360);
      output.arm({ distanceCounts: 1000, window: undefined });
      for (const { target, velocity, wait } of sequence) {
        axis.moveTo(target * step, { velocity, acceleration: 10 });
        clock.advance(wait);
      }
      const indices = [0, ...pulses.map(({ position }) => Math.round(position / step))];
      for (const [number, index] of indices.entries())
        if (number > 0) assert.equal(Math.abs(index - (indices[number - 1] ?? 0)), 1);
      const here = axis.status.position / step;
      assert.ok(Math.abs(here - (indices.at(-1) ?? 0)) <= 1 + 1e-6);
    }),
  );
});
