import {
  defer,
  filter,
  ignoreElements,
  merge,
  type Observable,
  share,
  skipWhile,
  startWith,
  switchMap,
  take,
  takeUntil,
  throwError,
  timeout,
  timer,
} from "rxjs";
import { number$ } from "../records/pvStreams.js";
import type { ScanContext } from "./context.js";
import { streamFrameTime } from "./positions.js";
import { readNumber } from "./pvValues.js";
import { after, nothing, put, putAndWait, reach, type Step, sequence, when, within } from "./steps.js";

/** Emits when no frame came for too long. */
const stalled$ = ({ beamline }: ScanContext, seconds: number): Observable<unknown> =>
  number$(beamline.file("NumCaptured_RBV")).pipe(
    startWith(0),
    switchMap(() => timer(seconds * 1000)),
  );

/** Stops the file plugin; what was stored until then is a good file once it is closed. */
const close = ({ beamline, times }: ScanContext): Step => {
  const state = beamline.file("Capture_RBV");
  return sequence(
    put(beamline.file("Capture"), 0),
    reach(state, (value) => value === 0).pipe(within(times.drain, `${state.name}: the capture did not end`)),
  );
};

/** Ends a capture that somebody left running. */
export const stopOther = (context: ScanContext): Step =>
  after(
    () => readNumber(context.beamline.file("Capture_RBV")),
    (running) => when(running !== 0, close(context)),
  );

function capture(
  context: ScanContext,
  stop$: Observable<unknown>,
  stallSeconds: number,
  alongside: Step,
): Step {
  const { beamline, times } = context;
  const state = beamline.file("Capture_RBV");
  const isCapturing$ = number$(state).pipe(
    skipWhile((value) => value !== 1),
    timeout({
      first: times.capture * 1000,
      with: () =>
        throwError(() => new Error(`${state.name}: the capture did not begin within ${times.capture} s`)),
    }),
    share(),
  );
  const closed$ = isCapturing$.pipe(
    filter((value) => value === 0),
    take(1),
    share(),
  );
  const stop = merge(stop$, stalled$(context, stallSeconds)).pipe(
    take(1),
    switchMap(() => close(context)),
  );
  const whenBegun = isCapturing$.pipe(
    take(1),
    switchMap(() => alongside),
  );
  // The state is watched before the capture is started, so that even the shortest one is seen.
  return merge(
    closed$.pipe(ignoreElements()),
    merge(whenBegun, stop, put(beamline.file("Capture"), 1)).pipe(takeUntil(closed$)),
  );
}

const failWithoutFrames = ({ beamline }: ScanContext): Step =>
  after(
    () => readNumber(beamline.file("NumCaptured_RBV")),
    (captured) => (captured > 0 ? nothing : throwError(() => new Error("no frames arrived to be captured"))),
  );

/**
 * Records `count` frames (0: until stopped) with the file plugin as it is set, and is done when the file is closed.
 * `alongside` runs as soon as the plugin waits for frames. Ends early when `stop$` emits or frames stay away; fails when
 * there was none at all.
 */
export const record = (
  context: ScanContext,
  count: number,
  stop$: Observable<unknown>,
  alongside: Step = nothing,
): Step =>
  sequence(
    stopOther(context),
    putAndWait(context.beamline.file("NumCapture"), count, context.times.put),
    after(
      async () => streamFrameTime(await readNumber(context.beamline.camera("AcquireTime_RBV"))),
      (seconds) => defer(() => capture(context, stop$, context.times.capture + 2 * seconds, alongside)),
    ),
    failWithoutFrames(context),
  );
