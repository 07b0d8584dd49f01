import type { SliceData } from "../pipeline/geometry.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";

/** Sets of slices that the main thread has at most: more results would only pile up there. */
const MOST_LENT = 5;

/**
 * Memory for slices on their way to the main thread and back. It is shared, so that neither side's garbage collector is called for what
 * neither allocates; new memory for each picture cost more than computing it.
 */
export class SliceMemory {
  readonly #sets: SliceData<Float32Array>[] = [];
  readonly #lent = new Set<number>();
  #size: ProjectionSize = { width: 0, height: 0 };

  get isAvailable(): boolean {
    return this.#lent.size < MOST_LENT;
  }

  /** A set nobody has, for slices of projections of a size. */
  take(size: ProjectionSize): { readonly set: number; readonly slices: SliceData<Float32Array> } {
    if (size.width !== this.#size.width || size.height !== this.#size.height) this.#sets.length = 0;
    this.#size = size;
    let set = 0;
    while (this.#lent.has(set)) set++;
    const slices = this.#sets[set] ?? sharedSlices(size);
    this.#sets[set] = slices;
    this.#lent.add(set);
    return { set, slices };
  }

  give(set: number): void {
    this.#lent.delete(set);
  }
}

function sharedSlices({ width, height }: ProjectionSize): SliceData<Float32Array> {
  const pixels = (count: number): Float32Array =>
    new Float32Array(new SharedArrayBuffer(count * Float32Array.BYTES_PER_ELEMENT));
  return { z: pixels(width * width), y: pixels(width * height), x: pixels(width * height) };
}
