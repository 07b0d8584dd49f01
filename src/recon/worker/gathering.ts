/** So many projections are cheap to add together; more are not cheaper. */
const ENOUGH = 4;

/** However long a projection takes, slices are to show the sample as it is now. */
const LONGEST_WAIT_MS = 40;

/**
 * How long a projection waits for others to be added with: no longer than adding a few of them takes, so that small images, which cost nothing,
 * hardly wait. Times in milliseconds.
 */
export class Gathering {
  #since = 0;

  /** Asked after a projection was taken in: is it the first that waits? */
  arrived(now: number, waiting: number): void {
    if (waiting === 1) this.#since = now;
  }

  /** How long those that wait are to wait still; `cost` is what adding one takes. */
  remaining(now: number, waiting: number, cost: number): number {
    if (waiting >= ENOUGH) return 0;
    return Math.max(0, this.#since + Math.min(ENOUGH * cost, LONGEST_WAIT_MS) - now);
  }
}
