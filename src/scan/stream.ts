import { ignoreElements, merge, type Observable, tap } from "rxjs";
import { toText } from "../channel/text.js";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { broadcastFields } from "./fields.js";
import { readNumber } from "./pvValues.js";
import { restartRing } from "./ring.js";
import { after, put, putAndWait, putIfThere, type Step, sequence } from "./steps.js";

/** The ring keeps StreamPreCount frames: it has to be stopped to be told so. */
export const resizeRing = (context: ScanContext): Step => {
  const { beamline, times } = context;
  return after(
    () => readNumber(beamline.own("StreamPreCount")),
    (count) => restartRing(context, putAndWait(beamline.ring("PreCount"), count, times.put)),
  );
};

/** StreamBinning 0, 1, 2: the ROI plugin bins 1, 2 or 4 pixels each way and scales the sums back to means. */
const applyBinning = ({ beamline, times }: ScanContext): Step =>
  after(
    () => readNumber(beamline.own("StreamBinning")),
    (binning) =>
      sequence(
        putAndWait(beamline.roi("BinX"), 2 ** binning, times.put),
        putAndWait(beamline.roi("BinY"), 2 ** binning, times.put),
        putAndWait(beamline.roi("Scale"), 4 ** binning, times.put),
        putIfThere(beamline.roi("EnableScale"), 1, times.put),
      ),
  );

export const changeBinning = (context: ScanContext): Step =>
  sequence(applyBinning(context), broadcastFields(context, "dark"), broadcastFields(context, "flat"));

/** Puts back what somebody changed while it could not be changed. */
export const revertRing = ({ beamline }: ScanContext): Step =>
  after(
    () => readNumber(beamline.ring("PreCount")),
    (count) => put(beamline.own("StreamPreCount"), count),
  );

export const revertBinning = ({ beamline }: ScanContext): Step =>
  after(
    () => readNumber(beamline.roi("BinX")),
    (binning) => put(beamline.own("StreamBinning"), Math.round(Math.log2(Math.max(1, binning)))),
  );

const BUTTONS = ["StreamCapture", "StreamRetakeDark", "StreamRetakeFlat", "StreamSync"] as const;

/** All streaming buttons and the message as between two actions; also undoes what autosave may have restored. */
export const resetButtons = ({ beamline }: ScanContext): Step =>
  sequence(
    ...BUTTONS.map((button) => put(beamline.own(button), 0)),
    put(beamline.own("StreamMessage"), "Done"),
  );

/** Streaming takes its dark and flat fields on request; every stream counts its frames from the first. */
export const beginStream = (context: ScanContext): Step => {
  const { beamline, times } = context;
  return sequence(
    putAndWait(beamline.own("FlatFieldMode"), "None", times.put),
    putAndWait(beamline.own("DarkFieldMode"), "None", times.put),
    applyBinning(context),
    resetButtons(context),
    put(beamline.own("FirstProjid"), 0),
    resizeRing(context),
  );
};

/** Shows the plugins' counters and the ring's message in the server's records, always in the order they came. */
export function mirrorCounters({ beamline }: ScanContext): Observable<never> {
  const mirror = (from: Observable<number>, record: string): Observable<never> =>
    from.pipe(
      tap((value) => beamline.own(record).write(value)),
      ignoreElements(),
    );
  const message$ = beamline.ring("StatusMessage").sample$.pipe(
    tap(({ value }) => beamline.own("StreamCBStatusMessage").write(toText(value))),
    ignoreElements(),
  );
  return merge(
    mirror(number$(beamline.ring("CurrentQty_RBV")), "StreamPreCounted"),
    mirror(number$(beamline.file("NumCaptured_RBV")), "StreamNumCaptured"),
    message$,
  );
}
