import { clamp } from "./clamp.js";

/** The longest that Node's timers wait, 24 days; one that is to wait longer fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A time in seconds as the milliseconds of a timer; what is too long for one becomes as long as they get. */
export const timerMs = (seconds: number): number => clamp(seconds * 1000, 0, LONGEST_TIMER_MS);
