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

// performance.now() has sub-microsecond resolution but drifts from the wall clock when that is stepped, so the two are
// compared once a millisecond, and the anchor is taken anew where they disagree by more than a few milliseconds.
const MAXIMUM_DRIFT_MS = 5;
const CHECK_PERIOD_MS = 1;
let anchorMs = Date.now() - performance.now();
let nextCheckMs = 0;
/** The present second, and when it began by performance.now(). */
let second = 0;
let secondBeganMs = 0;

/** The present moment. Every processing of a record asks for it, so it costs little more than a look at the clock. */
export function now(): Timestamp {
  const elapsedMs = performance.now();
  if (elapsedMs >= nextCheckMs) checkClocks(elapsedMs);
  return { seconds: second, nanoseconds: Math.floor((elapsedMs - secondBeganMs) * 1e6) };
}

function checkClocks(elapsedMs: number): void {
  const wallMs = Date.now();
  if (Math.abs(anchorMs + elapsedMs - wallMs) > MAXIMUM_DRIFT_MS) anchorMs = wallMs - elapsedMs;
  const posixSeconds = Math.floor((anchorMs + elapsedMs) / 1000);
  second = posixSeconds - POSIX_TIME_AT_EPICS_EPOCH;
  secondBeganMs = posixSeconds * 1000 - anchorMs;
  nextCheckMs = Math.min(elapsedMs + CHECK_PERIOD_MS, secondBeganMs + 1000);
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
