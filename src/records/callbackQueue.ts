import { timerMs } from "../libcom/timerMs.js";

/**
 * Work that EPICS gives to a callback thread: runs in order, soon, outside whatever runs now. One turn of the event
 * loop handles what was there at its start, so that records that trigger each other for ever never starve the sockets.
 */
export class CallbackQueue {
  #pending: (() => void)[] = [];
  #scheduled = false;
  #stopped = false;
  #highWaterMark = 0;
  readonly #timers = new Set<NodeJS.Timeout>();

  /** How many callbacks wait. */
  get length(): number {
    return this.#pending.length;
  }

  /** The most that ever waited. */
  get highWaterMark(): number {
    return this.#highWaterMark;
  }

  resetHighWaterMark(): void {
    this.#highWaterMark = this.#pending.length;
  }

  request(callback: () => void): void {
    if (this.#stopped) return;
    this.#pending.push(callback);
    this.#highWaterMark = Math.max(this.#highWaterMark, this.#pending.length);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#run());
  }

  /** Runs a callback after a time; gone when the queue stops. */
  after(seconds: number, callback: () => void): () => void {
    if (this.#stopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, timerMs(seconds));
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
  }

  stop(): void {
    this.#stopped = true;
    this.#pending = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #run(): void {
    const due = this.#pending;
    this.#pending = [];
    this.#scheduled = false;
    for (const callback of due) callback();
  }
}
