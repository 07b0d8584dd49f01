import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { describe, it, type TestContext } from "node:test";
import { filter, map } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import { toNumber } from "../../src/channel/number.js";
import { STREAM_DATABASES } from "./scanRig.js";
import { PREFIX, TestBeamline } from "./testBeamline.js";

/** Records that only show how far a scan is: writing them is no transition. */
const DISPLAYS = new Set(
  "Watchdog ImagesCollected ImagesSaved ElapsedTime RemainingTime StreamPreCounted StreamNumCaptured StreamCBStatusMessage FilePathExists"
    .split(" ")
    .map((record) => PREFIX + record),
);

/** The motor of the stage needs this long to stop; the rest is for a busy machine, whose stalls are known besides. */
const DECELERATION_SECONDS = 0.02;
const PATIENCE_SECONDS = 0.3;
const stalls = monitorEventLoopDelay({ resolution: 5 });
stalls.enable();

/** A sweep is like the next one: those after these writes of the stage's position are no other transitions. */
const STAGE = "2bmb:m102.VAL";
const SWEEPS = 3;

/** With TOMOIOC_ABORT_POINTS=all each transition is an abort point, otherwise so many of them, evenly spread. */
const SAMPLED = 8;

interface Kind {
  readonly databases: readonly string[];
  readonly settings: Readonly<Record<string, Value>>;
  /** Buttons that are pressed one after the other once frames come. */
  readonly buttons: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  "a stream that goes back and forth": {
    databases: STREAM_DATABASES,
    settings: { StreamScanType: "backforth", StreamPreCount: 4, StreamNumCapture: 6 },
    buttons: ["StreamRetakeDark", "StreamRetakeFlat", "StreamCapture"],
  },
  "a stream whose captures are one file each": {
    databases: [...STREAM_DATABASES, "tomoScanStreamFiles"],
    settings: { StreamScanType: "backforth", StreamPreCount: 4, StreamNumCapture: 6 },
    buttons: ["StreamCapture", "StreamCapture"],
  },
  "a stream that goes on, synchronized": {
    databases: STREAM_DATABASES,
    settings: { StreamScanType: "continuous", NumAngles: 20_000, RotationStep: 0.2 },
    buttons: ["StreamSync"],
  },
  "a fly scan": {
    databases: ["tomoScan", "tomoScan_PSO", "tomoScan_Helical", "tomoScan_2BM"],
    settings: { DarkFieldMode: "Both", FlatFieldMode: "Both", ScanType: "Helical", PixelsYPer360Deg: 36 },
    buttons: [],
  },
  "a step scan": {
    databases: ["tomoScan", "tomoScan_step", "tomoScan_2BM"],
    settings: { DarkFieldMode: "Start", FlatFieldMode: "End", NumAngles: 3 },
    buttons: [],
  },
};

const COMMON: Readonly<Record<string, Value>> = {
  NumAngles: 20,
  NumDarkFields: 2,
  NumFlatFields: 2,
  ExposureTime: 0.004,
  FlatFieldAxis: "X",
  SampleOutX: 1,
  Testing: 0,
};

const has = (beamline: TestBeamline, record: string): boolean => beamline.engine.has(PREFIX + record);

/** One scan with all that can be done in it; returns the transitions, and stops at the one named `abortAt`. */
async function session(beamline: TestBeamline, { buttons }: Kind, abortAt?: string): Promise<string[]> {
  const counts = new Map<string, number>();
  const transitions: string[] = [];
  const watching = beamline.observed.writes$
    .pipe(
      filter((name) => !DISPLAYS.has(name) && !(name === STAGE && (counts.get(STAGE) ?? 0) >= SWEEPS)),
      map((name) => {
        const count = (counts.get(name) ?? 0) + 1;
        counts.set(name, count);
        return `${name} #${count}`;
      }),
    )
    .subscribe((transition) => {
      transitions.push(transition);
      if (transition === abortAt) abort(beamline);
    });
  try {
    if (buttons.length === 0) await beamline.startScan();
    else await streamSession(beamline, buttons);
  } finally {
    watching.unsubscribe();
  }
  return transitions;
}

async function streamSession(beamline: TestBeamline, buttons: readonly string[]): Promise<void> {
  if (buttons.includes("StreamSync")) beamline.set("ExposureTime", COMMON["ExposureTime"] ?? 0);
  const { ended } = await beamline.stream();
  for (const button of buttons) {
    if (button === "StreamSync") {
      beamline.set("ExposureTime", 0.006);
      beamline.set("StreamSync", 1);
      await beamline.shows("StreamSync", 0);
    } else await beamline.press(button);
  }
  beamline.set("AbortScan", 1);
  await ended;
}

let abortedAt = 0;

function abort(beamline: TestBeamline): void {
  abortedAt = performance.now();
  stalls.reset();
  beamline.set("AbortScan", 1);
}

/** What is as between scans, by name. */
function idleState(beamline: TestBeamline): Readonly<Record<string, number | string>> {
  const streaming: Record<string, number | string> = has(beamline, "StreamMessage")
    ? {
        message: beamline.text("StreamMessage"),
        buttons: ["StreamCapture", "StreamRetakeDark", "StreamRetakeFlat", "StreamSync"]
          .map((button) => beamline.number(button))
          .join(),
        ring: beamline.number("2bmSP1:CB1:EnableCallbacks"),
      }
    : {};
  return {
    start: beamline.number("StartScan"),
    abort: beamline.number("AbortScan"),
    acquire: beamline.number("2bmSP1:cam1:Acquire"),
    busy: beamline.number("2bmSP1:cam1:AcquireBusy"),
    trigger: beamline.number("2bmSP1:cam1:TriggerMode"),
    capture: beamline.number("2bmSP1:HDF1:Capture_RBV"),
    file: ["FileName", "FileTemplate", "AutoIncrement", "NDArrayPort"]
      .map((name) => beamline.text(`2bmSP1:HDF1:${name}`))
      .join(),
    fastShutter: beamline.number("2bma:B_shutter:status"),
    jogs: beamline.number("2bmb:m102.JOGF") + beamline.number("2bmb:m102.JOGR"),
    moving: 1 - beamline.number("2bmb:m102.DMOV"),
    sample: beamline.number("2bmb:m63.RBV"),
    height: beamline.number("2bmb:m25.RBV"),
    ...streaming,
  };
}

const IDLE = {
  start: 0,
  abort: 0,
  acquire: 0,
  busy: 0,
  trigger: 0,
  capture: 0,
  file: "scan,%s%s_%3.3d.h5,1,SP1",
  fastShutter: 0,
  jogs: 0,
  moving: 0,
  sample: 0,
  height: 0,
};

const STREAM_IDLE = { ...IDLE, message: "Done", buttons: "0,0,0,0", ring: 1 };

const spread = <T>(all: readonly T[], wanted: number): T[] =>
  all.filter(
    (_, index) =>
      Math.floor((index * wanted) / all.length) !== Math.floor(((index - 1) * wanted) / all.length),
  );

const pointsOf = (transitions: readonly string[]): readonly string[] =>
  process.env["TOMOIOC_ABORT_POINTS"] === "all" ? transitions : spread(transitions, SAMPLED);

/** Times when the stage came to rest. */
function rests(context: TestContext, beamline: TestBeamline): number[] {
  const times: number[] = [];
  const watching = beamline.pv("2bmb:m102.DMOV").sample$.subscribe(({ value }) => {
    if (toNumber(value) === 1) times.push(performance.now());
  });
  context.after(() => watching.unsubscribe());
  return times;
}

describe("an abort at any transition", () => {
  for (const [name, kind] of Object.entries(KINDS))
    it(`of ${name} leaves everything as between scans, and the next scan works`, async (context) => {
      const beamline = new TestBeamline(
        context,
        { ...COMMON, ...kind.settings },
        { frames: 0.3, capture: 3 },
        { databases: kind.databases },
      );
      await beamline.served();
      const idle = has(beamline, "StreamMessage") ? STREAM_IDLE : IDLE;
      const restTimes = rests(context, beamline);
      // What the server still does after its start is over then.
      await session(beamline, kind);
      const transitions = await session(beamline, kind);
      assert.deepEqual(idleState(beamline), idle, "after a whole scan");
      const points = pointsOf(transitions);
      for (const point of points) {
        abortedAt = 0;
        await session(beamline, kind, point);
        assert.notEqual(abortedAt, 0, `${point} was not reached`);
        assert.deepEqual(idleState(beamline), idle, `after an abort at ${point}`);
        const late = ((restTimes.at(-1) ?? 0) - abortedAt) / 1000;
        assert.ok(
          late < DECELERATION_SECONDS + PATIENCE_SECONDS + (2 * stalls.max) / 1e9,
          `the stage stopped ${late} s after ${point}`,
        );
      }
      context.diagnostic(`${points.length} of ${transitions.length} transitions`);
      const outcome = beamline.text("ScanStatus");
      await session(beamline, kind);
      assert.equal(beamline.text("ScanStatus"), outcome === "Scan aborted" ? outcome : "Scan complete");
    });
});
