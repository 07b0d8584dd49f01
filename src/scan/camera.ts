import { merge } from "rxjs";
import type { Beamline } from "./beamline.js";
import type { ScanTimes } from "./options.js";
import { readText } from "./pvValues.js";
import { after, nothing, put, putAndWait, putIfThere, reach, type Step, sequence, within } from "./steps.js";

type Settings = readonly (readonly [pv: string, value: string | number])[];

/** How a camera family is made to take its frames, in the order that it wants. */
interface TriggerRecipe {
  /** `frames` frames by its own clock. */
  readonly internal: (frames: number) => Settings;
  /** One frame for each of the controller's next `frames` pulses. */
  readonly pulses: (frames: number) => Settings;
  /** One frame for every pulse, of a scan with this many angles. */
  readonly stream: (numAngles: number) => Settings;
  /** One frame each time TriggerSoftware is pressed. */
  readonly software: (frames: number) => Settings;
  readonly freeRun: Settings;
  /** The PV of a frame rate that has to follow the exposure. */
  readonly frameRate?: string;
}

/** More frames than a stream ever has: the camera is stopped, it does not end by itself. */
const ENDLESS = 65_535_000;

const LEVEL_TRIGGER = [
  ["TriggerOverlap", "ReadOut"],
  ["ExposureMode", "Timed"],
] as const;

const STREAM_ON = [
  ["ArrayCallbacks", "Enable"],
  ["FrameRateEnable", 0],
] as const;

const multiple = (frames: number): Settings => [
  ["ImageMode", "Multiple"],
  ["NumImages", frames],
];

interface Flir {
  readonly line: string;
  /** TriggerMode while the trigger is set up: where overlap with the readout can be chosen. */
  readonly whileSet: "Off" | "On";
  /** Takes frames until it is stopped; the other family counts to the number of angles. */
  readonly endless: boolean;
}

const flir = ({ line, whileSet, endless }: Flir): TriggerRecipe => {
  const triggered = (source: string, imageMode: "Continuous" | "Multiple", frames: number): Settings => [
    ["TriggerMode", whileSet],
    ["TriggerSource", source],
    ...LEVEL_TRIGGER,
    ["ImageMode", imageMode],
    ...STREAM_ON,
    ["NumImages", frames],
    ["TriggerMode", "On"],
  ];
  return {
    internal: (frames) => [["TriggerMode", "Off"], ...multiple(frames)],
    pulses: (frames) => triggered(line, "Multiple", frames),
    stream: (numAngles) =>
      endless ? triggered(line, "Continuous", ENDLESS) : triggered(line, "Multiple", numAngles),
    software: (frames) => triggered("Software", "Multiple", frames),
    freeRun: [
      ["ImageMode", "Continuous"],
      ["TriggerMode", "Off"],
    ],
  };
};

const oryx = flir({ line: "Line2", whileSet: "Off", endless: true });

const adimecTriggered = (frames: number): Settings => [
  ["ExposureMode", "TimedTriggerCont"],
  ...multiple(frames),
];

const adimec: TriggerRecipe = {
  internal: (frames) => [["ExposureMode", "Timed"], ...multiple(frames)],
  pulses: adimecTriggered,
  stream: adimecTriggered,
  software: adimecTriggered,
  freeRun: [
    ["ImageMode", "Continuous"],
    ["ExposureMode", "Timed"],
  ],
  frameRate: "AcquisitionFrameRate",
};

const RECIPES: Readonly<Record<string, TriggerRecipe>> = {
  "Oryx ORX-10G-51S5M": oryx,
  "Oryx ORX-10G-310S9M": oryx,
  "Grasshopper3 GS3-U3-23S6M": flir({ line: "Line0", whileSet: "On", endless: false }),
  "Q-12A180-Fm/CXP-6": adimec,
};

async function recipeOf(beamline: Beamline): Promise<TriggerRecipe> {
  const model = await readText(beamline.camera("Model_RBV"));
  const recipe = RECIPES[model];
  if (recipe) return recipe;
  throw new Error(`the camera "${model}" is not supported; known are ${Object.keys(RECIPES).join(", ")}`);
}

/** AcquireBusy ends after Acquire: the camera waits for plugins that still have frames of it. */
export const stopAcquisition = ({ camera }: Beamline, times: ScanTimes): Step =>
  sequence(
    putAndWait(camera("Acquire"), 0, times.put),
    reach(camera("Acquire"), (value) => value === 0).pipe(
      within(times.put, `${camera("Acquire").name} did not stop`),
    ),
    reach(camera("AcquireBusy"), (value) => value === 0).pipe(
      within(times.drain, `${camera("AcquireBusy").name}: the camera did not get rid of its frames`),
    ),
  );

/** Stops the camera and sets it up as its family wants it. */
const setUp = (beamline: Beamline, times: ScanTimes, settings: (recipe: TriggerRecipe) => Settings): Step =>
  sequence(
    stopAcquisition(beamline, times),
    after(
      () => recipeOf(beamline),
      (recipe) =>
        sequence(
          ...settings(recipe).map(([name, value]) => putIfThere(beamline.camera(name), value, times.put)),
        ),
    ),
  );

/** One frame for every pulse of the controller, until the camera is stopped. */
export const triggerStream = (beamline: Beamline, times: ScanTimes, numAngles: number): Step =>
  setUp(beamline, times, (recipe) => recipe.stream(numAngles));

/** One frame for each of the controller's next `frames` pulses. */
export const triggerByPulses = (beamline: Beamline, times: ScanTimes, frames: number): Step =>
  setUp(beamline, times, (recipe) => recipe.pulses(frames));

/** `frames` frames by the camera's own clock. */
export const triggerInternally = (beamline: Beamline, times: ScanTimes, frames: number): Step =>
  setUp(beamline, times, (recipe) => recipe.internal(frames));

/** `frames` frames, each when TriggerSoftware is pressed. */
export const triggerBySoftware = (beamline: Beamline, times: ScanTimes, frames: number): Step =>
  setUp(beamline, times, (recipe) => recipe.software(frames));

/** Frames by the camera's own clock; it is left stopped. */
export const runFreely = (beamline: Beamline, times: ScanTimes): Step =>
  setUp(beamline, times, (recipe) => recipe.freeRun);

/** The busy state is watched before the camera is started, so that even a single short frame is seen. */
export const startAcquisition = ({ camera }: Beamline, times: ScanTimes): Step => {
  const busy = camera("AcquireBusy");
  const started = reach(busy, (value) => value === 1);
  return merge(
    started.pipe(within(times.put, `${busy.name}: the camera did not start`)),
    put(camera("Acquire"), 1),
  );
};

export const setExposure = (beamline: Beamline, times: ScanTimes, seconds: number): Step =>
  putAndWait(beamline.camera("AcquireTime"), seconds, times.put);

/** Sets the exposure of a scan, and the frame rate where a camera does not derive it. */
export const setScanExposure = (beamline: Beamline, times: ScanTimes, seconds: number): Step =>
  after(
    () => readText(beamline.camera("Model_RBV")),
    (model) => {
      const frameRate = RECIPES[model]?.frameRate;
      return sequence(
        frameRate === undefined || seconds <= 0
          ? nothing
          : putIfThere(beamline.camera(frameRate), 1 / seconds, times.put),
        setExposure(beamline, times, seconds),
      );
    },
  );
