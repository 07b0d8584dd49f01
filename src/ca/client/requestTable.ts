const FIRST_CAPACITY = 64;

/**
 * What waits for an answer, by the number that the answer carries. A Map would do, but leaves a trail of tables for the
 * garbage collector where thousands of requests come and go at once.
 */
export class RequestTable<T> {
  #entries: (T | undefined)[] = new Array(FIRST_CAPACITY).fill(undefined);
  #ids = new Uint32Array(FIRST_CAPACITY);
  #size = 0;
  #lastId = 0;

  /** Returns the entry's number: the next one whose place is free. */
  add(entry: T): number {
    if (this.#size * 2 >= this.#entries.length) this.#grow();
    const mask = this.#entries.length - 1;
    let id = this.#lastId;
    do id = (id + 1) >>> 0;
    while (this.#entries[id & mask] !== undefined);
    this.#lastId = id;
    this.#entries[id & mask] = entry;
    this.#ids[id & mask] = id;
    this.#size += 1;
    return id;
  }

  /** The entry with this number, which is in the table no more. */
  take(id: number): T | undefined {
    const place = id & (this.#entries.length - 1);
    const entry = this.#entries[place];
    if (entry === undefined || this.#ids[place] !== id) return undefined;
    this.#entries[place] = undefined;
    this.#size -= 1;
    return entry;
  }

  /** The entries of which that is true, which are in the table no more. */
  takeWhere(isWanted: (entry: T) => boolean): readonly T[] {
    if (this.#size === 0) return [];
    const taken: T[] = [];
    this.#entries.forEach((entry, place) => {
      if (entry === undefined || !isWanted(entry)) return;
      taken.push(entry);
      this.#entries[place] = undefined;
    });
    this.#size -= taken.length;
    return taken;
  }

  /** Numbers with places of their own have them in the larger table, too. */
  #grow(): void {
    const [entries, ids] = [this.#entries, this.#ids];
    const capacity = entries.length * 2;
    this.#entries = new Array(capacity).fill(undefined);
    this.#ids = new Uint32Array(capacity);
    entries.forEach((entry, index) => {
      if (entry === undefined) return;
      const id = ids[index] ?? 0;
      this.#entries[id & (capacity - 1)] = entry;
      this.#ids[id & (capacity - 1)] = id;
    });
  }
}
