/**
 * Where frames go along the dimensions of a dataset that are not the frame's own, slowest first: `(y, x, n)` for a scan over
 * positions, `(n)` for a plain series.
 */
export class FrameGrid {
  readonly #sizes: readonly number[];
  #next = 0;
  readonly #extent: number[];

  /** The size of the slowest dimension does not bound it. */
  constructor(sizes: readonly number[]) {
    this.#sizes = sizes;
    this.#extent = sizes.map(() => 1);
  }

  /** Frames along each dimension so far; one before the first frame, as areaDetector makes its datasets. */
  get extent(): readonly number[] {
    return this.#extent;
  }

  /** The place of the next frame in order; the last dimension is the fastest. */
  takeNext(): readonly number[] {
    let rest = this.#next++;
    const offset = this.#sizes.map(() => 0);
    for (let dimension = this.#sizes.length - 1; dimension > 0; dimension--) {
      const size = Math.max(this.#sizes[dimension] ?? 1, 1);
      offset[dimension] = rest % size;
      rest = Math.floor(rest / size);
    }
    if (offset.length > 0) offset[0] = rest;
    return offset;
  }

  /** Throws when a place that a frame names for itself lies outside. */
  check(offset: readonly number[]): void {
    const outside = offset.findIndex(
      (place, dimension) => place < 0 || place >= (this.#sizes[dimension] ?? 1),
    );
    if (outside >= 0)
      throw new Error(
        `position ${offset.join(", ")} is outside of the ${this.#sizes.join(" x ")} that ExtraDimSize allows`,
      );
  }

  /** Goes back to an extent it had, if it is larger now. */
  shrink(extent: readonly number[]): void {
    for (const [dimension, size] of extent.entries())
      this.#extent[dimension] = Math.min(size, this.#extent[dimension] ?? size);
  }

  /** Grows to hold a place; true when it had to. */
  grow(offset: readonly number[]): boolean {
    let grew = false;
    for (const [dimension, place] of offset.entries())
      if (place >= (this.#extent[dimension] ?? 0)) {
        this.#extent[dimension] = place + 1;
        grew = true;
      }
    return grew;
  }
}
