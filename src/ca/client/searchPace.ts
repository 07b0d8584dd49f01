/** What may be on its way to a server without an answer: more would overrun the receive buffers of slow ones. */
const BURST_BYTES = 24 * 1024;
/** Where nobody answers, as much again goes out after this time. */
const BURST_MS = 1;

/** How fast searches are sent: as fast as they are answered, and in bursts where they are not. */
export class SearchPace {
  readonly #resume: () => void;
  #left = BURST_BYTES;
  #wasAnswered = false;
  #timer: NodeJS.Timeout | undefined;

  /** `resume` is called when more may be sent, after it was said that somebody `waits`. */
  constructor(resume: () => void) {
    this.#resume = resume;
  }

  /** How many bytes may be sent now. */
  get left(): number {
    return this.#left;
  }

  sent(bytes: number): void {
    this.#left -= bytes;
  }

  answered(bytes: number): void {
    this.#left = Math.min(this.#left + bytes, BURST_BYTES);
    this.#wasAnswered = true;
  }

  waits(): void {
    this.#timer ??= setTimeout(() => this.#look(), BURST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#wasAnswered) this.#left = BURST_BYTES;
    this.#wasAnswered = false;
    this.#resume();
  }
}
