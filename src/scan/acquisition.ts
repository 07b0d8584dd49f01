import { merge, startWith, switchMap, take, throwError, timer } from "rxjs";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { showProgress } from "./progress.js";
import { lastNumber } from "./pvValues.js";
import { during, nothing, reach, type Step, within } from "./steps.js";

const takenOf = ({ beamline }: ScanContext): { taken: number; wanted: number } => ({
  taken: lastNumber(beamline.camera("NumImagesCounter_RBV"), 0),
  wanted: lastNumber(beamline.camera("NumImages"), 0),
});

/**
 * Runs `alongside` and shows the progress until the camera has all its frames; what of `alongside` is not over then is given up.
 * Fails when that takes longer than `limitSeconds`; a stream has no such limit.
 */
export const untilCameraDone = (context: ScanContext, alongside: Step, limitSeconds?: number): Step => {
  const busy = context.beamline.camera("AcquireBusy");
  const done = reach(busy, (value) => value === 0);
  const limited =
    limitSeconds === undefined
      ? done
      : done.pipe(within(limitSeconds, `${busy.name}: the camera did not finish`));
  return during(limited, merge(showProgress(context), alongside));
};

/** Fails once no frame came for `seconds` and frames are missing; nothing can bring them after the last trigger. */
export const failWhenFramesAreMissing = (context: ScanContext, seconds: number): Step =>
  number$(context.beamline.camera("NumImagesCounter_RBV")).pipe(
    startWith(0),
    switchMap(() => timer(seconds * 1000)),
    take(1),
    switchMap(() => {
      const { taken, wanted } = takenOf(context);
      return taken >= wanted
        ? nothing
        : throwError(() => new Error(`the camera took only ${taken} of ${wanted} frames`));
    }),
  );
