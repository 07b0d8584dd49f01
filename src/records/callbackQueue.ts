/**
 * Work that EPICS gives to a callback thread: runs in order, soon, outside whatever runs now. One turn of the event
 * loop handles what was there at its start, so that records that trigger each other for ever never starve the sockets.
 */
export class CallbackQueue {
  #pending: (() => void)[] = [];
  #scheduled = false;
  #stopped = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  request(callback: () => void): void {
    if (this.#stopped) return;
    this.#pending.push(callback);
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
    }, seconds * 1000);
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
