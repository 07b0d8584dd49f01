/** Time as the simulated hardware keeps it: seconds on a clock that never jumps. */
export interface Clock {
  now(): number;
  /** Calls `action` once `time` is reached, at once (but never within this call) when it has passed; returns how to cancel. */
  at(time: number, action: () => void): () => void;
}

// setTimeout fires at once for delays that do not fit 32 bits; nothing simulated here waits that long in one piece.
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now() / 1000,
  at: (time, action) => {
    const delay = Math.ceil((time - performance.now() / 1000) * 1000);
    const timer = setTimeout(action, Math.min(Math.max(delay, 0), LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};
