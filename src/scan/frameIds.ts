import { concat, ignoreElements, tap } from "rxjs";
import type { ScanContext } from "./context.js";
import { readNumber } from "./pvValues.js";
import { changes$, perform, type Step } from "./steps.js";
import { continuedId } from "./theta.js";

/** Keeps the context's lastFrameId up to date while subscribed, from no frame on; never completes. */
export const followFrameIds = (context: ScanContext): Step =>
  concat(
    perform(() => {
      context.lastFrameId = 0;
    }),
    // The id that is there at first is of the acquisition before.
    changes$(context.beamline.camera("UniqueId_RBV")).pipe(
      tap((id) => {
        context.lastFrameId = continuedId(context.lastFrameId, id);
      }),
      ignoreElements(),
    ),
  );

/**
 * The id of the stream's latest frame, as a camera without a limit would have given it. Not their number: that of a frame which was lost
 * on its way is missing, and those after it keep theirs. A camera that tells no ids is taken to lose none.
 */
export async function readLastFrameId({ beamline, lastFrameId }: ScanContext): Promise<number> {
  const id = beamline.camera("UniqueId_RBV");
  return id.connected
    ? continuedId(lastFrameId, await readNumber(id))
    : readNumber(beamline.camera("NumImagesCounter_RBV"));
}
