import { performance } from "node:perf_hooks";

/** A moment in EPICS time: seconds since 1990-01-01 00:00:00 UTC and nanoseconds within the second. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** Seconds between the POSIX epoch (1970) and the EPICS epoch (1990). */
export const POSIX_TIME_AT_EPICS_EPOCH = 631_152_000;

/** The time stamp of a record that was never processed; shown as `<undefined>` by the clients. */
export const UNDEFINED_TIME: Timestamp = { seconds: 0, nanoseconds: 0 };

// performance.now() has sub-microsecond resolution but drifts from the wall clock when that is stepped, so the
// anchor is taken anew whenever the two disagree by more than a few milliseconds. They are compared once a millisecond.
const MAXIMUM_DRIFT_MS = 5;
const CHECK_PERIOD_MS = 1;
let anchorMs = Date.now() - performance.now();
let nextCheckMs = 0;

/** The present moment. */
export function now(): Timestamp {
  const elapsedMs = performance.now();
  if (elapsedMs >= nextCheckMs) {
    nextCheckMs = elapsedMs + CHECK_PERIOD_MS;
    const wallMs = Date.now();
    if (Math.abs(anchorMs + elapsedMs - wallMs) > MAXIMUM_DRIFT_MS) anchorMs = wallMs - elapsedMs;
  }
  return fromPosixMilliseconds(anchorMs + elapsedMs);
}

export function fromPosixMilliseconds(posixMs: number): Timestamp {
  const posixSeconds = Math.floor(posixMs / 1000);
  return {
    seconds: posixSeconds - POSIX_TIME_AT_EPICS_EPOCH,
    nanoseconds: Math.min(999_999_999, Math.floor((posixMs - posixSeconds * 1000) * 1e6)),
  };
}

export const toPosixMilliseconds = (time: Timestamp): number =>
  (time.seconds + POSIX_TIME_AT_EPICS_EPOCH) * 1000 + time.nanoseconds / 1e6;

/** As a Date, to the millisecond. */
export const fromEpics = (time: Timestamp): Date => new Date(toPosixMilliseconds(time));
