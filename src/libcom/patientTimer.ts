import { LONGEST_TIMER_MS } from "./timerMs.js";

/**
 * Calls back after so many milliseconds, and not before what arrived meanwhile was read: where a program was busy or stopped for
 * longer, its timers come first otherwise, and what it waits for seems to be missing. Returns how to call it off.
 */
export function patientTimer(milliseconds: number, call: () => void): () => void {
  let afterReading: NodeJS.Immediate | undefined;
  const timer = setTimeout(
    () => {
      afterReading = setImmediate(call);
    },
    Math.min(milliseconds, LONGEST_TIMER_MS),
  );
  return () => {
    clearTimeout(timer);
    clearImmediate(afterReading);
  };
}
