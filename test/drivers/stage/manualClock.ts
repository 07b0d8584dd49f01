import type { Clock } from "../../../src/drivers/stage/clock.js";

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
