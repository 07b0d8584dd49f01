import { Observable, share } from "rxjs";
import { timerMs } from "../../libcom/timerMs.js";

/** Soon enough that a screen shows something, late enough that clients have connected. */
const FIRST_SECONDS = 1;

/** Values that are measured together, every `seconds` as long as a record with SCAN "I/O Intr" wants them. */
export class StatGroup {
  readonly #measure: () => void;

  /** Emits after each measurement. */
  readonly measured$: Observable<void>;

  constructor(
    /** How often; a new value counts from the next measurement on. */
    public seconds: number,
    measure: () => void = () => {},
  ) {
    this.#measure = measure;
    this.measured$ = new Observable<void>((subscriber) => {
      let timer: NodeJS.Timeout;
      const wait = (seconds: number): void => {
        timer = setTimeout(() => {
          this.#measure();
          subscriber.next();
          wait(this.seconds);
        }, timerMs(seconds));
      };
      wait(Math.min(FIRST_SECONDS, this.seconds));
      return () => clearTimeout(timer);
    }).pipe(share());
  }
}
