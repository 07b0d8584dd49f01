import { patientTimer } from "../../libcom/patientTimer.js";
import { LONGEST_TIMER_MS } from "../../libcom/timerMs.js";

/** One timer for many deadlines, set for the earliest: there may be a million requests in a second. Times are of `performance.now`. */
export class DeadlineTimer {
  readonly #expire: (now: number) => number;
  #cancel = (): void => {};
  #due = Number.POSITIVE_INFINITY;

  /** `expire` ends everything whose time has come, and returns the next deadline: infinity for none. */
  constructor(expire: (now: number) => number) {
    this.#expire = expire;
  }

  expect(deadline: number): void {
    if (deadline < this.#due) this.#wakeAt(deadline);
  }

  stop(): void {
    this.#cancel();
    this.#due = Number.POSITIVE_INFINITY;
  }

  #wakeAt(deadline: number): void {
    this.#cancel();
    this.#due = deadline;
    const wait = Math.min(Math.ceil(deadline - performance.now()), LONGEST_TIMER_MS);
    this.#cancel = patientTimer(wait, () => this.#look());
  }

  #look(): void {
    this.#due = Number.POSITIVE_INFINITY;
    this.expect(this.#expire(performance.now()));
  }
}
