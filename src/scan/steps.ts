import {
  asapScheduler,
  catchError,
  concat,
  defer,
  distinctUntilChanged,
  EMPTY,
  endWith,
  filter,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  observeOn,
  pairwise,
  switchMap,
  take,
  takeWhile,
  tap,
  throwError,
  timeout,
  timer,
} from "rxjs";
import type { Value } from "../channel/dbf.js";
import type { Pv } from "../records/pv.js";
import { number$ } from "../records/pvStreams.js";

/** One thing to do: completes when it is done, fails with an error that says why not, stops when unsubscribed. */
export type Step = Observable<never>;

export const nothing: Step = EMPTY;

/** Steps one after the other; each begins when the one before is done. */
export const sequence = (...steps: readonly Step[]): Step => concat(...steps);

export const when = (condition: boolean, step: Step): Step => (condition ? step : nothing);

/** A step that is a function call; a promise is waited for. */
export const perform = (action: () => unknown): Step =>
  defer(async () => {
    await action();
  }).pipe(ignoreElements());

/** A step made from values that are read when its turn comes. */
export const after = <T>(read: () => Promise<T>, step: (value: T) => Step): Step =>
  defer(() => from(read())).pipe(switchMap(step));

export const pause = (seconds: number): Step =>
  seconds > 0 ? timer(seconds * 1000).pipe(ignoreElements()) : nothing;

/** Writes and goes on at once; a PV that is not connected is skipped. */
export const put = (pv: Pv, value: Value): Step => perform(() => pv.write(value));

/** Writes and waits for the processing that follows. */
export const putAndWait = (pv: Pv, value: Value, timeoutSeconds: number): Step =>
  perform(() => pv.writeNotify(value, { timeoutSeconds }));

/** As `putAndWait`, for PVs that not every camera or plugin has. */
export const putIfThere = (pv: Pv, value: Value, timeoutSeconds: number): Step =>
  defer(() => when(pv.connected, putAndWait(pv, value, timeoutSeconds)));

/** Fails with a line that names what did not happen in time. */
export const within =
  (seconds: number, what: string) =>
  (step: Step): Step =>
    step.pipe(
      timeout({
        first: seconds * 1000,
        with: () => throwError(() => new Error(`${what} within ${Number(seconds.toFixed(3))} s`)),
      }),
    );

/** Waits until a PV's number meets a condition; an event, not a poll, so that nothing short is missed. */
export const reach = (pv: Pv, wanted: (value: number) => boolean): Step =>
  number$(pv).pipe(filter(wanted), take(1), ignoreElements());

/** Each time a PV changes to `value`. What it is at first does not count. */
export const becomes$ = (pv: Pv, value: number): Observable<number> =>
  changes$(pv).pipe(filter((changed) => changed === value));

/**
 * Each time a PV is 1, also when it is at first. It is told once the record that was pressed has processed: a button that springs
 * back while its record is still active would do so later, and the next press could come before and be lost.
 */
export const pressed$ = (pv: Pv): Observable<number> =>
  number$(pv).pipe(
    distinctUntilChanged(),
    filter((value) => value === 1),
    observeOn(asapScheduler),
  );

/** Every change of a PV's number; what it is at first does not count. */
export const changes$ = (pv: Pv): Observable<number> =>
  number$(pv).pipe(
    pairwise(),
    filter(([before, now]) => before !== now),
    map(([, now]) => now),
  );

/** Runs `others` alongside, until `step` is done: what of them is not over then is given up. Fails when either does. */
export const during = (step: Step, others: Step): Step =>
  merge(others, step.pipe(endWith("done"))).pipe(
    takeWhile((event) => event !== "done"),
    ignoreElements(),
  );

/** Runs `back` after `body` also when that fails. */
export const always = (body: Step, back: Step): Step =>
  concat(
    body.pipe(
      catchError((error) =>
        concat(
          back,
          throwError(() => error),
        ),
      ),
    ),
    back,
  );

/** What a server writes into a Watchdog record, which counts down by one each second. */
const WATCHDOG_COUNTS = 5;

/** Keeps a Watchdog record from running out, for as long as it is subscribed. */
export const watchdog = (pv: Pv, periodSeconds: number): Observable<never> =>
  timer(0, periodSeconds * 1000).pipe(
    tap(() => pv.write(WATCHDOG_COUNTS)),
    ignoreElements(),
  );
