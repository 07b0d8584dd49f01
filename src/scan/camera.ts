import type { Beamline } from "./beamline.js";
import type { ScanTimes } from "./options.js";
import { readText } from "./pvValues.js";
import { after, put, putAndWait, putIfThere, reach, type Step, sequence, within } from "./steps.js";

/** How a camera family is made to take one frame for every pulse, in the order that it wants. */
interface TriggerRecipe {
  readonly external: (numAngles: number) => readonly (readonly [pv: string, value: string | number])[];
  readonly freeRun: readonly (readonly [pv: string, value: string | number])[];
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

const FREE_RUN = [
  ["ImageMode", "Continuous"],
  ["TriggerMode", "Off"],
] as const;

const oryx: TriggerRecipe = {
  external: () => [
    ["TriggerMode", "Off"],
    ["TriggerSource", "Line2"],
    ...LEVEL_TRIGGER,
    ["ImageMode", "Continuous"],
    ...STREAM_ON,
    ["NumImages", ENDLESS],
    ["TriggerMode", "On"],
  ],
  freeRun: FREE_RUN,
};

/** Overlap with the readout can only be chosen with the trigger on. */
const grasshopper: TriggerRecipe = {
  external: (numAngles) => [
    ["TriggerMode", "On"],
    ["TriggerSource", "Line0"],
    ...LEVEL_TRIGGER,
    ["ImageMode", "Multiple"],
    ...STREAM_ON,
    ["NumImages", numAngles],
    ["TriggerMode", "On"],
  ],
  freeRun: FREE_RUN,
};

const adimec: TriggerRecipe = {
  external: (numAngles) => [
    ["ExposureMode", "TimedTriggerCont"],
    ["ImageMode", "Multiple"],
    ["NumImages", numAngles],
  ],
  freeRun: [
    ["ImageMode", "Continuous"],
    ["ExposureMode", "Timed"],
  ],
};

const RECIPES: Readonly<Record<string, TriggerRecipe>> = {
  "Oryx ORX-10G-51S5M": oryx,
  "Oryx ORX-10G-310S9M": oryx,
  "Grasshopper3 GS3-U3-23S6M": grasshopper,
  "Q-12A180-Fm/CXP-6": adimec,
};

async function recipeOf(beamline: Beamline): Promise<TriggerRecipe> {
  const model = await readText(beamline.camera("Model_RBV"));
  const recipe = RECIPES[model];
  if (recipe) return recipe;
  throw new Error(`the camera "${model}" is not supported; known are ${Object.keys(RECIPES).join(", ")}`);
}

export const stopAcquisition = (beamline: Beamline, times: ScanTimes): Step =>
  sequence(
    putAndWait(beamline.camera("Acquire"), 0, times.put),
    reach(beamline.camera("Acquire"), (value) => value === 0).pipe(
      within(times.put, `${beamline.camera("Acquire").name} did not stop`),
    ),
  );

const apply = (
  beamline: Beamline,
  times: ScanTimes,
  settings: readonly (readonly [pv: string, value: string | number])[],
): Step => sequence(...settings.map(([name, value]) => putIfThere(beamline.camera(name), value, times.put)));

/** One frame for every pulse of the controller. */
export const triggerByPulse = (beamline: Beamline, times: ScanTimes, numAngles: number): Step =>
  sequence(
    stopAcquisition(beamline, times),
    after(
      () => recipeOf(beamline),
      (recipe) => apply(beamline, times, recipe.external(numAngles)),
    ),
  );

/** Frames by the camera's own clock; it is left stopped. */
export const runFreely = (beamline: Beamline, times: ScanTimes): Step =>
  sequence(
    stopAcquisition(beamline, times),
    after(
      () => recipeOf(beamline),
      (recipe) => apply(beamline, times, recipe.freeRun),
    ),
  );

export const startAcquisition = (beamline: Beamline, times: ScanTimes): Step => {
  const busy = beamline.camera("AcquireBusy");
  return sequence(
    put(beamline.camera("Acquire"), 1),
    reach(busy, (value) => value === 1).pipe(within(times.put, `${busy.name}: the camera did not start`)),
  );
};

export const setExposure = (beamline: Beamline, times: ScanTimes, seconds: number): Step =>
  putAndWait(beamline.camera("AcquireTime"), seconds, times.put);
