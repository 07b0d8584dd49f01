import { timerMs } from "../../libcom/timerMs.js";

/** How long a server may take to answer an echo request (CA_ECHO_TIMEOUT). */
export const ECHO_SECONDS = 5;

/** A timer that runs out this much later than it was set for tells that this program was stopped, or had no processor. */
const STOPPED_SECONDS = 1;

export interface CircuitWatchdogOptions {
  /** EPICS_CA_CONN_TMO: silence of this length has to be explained. */
  readonly periodSeconds: number;
  readonly echoSeconds: number;
  /** Ask the server for a sign of life. */
  readonly sendEcho: () => void;
  readonly onUnresponsive: () => void;
  /** Seconds that no setting of the wall clock moves. */
  readonly clock: () => number;
}

/**
 * Watches that the server of a circuit is alive. Messages and beacons that come at their usual time are signs of life; after a
 * period without any, or after a beacon that tells of a restart, an echo request has to be answered.
 */
export class CircuitWatchdog {
  readonly #options: CircuitWatchdogOptions;
  #timer: NodeJS.Timeout | undefined;
  #probing = false;
  /** A server that restarted sends beacons too: they count only after it has been heard on this circuit. */
  #trustsBeacons = false;
  #lastSign = 0;
  /** When the timer should run out. */
  #due = 0;

  constructor(options: CircuitWatchdogOptions) {
    this.#options = options;
  }

  /** Does the server owe an answer to an echo request? */
  get isProbing(): boolean {
    return this.#probing && this.#timer !== undefined;
  }

  /** Begins, or begins anew. */
  start(): void {
    this.#probing = false;
    this.#lastSign = this.#options.clock();
    this.#wait(this.#options.periodSeconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Something came from the server. */
  messageArrived(): void {
    this.#trustsBeacons = true;
    if (this.isProbing) this.start();
    else this.#lastSign = this.#options.clock();
  }

  beaconArrived(report: { readonly isAnomaly: boolean; readonly isOnTime: boolean }): void {
    if (report.isAnomaly) this.#trustsBeacons = false;
    if (this.#timer === undefined || this.#probing) return;
    if (report.isAnomaly) this.probe();
    else if (report.isOnTime && this.#trustsBeacons) this.#lastSign = this.#options.clock();
  }

  /** Asks for a sign of life now. */
  probe(): void {
    this.#probing = true;
    this.#options.sendEcho();
    this.#wait(this.#options.echoSeconds);
  }

  #wait(seconds: number): void {
    clearTimeout(this.#timer);
    this.#due = this.#options.clock() + seconds;
    this.#timer = setTimeout(() => this.#expired(), timerMs(seconds));
    this.#timer.unref();
  }

  #expired(): void {
    const { periodSeconds, clock, onUnresponsive } = this.#options;
    const now = clock();
    const left = this.#lastSign + periodSeconds - now;
    if (this.#probing) {
      // The request may not have left before this program was stopped: the server has its time from now on.
      if (now - this.#due > STOPPED_SECONDS) this.probe();
      else onUnresponsive();
    }
    // Timers may run out a little early.
    else if (left > periodSeconds / 100) this.#wait(left);
    else this.probe();
  }
}
