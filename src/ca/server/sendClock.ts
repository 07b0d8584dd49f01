import { performance } from "node:perf_hooks";

/** No answer or event waits longer than this for what a write behind it sets in motion. */
const LONGEST_WAIT_MILLISECONDS = 0.1;
/** Writes that took next to nothing are followed by so many without a look at the clock: it would be a tenth of each. */
const UNTIMED_WRITES = 8;

/** Tells when what was written to a client is to be sent although more of its requests are there. */
export class SendClock {
  readonly #now: () => number;
  #sent = 0;
  #looked = 0;
  #untimed = 0;

  /** @param now a clock in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** All was sent. */
  restart(): void {
    this.#sent = this.#now();
    this.#looked = this.#sent;
    this.#untimed = 0;
  }

  /** Asked after each write: has anything waited long enough? */
  isTime(): boolean {
    if (this.#untimed > 0) {
      this.#untimed -= 1;
      return false;
    }
    const present = this.#now();
    if (present - this.#looked < LONGEST_WAIT_MILLISECONDS / UNTIMED_WRITES) this.#untimed = UNTIMED_WRITES;
    this.#looked = present;
    return present - this.#sent > LONGEST_WAIT_MILLISECONDS;
  }
}
