import { defer } from "rxjs";
import type { ScanContext } from "./context.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, put, putAndWait, type Step, sequence, when } from "./steps.js";

type Place = "In" | "Out";

const movesAlong = (axis: string, direction: "X" | "Y"): boolean => axis === direction || axis === "Both";

const moveAxis = ({ beamline, times }: ScanContext, direction: "X" | "Y", place: Place): Step =>
  after(
    () => readNumber(beamline.own(`Sample${place}${direction}`)),
    (position) => putAndWait(direction === "X" ? beamline.sampleX : beamline.sampleY, position, times.motion),
  );

const moveAxes = (context: ScanContext, place: Place): Step =>
  after(
    () => readText(context.beamline.own("FlatFieldAxis")),
    (axis) =>
      sequence(
        when(movesAlong(axis, "X"), moveAxis(context, "X", place)),
        when(movesAlong(axis, "Y"), moveAxis(context, "Y", place)),
      ),
  );

/** A move of the rotation axis at full speed; never while the stage turns in a scan. */
const rotateTo = ({ beamline, times }: ScanContext, angle: number): Step =>
  after(
    async () => ({
      speed: await readNumber(beamline.rotation("VELO")),
      fastest: await readNumber(beamline.rotation("VMAX")),
    }),
    ({ speed, fastest }) =>
      sequence(
        put(beamline.rotation("VELO"), fastest > 0 ? fastest : speed),
        putAndWait(beamline.rotation("VAL"), angle, times.motion),
        put(beamline.rotation("VELO"), speed),
      ),
  );

const rotateOut = (context: ScanContext): Step =>
  after(
    async () => ({
      enabled: (await readNumber(context.beamline.own("SampleOutAngleEnable"))) !== 0,
      angle: await readNumber(context.beamline.own("SampleOutAngle")),
      present: await readNumber(context.beamline.rotation("VAL")),
    }),
    ({ enabled, angle, present }) => {
      if (!enabled || context.scan$.value !== undefined) return nothing;
      context.rotationBeforeMoveOut = present;
      return rotateTo(context, angle);
    },
  );

function rotateBack(context: ScanContext): Step {
  return defer(() => {
    const angle = context.rotationBeforeMoveOut;
    if (angle === undefined || context.scan$.value !== undefined) return nothing;
    context.rotationBeforeMoveOut = undefined;
    return rotateTo(context, angle);
  });
}

export const moveSampleOut = (context: ScanContext): Step =>
  sequence(rotateOut(context), moveAxes(context, "Out"), put(context.beamline.own("MoveSampleOut"), 0));

export const moveSampleIn = (context: ScanContext): Step =>
  sequence(moveAxes(context, "In"), rotateBack(context), put(context.beamline.own("MoveSampleIn"), 0));
