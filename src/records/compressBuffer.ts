/** The newest values, in the order that a compress record shows them. */
export class CompressBuffer {
  readonly #values: Float64Array;
  /** Where the next value goes (FIFO) or the newest one is (LIFO). */
  offset = 0;
  used = 0;

  constructor(size: number) {
    this.#values = new Float64Array(size);
  }

  clear(): void {
    this.#values.fill(0);
    this.offset = 0;
    this.used = 0;
  }

  add(values: ArrayLike<number>, lifo: boolean): void {
    const size = this.#values.length;
    for (let index = 0; index < values.length; index++) {
      if (lifo) this.offset = (this.offset + size - 1) % size;
      this.#values[this.offset] = values[index] ?? 0;
      if (!lifo) this.offset = (this.offset + 1) % size;
    }
    this.used = Math.min(this.used + values.length, size);
  }

  /** What a client's put does: the values replace the oldest ones, and count as added. */
  replaceOldest(values: ArrayLike<number>, lifo: boolean): void {
    const size = this.#values.length;
    const first = this.#first(lifo);
    for (let index = 0; index < values.length; index++)
      this.#values[(first + index) % size] = values[index] ?? 0;
    if (!lifo) this.offset = (this.offset + values.length) % size;
    this.used = Math.min(this.used + values.length, size);
  }

  /** FIFO: oldest first; LIFO: newest first. */
  contents(lifo: boolean): Float64Array {
    const size = this.#values.length;
    const first = this.#first(lifo);
    return Float64Array.from({ length: this.used }, (_, index) => this.#values[(first + index) % size] ?? 0);
  }

  #first(lifo: boolean): number {
    const size = this.#values.length;
    return lifo ? this.offset : (this.offset + size - this.used) % size;
  }
}
