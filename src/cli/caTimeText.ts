import { type Timestamp, toPosixMilliseconds } from "../libcom/epicsTime.js";

const two = (value: number): string => String(value).padStart(2, "0");

/** `2026-11-23 10:00:00.123456` in local time; `<undefined>` for a record that was never processed. */
export function timeText(time: Timestamp): string {
  if (time.seconds === 0 && time.nanoseconds === 0) return "<undefined>";
  // Rounded without overflowing into whole seconds.
  const microseconds = Math.min(999_999, Math.floor((time.nanoseconds + 500) / 1000));
  const date = new Date(toPosixMilliseconds({ seconds: time.seconds, nanoseconds: 0 }));
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock}.${String(microseconds).padStart(6, "0")}`;
}

export const secondsBetween = (later: Timestamp, earlier: Timestamp): number =>
  later.seconds - earlier.seconds + (later.nanoseconds - earlier.nanoseconds) / 1e9;
