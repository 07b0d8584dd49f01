/** Beyond this many the earliest is forgotten: who sends garbage from ever new addresses must not fill the memory. */
const REMEMBERED = 1000;

/** Tells the first time of each key from all later ones, so that one bad sender makes one line of log and not thousands. */
export class FirstTimes {
  readonly #seen = new Set<string>();

  isFirst(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    for (const earliest of this.#seen) {
      if (this.#seen.size <= REMEMBERED) break;
      this.#seen.delete(earliest);
    }
    return true;
  }
}
