import { basename } from "node:path";
import { filter, type Observable } from "rxjs";
import { completeFile } from "./completeFile.js";
import type { ScanContext } from "./context.js";
import { fixedName, withFileSettings } from "./fileSettings.js";
import { readNumber, readText } from "./pvValues.js";
import { record } from "./recording.js";
import { after, perform, put, putAndWait, reach, type Step, sequence, when, within } from "./steps.js";
import { startTransfer } from "./transfer.js";

/** Frames that the ring emits when it is triggered: it waits for the next frame, then goes from the oldest on. */
function flushRing({ beamline, times }: ScanContext, count: number): Step {
  const triggered = beamline.ring("Trigger_RBV");
  return sequence(
    putAndWait(beamline.ring("PostCount"), count, times.put),
    put(beamline.ring("Trigger"), 1),
    reach(triggered, (value) => value === 1).pipe(
      within(times.put, `${triggered.name}: the ring was not triggered`),
    ),
    put(beamline.ring("EnableCallbacks"), 1),
  );
}

export interface Captured {
  /** Name of the file with the projections. */
  file: string;
  projections: number;
  preCounted: number;
  readonly paths: string[];
}

const noteFile = ({ beamline }: ScanContext, captured: Captured, count: "projections" | "preCounted"): Step =>
  perform(async () => {
    const path = await readText(beamline.file("FullFileName_RBV"));
    captured.paths.push(path);
    captured[count] = await readNumber(beamline.file("NumCaptured_RBV"));
    if (count === "projections") captured.file = basename(path);
  });

const captureProjections = (context: ScanContext, captured: Captured, stop$: Observable<unknown>): Step => {
  const { beamline, times } = context;
  return sequence(
    put(beamline.own("StreamMessage"), "Capturing projections"),
    put(beamline.ring("EnableCallbacks"), 0),
    after(
      () => readText(beamline.own("FileName")),
      (name) => putAndWait(beamline.file("FileName"), name, times.put),
    ),
    after(
      () => readNumber(beamline.own("StreamNumCapture")),
      (count) => record(context, count, stop$),
    ),
    noteFile(context, captured, "projections"),
  );
};

/** Stores what the ring kept from before the capture, in a file of its own. */
const captureRing = (context: ScanContext, captured: Captured): Step => {
  const { beamline, ending$ } = context;
  const stop$ = ending$.pipe(filter((ending) => ending));
  const store = (count: number, port: string): Step =>
    sequence(
      put(beamline.own("StreamMessage"), "Capturing circular buffer"),
      withFileSettings(
        context,
        fixedName(`circular_buffer_${captured.file}`, port),
        sequence(
          record(context, count, stop$, flushRing(context, count)),
          noteFile(context, captured, "preCounted"),
        ),
      ),
      put(beamline.ring("Capture"), 1),
    );
  return after(
    async () => ({
      wanted: await readNumber(beamline.own("StreamPreCount")),
      kept: await readNumber(beamline.ring("CurrentQty_RBV")),
      port: await readText(beamline.ring("PortName_RBV")),
    }),
    ({ wanted, kept, port }) => when(wanted > 0 && kept > 0 && !ending$.value, store(kept, port)),
  );
};

/**
 * Captures StreamNumCapture projections, then those that the circular buffer kept from before, and completes both files.
 * `stop$` ends the capture early, with what there is.
 */
export function capture(context: ScanContext, stop$: Observable<unknown>): Step {
  const { beamline } = context;
  const captured: Captured = { file: "", projections: 0, preCounted: 0, paths: [] };
  const finish = after(
    () => Promise.resolve(captured.paths),
    (paths) =>
      sequence(...paths.flatMap((path) => [completeFile(context, path), startTransfer(context, path)])),
  );
  const report = perform(() => {
    beamline.own("StreamFileName").write(captured.file);
    beamline.own("StreamNumTotalCaptured").write(captured.projections + captured.preCounted);
  });
  return sequence(
    captureProjections(context, captured, stop$),
    captureRing(context, captured),
    finish,
    report,
  );
}

/** How every capture ends, whatever happened in it. */
export const releaseRing = ({ beamline }: ScanContext): Step => put(beamline.ring("EnableCallbacks"), 1);
