/** More projections than this waiting: catching up comes before showing each. */
const FEW_WAITING = 8;

/** Between pictures while projections wait, and the least between those of a recomputation that is under way. */
const PREVIEW_INTERVAL_MS = 100;

const LONGEST_PREVIEW_INTERVAL_MS = 500;

/** How long after a change of parameters the first of them comes, so that there is something to see in it. */
const FIRST_PREVIEW_MS = 60;

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
  /** The change of parameters since which pictures have been computed again. */
  #restart = 0;
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

  /** Parameters have changed. Where changes follow each other, a picture is due some time after the first that none has shown. */
  restarted(now: number): void {
    if (this.#lastStart >= this.#restart) this.#restart = now;
  }

  published(start: number, end: number): void {
    this.#isStale = false;
    this.#lastStart = start;
    this.#costs = [...this.#costs, end - start].slice(-PICTURES_LOOKED_AT);
  }

  /** Asked after a projection was added: was it `fresh` or computed again, and how many new ones wait behind it. */
  isDue(now: number, fresh: boolean, waiting: number): boolean {
    if (!fresh) return now >= this.#nextPreview;
    const interval = waiting <= FEW_WAITING ? 0 : PREVIEW_INTERVAL_MS;
    return now - this.#lastStart >= Math.max(interval, this.#leastInterval);
  }

  /** Asked when all is computed: how long until it may be shown. */
  waitUntilDue(now: number): number {
    return Math.max(0, this.#lastStart + this.#leastInterval - now);
  }

  /** Each has about twice as many projections as the one before it: a few more make no difference. */
  get #nextPreview(): number {
    const shownAfter = this.#lastStart - this.#restart;
    if (shownAfter < 0) return this.#restart + FIRST_PREVIEW_MS;
    return this.#lastStart + Math.min(Math.max(PREVIEW_INTERVAL_MS, shownAfter), LONGEST_PREVIEW_INTERVAL_MS);
  }

  get #leastInterval(): number {
    const cost = this.#costs.length === 0 ? 0 : Math.min(...this.#costs);
    return Math.min(COST_PER_PICTURE * cost, LONGEST_INTERVAL_MS);
  }
}
