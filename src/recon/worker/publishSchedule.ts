/** Results on their way that nobody has taken yet; more would only pile up. */
const MOST_UNDERWAY = 4;

/** More projections than this waiting: catching up comes before showing each. */
const FEW_WAITING = 4;

/** Between pictures of a recomputation that is under way. */
const PREVIEW_INTERVAL_MS = 100;

/** Of the time that projections need badly, publishing takes an eighth. */
const COST_PER_PREVIEW = 8;

/**
 * When slices are worth publishing: after every new projection while that keeps up with the stream, less often when
 * it would not, and a few times a second while older projections are computed again. Times in milliseconds.
 */
export class PublishSchedule {
  #underway = 0;
  #isStale = false;
  #lastStart = Number.NEGATIVE_INFINITY;
  #lastCost = 0;

  /** The slices have changed since they were last published. */
  get isStale(): boolean {
    return this.#isStale;
  }

  get mayPublish(): boolean {
    return this.#underway < MOST_UNDERWAY;
  }

  changed(): void {
    this.#isStale = true;
  }

  taken(): void {
    this.#underway = Math.max(0, this.#underway - 1);
  }

  published(start: number, end: number): void {
    this.#underway += 1;
    this.#isStale = false;
    this.#lastStart = start;
    this.#lastCost = end - start;
  }

  /** Asked after a projection was added: was it `fresh` or computed again, and how many new ones wait behind it. */
  isDue(now: number, fresh: boolean, waiting: number): boolean {
    if (fresh && waiting <= FEW_WAITING) return true;
    return now - this.#lastStart > Math.max(PREVIEW_INTERVAL_MS, COST_PER_PREVIEW * this.#lastCost);
  }
}
