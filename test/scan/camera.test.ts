import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { filter, firstValueFrom } from "rxjs";
import type { Value } from "../../src/channel/dbf.js";
import { STREAM_DATABASES } from "./scanRig.js";
import { TestBeamline } from "./testBeamline.js";

const CAMERA = "2bmSP1:cam1:";
/** What makes a camera take its frames; the rest is the same for all. */
const TRIGGERING = new Set(
  "TriggerMode TriggerSource TriggerOverlap ExposureMode ImageMode ArrayCallbacks FrameRateEnable NumImages AcquisitionFrameRate".split(
    " ",
  ),
);

type Puts = readonly (readonly [name: string, value: Value])[];

/** How upstream's servers set a family of cameras up, put by put. */
interface Family {
  readonly models: readonly string[];
  readonly exposure: Puts;
  readonly darkFields: Puts;
  readonly projections: Puts;
  readonly stream: Puts;
  readonly between: Puts;
}

const ANGLES = 3;
const DARKS = 2;
const EXPOSURE = 0.01;

const counted = (frames: number): Puts => [
  ["ImageMode", "Multiple"],
  ["NumImages", frames],
];

const overlapping: Puts = [
  ["TriggerOverlap", "ReadOut"],
  ["ExposureMode", "Timed"],
];

const passedOn: Puts = [
  ["ArrayCallbacks", "Enable"],
  ["FrameRateEnable", 0],
];

const between: Puts = [
  ["ImageMode", "Continuous"],
  ["TriggerMode", "Off"],
];

const FAMILIES: readonly Family[] = [
  {
    models: ["Oryx ORX-10G-51S5M", "Oryx ORX-10G-310S9M"],
    exposure: [],
    darkFields: [["TriggerMode", "Off"], ...counted(DARKS)],
    projections: [
      ["TriggerMode", "Off"],
      ["TriggerSource", "Line2"],
      ...overlapping,
      ["ImageMode", "Multiple"],
      ...passedOn,
      ["NumImages", ANGLES],
      ["TriggerMode", "On"],
    ],
    stream: [
      ["TriggerMode", "Off"],
      ["TriggerSource", "Line2"],
      ...overlapping,
      ["ImageMode", "Continuous"],
      ...passedOn,
      ["NumImages", 65_535_000],
      ["TriggerMode", "On"],
    ],
    between,
  },
  {
    models: ["Grasshopper3 GS3-U3-23S6M"],
    exposure: [],
    darkFields: [["TriggerMode", "Off"], ...counted(DARKS)],
    projections: [
      ["TriggerMode", "On"],
      ["TriggerSource", "Line0"],
      ...overlapping,
      ["ImageMode", "Multiple"],
      ...passedOn,
      ["NumImages", ANGLES],
      ["TriggerMode", "On"],
    ],
    get stream() {
      return this.projections;
    },
    between,
  },
  {
    models: ["Q-12A180-Fm/CXP-6"],
    exposure: [["AcquisitionFrameRate", 1 / EXPOSURE]],
    darkFields: [["ExposureMode", "Timed"], ...counted(DARKS)],
    projections: [["ExposureMode", "TimedTriggerCont"], ...counted(ANGLES)],
    get stream() {
      return this.projections;
    },
    between: [
      ["ImageMode", "Continuous"],
      ["ExposureMode", "Timed"],
    ],
  },
];

/** A beamline with such a camera, and what the server writes to it from now on. */
async function withCamera(
  context: TestContext,
  model: string,
  databases: readonly string[],
): Promise<{ beamline: TestBeamline; puts: [string, Value][] }> {
  const settings = { NumAngles: ANGLES, NumDarkFields: DARKS, FlatFieldMode: "None", ExposureTime: EXPOSURE };
  const beamline = new TestBeamline(context, settings, { frames: 0.3 }, { databases });
  await beamline.served();
  beamline.engine.put(`${CAMERA}Model_RBV`, model);
  const puts: [string, Value][] = [];
  const watching = beamline.observed.puts$.subscribe(({ name, value }) => {
    const field = name.slice(CAMERA.length);
    if (name.startsWith(CAMERA) && TRIGGERING.has(field)) puts.push([field, value]);
  });
  context.after(() => watching.unsubscribe());
  return { beamline, puts };
}

for (const family of FAMILIES)
  for (const model of family.models)
    describe(`a ${model}`, () => {
      const { exposure, darkFields, projections, stream } = family;

      it("takes dark fields by its own clock and projections by pulses, in a fly scan", async (context) => {
        const databases = ["tomoScan", "tomoScan_PSO", "tomoScan_Helical", "tomoScan_2BM"];
        const { beamline, puts } = await withCamera(context, model, databases);
        await beamline.startScan();
        assert.deepEqual(puts, [
          ...exposure,
          ...exposure,
          ...darkFields,
          ...exposure,
          ...projections,
          ...family.between,
        ]);
      });

      it("takes a frame for each pulse of a stream", async (context) => {
        const { beamline, puts } = await withCamera(context, model, STREAM_DATABASES);
        const acquiring = firstValueFrom(
          beamline.observed.puts$.pipe(
            filter(({ name, value }) => name === `${CAMERA}Acquire` && value === 1),
          ),
        );
        const ended = beamline.startScan();
        await acquiring;
        beamline.set("AbortScan", 1);
        await ended;
        assert.deepEqual(puts, [...exposure, ...exposure, ...stream, ...family.between]);
      });
    });
