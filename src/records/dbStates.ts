/** Switches that records, links and the shell share by name, as EPICS Base's dbState has them. */
export class DbStates {
  readonly #states = new Map<string, boolean>();

  /** Makes a state that is off; one that is there keeps its value. */
  create(name: string): void {
    if (!this.#states.has(name)) this.#states.set(name, false);
  }

  /** Undefined where there is no such state. */
  get(name: string): boolean | undefined {
    return this.#states.get(name);
  }

  /** False where there is no such state. */
  set(name: string, value: boolean): boolean {
    if (!this.#states.has(name)) return false;
    this.#states.set(name, value);
    return true;
  }

  names(): Iterable<string> {
    return this.#states.keys();
  }
}
