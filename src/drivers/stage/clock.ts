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

/** A clock that stands until it is told to go on: hours of simulated motion in no time. */
export class ManualClock implements Clock {
  #time = 0;
  #waiting: { time: number; action: () => void }[] = [];

  now(): number {
    return this.#time;
  }

  at(time: number, action: () => void): () => void {
    const entry = { time: Math.max(time, this.#time), action };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== entry);
    };
  }

  /** Lets `seconds` pass, running what is due in order of time. */
  advance(seconds: number): void {
    const end = this.#time + seconds;
    for (;;) {
      const due = this.#waiting.filter((entry) => entry.time <= end);
      const next = due.reduce<(typeof due)[number] | undefined>(
        (first, entry) => (first === undefined || entry.time < first.time ? entry : first),
        undefined,
      );
      if (next === undefined) break;
      this.#waiting = this.#waiting.filter((entry) => entry !== next);
      this.#time = Math.max(this.#time, next.time);
      next.action();
    }
    this.#time = end;
  }
}
