import { defer } from "rxjs";
import { runFreely } from "./camera.js";
import type { ScanContext } from "./context.js";
import { cleanUp, fullSpeed } from "./pso.js";
import { readNumber, readText } from "./pvValues.js";
import { after, nothing, put, reach, type Step, when, within } from "./steps.js";

/** One thing to put back at the end of a scan, and what it is called when that fails. */
export type EndTask = readonly [what: string, step: Step];

/** A scan as one procedure, and what puts things back after it, however it ended. */
export interface ScanProcedure {
  readonly run: Step;
  readonly end: readonly EndTask[];
}

export const stopPulses = (context: ScanContext): EndTask => ["controller", cleanUp(context)];

/** Completes when the stage does not move. */
export const standStill = ({ beamline, times }: ScanContext): Step => {
  const done = beamline.rotation("DMOV");
  const stands = reach(done, (value) => value === 1).pipe(
    within(times.motion, `${done.name}: the stage did not come to rest`),
  );
  return defer(() => when(done.connected, stands));
};

/** The camera and the stage as they are between scans. */
export const atRest = (context: ScanContext): readonly EndTask[] => [
  ["camera", runFreely(context.beamline, context.times)],
  ["stage", standStill(context)],
  ["speed", fullSpeed(context)],
];

/** The stage goes back to where the scan began, or home; nothing waits for that. */
export const returnRotation = ({ beamline }: ScanContext): EndTask => [
  "returning",
  after(
    async () => ({
      returning: await readText(beamline.own("ReturnRotation")),
      start: await readNumber(beamline.own("RotationStart")),
    }),
    ({ returning, start }) => {
      if (returning === "Yes") return put(beamline.rotation("VAL"), start);
      return returning === "Home" ? put(beamline.rotation("HOMF"), 1) : nothing;
    },
  ),
];

export const showFileName = ({ beamline }: ScanContext): EndTask => [
  "file name",
  after(
    () => readText(beamline.file("FullFileName_RBV")),
    (name) => put(beamline.own("FullFileName"), name),
  ),
];
