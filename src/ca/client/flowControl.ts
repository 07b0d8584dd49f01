/** Ten buffers of 16 kB, as in libca. */
const BACKLOG_BYTES = 10 * 16_384;

export interface FlowControlOptions {
  /** The server shall send no events, only keep the newest. */
  readonly eventsOff: () => void;
  readonly eventsOn: () => void;
}

/**
 * Tells the server to hold events back while this program does not keep up: when much was read without a pause and more is
 * waiting, until all of it is read. What is asked for meanwhile is answered.
 */
export class FlowControl {
  readonly #options: FlowControlOptions;
  #backlog = 0;
  #isOff = false;
  #reads = 0;

  constructor(options: FlowControlOptions) {
    this.#options = options;
  }

  /** A read brought `size` bytes; more is waiting when it filled its buffer. */
  received(size: number, bufferSize: number): void {
    this.#reads += 1;
    if (size < bufferSize) {
      this.#caughtUp();
      return;
    }
    this.#backlog += size;
    if (this.#isOff || this.#backlog < BACKLOG_BYTES) return;
    this.#isOff = true;
    this.#options.eventsOff();
    this.#watch(this.#reads);
  }

  /** The circuit is gone. */
  stop(): void {
    this.#isOff = false;
  }

  #caughtUp(): void {
    this.#backlog = 0;
    if (!this.#isOff) return;
    this.#isOff = false;
    this.#options.eventsOn();
  }

  /** The last read may have filled its buffer by chance: where a turn of the event loop brings no other, nothing is waiting. */
  #watch(reads: number): void {
    const look = (): void => {
      if (!this.#isOff) return;
      if (this.#reads === reads) this.#caughtUp();
      else this.#watch(this.#reads);
    };
    // The first one may still be in the turn of the last read.
    setImmediate(() => setImmediate(look));
  }
}
