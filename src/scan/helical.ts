import { concat, finalize, NEVER } from "rxjs";
import type { ScanContext } from "./context.js";
import type { EndTask } from "./endScan.js";
import type { ScanPositions } from "./positions.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, put, putAndWait, type Step, sequence } from "./steps.js";

/** What a helical scan computes its vertical motion from. */
export interface HelicalRequest {
  /** Pixels of the image that the sample moves up in one turn; negative for down. */
  readonly pixelsPerTurn: number;
  /** Micrometres. */
  readonly pixelSize: number;
  /** Where the sample is, in millimetres. */
  readonly position: number;
}

export interface HelicalMotion {
  /** Millimetres per second, > 0. */
  readonly speed: number;
  readonly end: number;
}

/** The vertical motion goes on this much longer than the rotation, which does not begin at the same moment. */
const OVERRUN_SECONDS = 5;

/** Speed and end of the vertical motion that goes with a rotation. */
export function helicalMotion(
  { pixelsPerTurn, pixelSize, position }: HelicalRequest,
  { rotationStep, numAngles, motorSpeed }: Pick<ScanPositions, "rotationStep" | "numAngles" | "motorSpeed">,
): HelicalMotion {
  const perDegree = (pixelsPerTurn * pixelSize) / 1000 / 360;
  const speed = Math.abs(perDegree * motorSpeed);
  const travel = rotationStep * (numAngles - 1) * perDegree;
  return { speed, end: position + travel + Math.sign(travel) * speed * OVERRUN_SECONDS };
}

const isHelical = async ({ beamline }: ScanContext): Promise<boolean> =>
  (await readText(beamline.own("ScanType"))) === "Helical";

async function readRequest({ beamline }: ScanContext): Promise<HelicalRequest> {
  const [pixelsPerTurn, pixelSize, position] = await Promise.all([
    readNumber(beamline.own("PixelsYPer360Deg")),
    readNumber(beamline.optics("ImagePixelSize")),
    readNumber(beamline.sampleY),
  ]);
  return { pixelsPerTurn, pixelSize, position };
}

async function checkLimits({ beamline }: ScanContext, { speed, end }: HelicalMotion): Promise<void> {
  const [low, high] = await Promise.all([
    readNumber(beamline.sampleYField("LLM")),
    readNumber(beamline.sampleYField("HLM")),
  ]);
  // As in the motor record, equal limits are none.
  if (low !== high && (end < low || end > high))
    throw new Error(
      `the helical motion to ${end} would leave the limits ${low} to ${high} of ${beamline.sampleY.name}`,
    );
  if (!(speed > 0))
    throw new Error("the helical motion has no speed: PixelsYPer360Deg or ImagePixelSize is 0");
}

/**
 * What lifts the sample while it turns: nothing, when the scan is no helical one. It never completes by itself, and stops the
 * motion when unsubscribed. Rejects when the motion is impossible.
 */
export async function helixOf(context: ScanContext, positions: ScanPositions): Promise<Step> {
  if (!(await isHelical(context))) return nothing;
  const { beamline, times } = context;
  const motion = helicalMotion(await readRequest(context), positions);
  await checkLimits(context, motion);
  return concat(
    putAndWait(beamline.sampleYField("VELO"), motion.speed, times.put),
    put(beamline.sampleY, motion.end),
    NEVER,
  ).pipe(finalize(() => beamline.sampleYField("STOP").write(1)));
}

/** Brings the sample back to its height after a helical scan. */
export const endHelix = (context: ScanContext): EndTask => {
  const { beamline, times } = context;
  const back = sequence(
    after(
      () => readNumber(beamline.sampleYField("VMAX")),
      (fastest) => (fastest > 0 ? putAndWait(beamline.sampleYField("VELO"), fastest, times.put) : nothing),
    ),
    after(
      () => readNumber(beamline.own("SampleInY")),
      (height) => putAndWait(beamline.sampleY, height, times.motion),
    ),
  );
  return [
    "helix",
    after(
      () => isHelical(context),
      (helical) => (helical ? back : nothing),
    ),
  ];
};
