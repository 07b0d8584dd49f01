import { untilCameraDone } from "./acquisition.js";
import { startAcquisition, triggerInternally } from "./camera.js";
import type { ScanContext } from "./context.js";
import { FIELD_WORDS, prepareForFields, sendFramesTo, showStatus } from "./fieldConditions.js";
import type { FieldKind } from "./fieldKinds.js";
import { readFrameTime } from "./frameTime.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, type Step, sequence, when } from "./steps.js";

/** When a scan takes its dark or flat fields. */
export interface FieldPlan {
  readonly count: number;
  readonly before: boolean;
  readonly after: boolean;
}

/** The plan of both kinds of fields, as it is when the scan begins. */
export type FieldPlans = Readonly<Record<FieldKind, FieldPlan>>;

const MODE_RECORDS: Readonly<Record<FieldKind, string>> = { dark: "DarkFieldMode", flat: "FlatFieldMode" };

async function readPlan({ beamline }: ScanContext, kind: FieldKind): Promise<FieldPlan> {
  const mode = await readText(beamline.own(MODE_RECORDS[kind]));
  const count = Math.max(0, await readNumber(beamline.own(FIELD_WORDS[kind].count)));
  return {
    count,
    before: count > 0 && (mode === "Start" || mode === "Both"),
    after: count > 0 && (mode === "End" || mode === "Both"),
  };
}

export const readFieldPlans = async (context: ScanContext): Promise<FieldPlans> => ({
  dark: await readPlan(context, "dark"),
  flat: await readPlan(context, "flat"),
});

const framesOf = ({ count, before, after }: FieldPlan): number => count * (Number(before) + Number(after));

/** How many frames of each kind the fields add to the projections. */
export const fieldFrames = ({ dark, flat }: FieldPlans): Readonly<Record<FieldKind, number>> => ({
  dark: framesOf(dark),
  flat: framesOf(flat),
});

/** A camera and its plugins get this much longer than the frames themselves. */
const PATIENCE_SECONDS = 5;

/** `frames` frames by the camera's own clock. */
const takeFrames = (context: ScanContext, frames: number): Step =>
  after(
    () => readFrameTime(context.beamline),
    ({ seconds }) =>
      sequence(
        triggerInternally(context.beamline, context.times, frames),
        startAcquisition(context.beamline, context.times),
        untilCameraDone(context, nothing, frames * seconds + PATIENCE_SECONDS),
      ),
  );

/** Dark or flat fields of a scan that does not stream: the camera takes them while the stage stands still. */
const collectFields = (context: ScanContext, kind: FieldKind, frames: number): Step => {
  const { status, location, frameType } = FIELD_WORDS[kind];
  return sequence(
    showStatus(context, status),
    prepareForFields(context, kind),
    sendFramesTo(context, location, frameType),
    takeFrames(context, frames),
  );
};

export const fieldsBefore = (context: ScanContext, { dark, flat }: FieldPlans): Step =>
  sequence(
    when(dark.before, collectFields(context, "dark", dark.count)),
    when(flat.before, collectFields(context, "flat", flat.count)),
  );

export const fieldsAfter = (context: ScanContext, { dark, flat }: FieldPlans): Step =>
  sequence(
    when(flat.after, collectFields(context, "flat", flat.count)),
    when(dark.after, collectFields(context, "dark", dark.count)),
  );
