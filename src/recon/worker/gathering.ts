/** So many projections are cheap to add together; more are not cheaper. */
const ENOUGH = 4;

/** However long a projection takes, slices are to show the sample as it is now. */
const LONGEST_WAIT_MS = 40;

/** A thread that each projection by itself keeps busy for less of the time has time for that. */
const BUSY = 0.4;

/** Projections that the mean time between two looks back on. */
const RUNNING_MEAN = 8;

/**
 * Whether and how long a projection waits for others to be added with: where adding each by itself keeps the thread busy, no longer than a
 * few of them take. Small images and slow scans, each projection of which can be shown, do not wait. Times in milliseconds; `cost` is
 * what adding a projection takes.
 */
export class Gathering {
  #since = 0;
  #last: number | undefined;
  #interval: number | undefined;

  /** A projection came; now so many wait. */
  arrived(now: number, waiting: number): void {
    if (waiting === 1) this.#since = now;
    const interval = now - (this.#last ?? Number.NEGATIVE_INFINITY);
    this.#last = now;
    if (interval === Number.POSITIVE_INFINITY) return;
    this.#interval ??= interval;
    this.#interval += (interval - this.#interval) / RUNNING_MEAN;
  }

  /** Whether projections are to be added several at a time. */
  isWorthwhile(cost: number): boolean {
    return this.#interval !== undefined && cost >= BUSY * this.#interval;
  }

  /** How long those that wait are to wait still. */
  remaining(now: number, waiting: number, cost: number): number {
    if (waiting >= ENOUGH || !this.isWorthwhile(cost)) return 0;
    return Math.max(0, this.#since + Math.min(ENOUGH * cost, LONGEST_WAIT_MS) - now);
  }
}
