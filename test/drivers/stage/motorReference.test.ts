import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RecordEngine } from "../../../src/records/index.js";
import { referenceData } from "../../support/referenceData.js";
import { MOTOR_FIELDS, motorEngine } from "./motorEngine.js";

/**
 * synApps's own motor record (module motor, 7.4) in an IOC of EPICS Base 7.0.10 over a simulated controller, asked over Channel Access:
 * what its fields were after the steps. Limits and positions of the axis are in steps; `enc` is what the encoder counts of each.
 */
interface Case {
  readonly name: string;
  readonly record: Readonly<Record<string, string>>;
  readonly axis: Readonly<{ high?: number; low?: number; enc?: number; pos?: number }>;
  readonly steps: readonly Step[];
  readonly answers: Readonly<Record<string, number | string>>;
}

/** A put that is waited for, one that is looked at some seconds later, a pause, and the end of a motion. */
type Step =
  | readonly ["put", field: string, value: number]
  | readonly ["start", field: string, value: number, seconds: number]
  | readonly ["wait", seconds: number]
  | readonly ["settle"];

/** Where ours differ on purpose, and why. */
const DIFFERENT: Readonly<Record<string, { readonly why: string; readonly answers: Case["answers"] }>> = {
  "a jog is refused near the limit": {
    why: "synApps keeps the refused request in MIP, which refuses the next jog as well",
    answers: { MIP: 0 },
  },
  SYNC: { why: "synApps shows the difference from the target before", answers: { DIFF: 0, RDIF: 0 } },
};

const TICK_SECONDS = 0.05;
const LONGEST_SECONDS = 60;

function rig(context: TestContext, { record, axis }: Case) {
  const resolution = Number(record["MRES"] ?? MOTOR_FIELDS.MRES) || 1;
  const { high = Infinity, low = -Infinity, enc = 1, pos = 0 } = axis;
  const ends =
    resolution < 0
      ? ([high * resolution, low * resolution] as const)
      : ([low * resolution, high * resolution] as const);
  return motorEngine(
    context,
    { ACCL: "0.2", ...record },
    {
      position: pos * resolution,
      encoder: (position: number) => position * enc,
      ...(axis.high === undefined && axis.low === undefined
        ? {}
        : { limits: { low: ends[0], high: ends[1] } }),
    },
  );
}

type Rig = ReturnType<typeof rig>;

/** A turn of the event loop; the settling time DLY runs by the real clock. */
const turn = (engine: RecordEngine): Promise<void> =>
  new Promise(
    (resolve) => void (engine.get("m1.DLY") === 0 ? setImmediate(resolve) : setTimeout(resolve, 5)),
  );

async function advanceUntil({ engine, clock }: Rig, isDone: () => boolean): Promise<void> {
  for (let seconds = 0; seconds < LONGEST_SECONDS; seconds += TICK_SECONDS) {
    await turn(engine);
    if (isDone()) return;
    clock.advance(TICK_SECONDS);
  }
  assert.fail("never done");
}

async function take(rig: Rig, step: Step): Promise<void> {
  const { engine, clock } = rig;
  switch (step[0]) {
    case "put": {
      let done = false;
      void engine.putNotify(`m1.${step[1]}`, step[2]).then(() => {
        done = true;
      });
      return advanceUntil(rig, () => done);
    }
    case "start":
      engine.put(`m1.${step[1]}`, step[2]);
      return clock.advance(step[3]);
    case "wait":
      return clock.advance(step[1]);
    case "settle":
      return advanceUntil(rig, () => engine.get("m1.DMOV") === 1);
  }
}

const shown = (value: unknown): number => Math.round(Number(value) * 1e9) / 1e9 + 0;

for (const each of referenceData<Case>("motorReference.json"))
  test(`as synApps's motor: ${each.name}`, async (context) => {
    const motor = rig(context, each);
    await turn(motor.engine);
    for (const step of each.steps) await take(motor, step);
    const wanted = { ...each.answers, ...DIFFERENT[each.name]?.answers };
    const found = Object.keys(wanted).map((field) => [field, shown(motor.engine.get(`m1.${field}`))]);
    assert.deepEqual(Object.fromEntries(found), wanted);
  });
