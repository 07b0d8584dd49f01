/** More projections than this waiting: catching up comes before showing each. */
const FEW_WAITING = 8;

/** Between pictures of a recomputation that is under way, and while projections wait. */
const PREVIEW_INTERVAL_MS = 100;

/** A picture begins so many times what one costs after the last: the main thread and its clients have their own work with each. */
const COST_PER_PICTURE = 12;

/** However much one costs, an operator wants to see them; what counts is also how old a projection gets until it is seen. */
const LONGEST_INTERVAL_MS = 200;

/** Pictures of which the cheapest tells what one takes: the others were interrupted by other programs. */
const PICTURES_LOOKED_AT = 4;

/**
 * When slices are worth publishing: after every new projection of small images, less often when that would cost too much, and a few times
 * a second while older projections are computed again. Times in milliseconds.
 */
export class PublishSchedule {
  #isStale = false;
  #lastStart = Number.NEGATIVE_INFINITY;
  #costs: readonly number[] = [];

  /** The slices have changed since they were last published. */
  get isStale(): boolean {
    return this.#isStale;
  }

  /** Nothing has been shown yet. */
  begin(): void {
    this.#isStale = false;
    this.#lastStart = Number.NEGATIVE_INFINITY;
  }

  changed(): void {
    this.#isStale = true;
  }

  published(start: number, end: number): void {
    this.#isStale = false;
    this.#lastStart = start;
    this.#costs = [...this.#costs, end - start].slice(-PICTURES_LOOKED_AT);
  }

  /** Asked after a projection was added: was it `fresh` or computed again, and how many new ones wait behind it. */
  isDue(now: number, fresh: boolean, waiting: number): boolean {
    const interval = fresh && waiting <= FEW_WAITING ? 0 : PREVIEW_INTERVAL_MS;
    return now - this.#lastStart >= Math.max(interval, this.#leastInterval);
  }

  /** Asked when all is computed: how long until it may be shown. */
  waitUntilDue(now: number): number {
    return Math.max(0, this.#lastStart + this.#leastInterval - now);
  }

  get #leastInterval(): number {
    const cost = this.#costs.length === 0 ? 0 : Math.min(...this.#costs);
    return Math.min(COST_PER_PICTURE * cost, LONGEST_INTERVAL_MS);
  }
}
