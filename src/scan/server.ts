import {
  combineLatest,
  concat,
  concatMap,
  debounceTime,
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  share,
  take,
  takeUntil,
  tap,
  timer,
} from "rxjs";
import { number$, text$ } from "../records/pvStreams.js";
import { type Beamline, type BeamlineNames, NAME_RECORDS, type PvSet } from "./beamline.js";
import { setExposure } from "./camera.js";
import { capture } from "./capture.js";
import type { ScanContext } from "./context.js";
import { retakeFields } from "./fields.js";
import { followCamera, followLens } from "./lens.js";
import { reported } from "./logged.js";
import { releaseRing } from "./ring.js";
import { moveSampleIn, moveSampleOut } from "./sample.js";
import { runScan, stopMotionAndFile } from "./scan.js";
import { startUp } from "./startup.js";
import {
  becomes$,
  changes$,
  perform,
  pressed$,
  put,
  putAndWait,
  type Step,
  sequence,
  watchdog,
  when,
} from "./steps.js";
import { changeBinning, mirrorCounters, resizeRing, revertBinning, revertRing } from "./stream.js";
import { synchronize } from "./synchronize.js";

/**
 * Names of the beamline's parts, at once and whenever an operator or the optics change one. The name of a part whose record is
 * not there after `connectSeconds` is empty.
 */
export function beamlineNames$(
  pvs: PvSet,
  prefix: string,
  connectSeconds: number,
): Observable<BeamlineNames> {
  const named$ = (record: string): Observable<string> => {
    const given$ = text$(pvs.pv(prefix + record));
    const missing$ = timer(connectSeconds * 1000).pipe(
      map(() => ""),
      takeUntil(given$),
    );
    return merge(given$, missing$);
  };
  const names$ = combineLatest({
    camera: named$(NAME_RECORDS.camera),
    filePlugin: named$(NAME_RECORDS.filePlugin),
    pvaPlugin: named$(NAME_RECORDS.pvaPlugin),
    roiPlugin: named$(NAME_RECORDS.roiPlugin),
    circularBuffer: named$(NAME_RECORDS.circularBuffer),
    rotation: named$(NAME_RECORDS.rotation),
    sampleX: named$(NAME_RECORDS.sampleX),
    sampleY: named$(NAME_RECORDS.sampleY),
    openShutter: named$(NAME_RECORDS.openShutter),
    closeShutter: named$(NAME_RECORDS.closeShutter),
    openFastShutter: named$(NAME_RECORDS.openFastShutter),
    closeFastShutter: named$(NAME_RECORDS.closeFastShutter),
    shutterStatus: named$(NAME_RECORDS.shutterStatus),
    mctOptics: named$(NAME_RECORDS.mctOptics),
  });
  return names$.pipe(
    debounceTime(0),
    distinctUntilChanged((a, b) => JSON.stringify(a) === JSON.stringify(b)),
  );
}

/** Completes when the scan's frames come, or when they never will, or when the button was released before. */
const framesOrNever = ({ beamline, scan$, ending$ }: ScanContext, button: string): Step =>
  scan$.pipe(
    filter((scan) => scan !== undefined),
    take(1),
    takeUntil(merge(ending$.pipe(filter((ending) => ending)), becomes$(beamline.own(button), 0))),
    ignoreElements(),
  );

/**
 * One streaming action behind a button: at most one at a time and only while a scan runs, otherwise the button just springs
 * back; pressed while the scan begins, it waits for the first frames. However it ends, StreamMessage and the button return to Done.
 */
const action = (context: ScanContext, button: string, work: () => Step, release: Step): Observable<never> => {
  const { beamline, busy$, scan$, running$, ending$ } = context;
  const springBack = put(beamline.own(button), 0);
  const done = sequence(
    reported(context, button, release),
    perform(() => busy$.next(false)),
    put(beamline.own("StreamMessage"), "Done"),
    springBack,
  );
  return pressed$(beamline.own(button)).pipe(
    mergeMap(() => {
      if (busy$.value || ending$.value || !running$.value) return springBack;
      busy$.next(true);
      const begun = defer(() => (scan$.value === undefined ? sequence() : work()));
      return concat(framesOrNever(context, button), reported(context, button, begun), done).pipe(
        finalize(() => busy$.next(false)),
      );
    }),
  );
};

const streamingActions = (context: ScanContext): Observable<never> => {
  const { beamline, ending$ } = context;
  const ended$ = ending$.pipe(filter((ending) => ending));
  const stop$ = merge(becomes$(beamline.own("StreamCapture"), 0), ended$);
  const ring = releaseRing(context);
  return merge(
    action(context, "StreamCapture", () => capture(context, stop$), ring),
    action(context, "StreamRetakeDark", () => retakeFields(context, "dark", ended$), ring),
    action(context, "StreamRetakeFlat", () => retakeFields(context, "flat", ended$), ring),
    action(context, "StreamSync", () => synchronize(context), sequence()),
  );
};

/** Settings of the stream that take effect at once, or are put back when they cannot now. */
const streamSettings = (context: ScanContext): Observable<never> => {
  const { beamline, busy$, scan$ } = context;
  const follow = (record: string, apply: Step, revert: Step): Observable<never> =>
    changes$(beamline.own(record)).pipe(
      filter(() => scan$.value !== undefined),
      concatMap(() => reported(context, record, busy$.value ? revert : apply)),
    );
  return merge(
    follow("StreamPreCount", resizeRing(context), revertRing(context)),
    follow("StreamBinning", changeBinning(context), revertBinning(context)),
  );
};

/** Between scans the camera and the file plugin follow the settings; a scan takes them over when it begins. */
const settings = (context: ScanContext): Observable<never> => {
  const { beamline, times, running$ } = context;
  const path$ = text$(beamline.own("FilePath")).pipe(distinctUntilChanged());
  return merge(
    changes$(beamline.own("ExposureTime")).pipe(
      filter(() => !running$.value),
      concatMap((seconds) => reported(context, "ExposureTime", setExposure(beamline, times, seconds))),
    ),
    path$.pipe(
      concatMap((path) =>
        when(
          beamline.file("FilePath").connected && path !== "",
          reported(context, "FilePath", putAndWait(beamline.file("FilePath"), path, times.put)),
        ),
      ),
    ),
    number$(beamline.file("FilePathExists_RBV")).pipe(
      tap((exists) => beamline.own("FilePathExists").write(exists)),
      ignoreElements(),
    ),
  );
};

const sampleMoves = (context: ScanContext): Observable<never> => {
  const { beamline } = context;
  const move = (button: string, step: Step): Observable<never> =>
    pressed$(beamline.own(button)).pipe(
      concatMap(() => concat(reported(context, button, step), put(beamline.own(button), 0))),
    );
  return merge(move("MoveSampleIn", moveSampleIn(context)), move("MoveSampleOut", moveSampleOut(context)));
};

const scans = (context: ScanContext): Observable<never> =>
  pressed$(context.beamline.own("StartScan")).pipe(
    filter(() => !context.running$.value),
    mergeMap(() => runScan(context)),
  );

/**
 * Emits when AbortScan is pressed, also when that was before anybody listened, and when `others$` do. Stops what moves and lets
 * AbortScan spring back, so that it can be pressed again.
 */
export const abort$ = (beamline: Beamline, others$: Observable<unknown>): Observable<unknown> =>
  merge(pressed$(beamline.own("AbortScan")), others$).pipe(
    tap(() => {
      stopMotionAndFile({ beamline });
      beamline.own("AbortScan").write(0);
    }),
    share(),
  );

const streaming = (context: ScanContext): Observable<never> =>
  merge(streamingActions(context), streamSettings(context), mirrorCounters(context), followLens(context));

/**
 * Everything the scan server does for one beamline; unsubscribing stops all of it. Never fails. ServerRunning says
 * Running once buttons are heard.
 */
export const serve = (context: ScanContext): Observable<never> =>
  concat(
    startUp(context),
    merge(
      scans(context),
      context.aborted$.pipe(ignoreElements()),
      context.kind === "stream" ? streaming(context) : EMPTY,
      settings(context),
      sampleMoves(context),
      followCamera(context),
      watchdog(context.beamline.own("Watchdog"), context.times.watchdog),
    ),
  );

/** Emits when no scan runs. */
export const betweenScans = ({ running$ }: Pick<ScanContext, "running$">): Observable<unknown> =>
  running$.pipe(
    filter((running) => !running),
    take(1),
  );
