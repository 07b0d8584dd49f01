import type { NDData } from "../ndarray/ndArray.js";

/** How often each value occurs in a frame: `counts[value - lowest]`. */
export interface ValueCounts {
  readonly lowest: number;
  readonly counts: Uint32Array;
}

/** Pixels of which there are few different values. */
export type NarrowData = Int8Array | Uint8Array | Int16Array | Uint16Array;

export const isNarrow = (data: NDData): data is NarrowData =>
  data instanceof Uint8Array ||
  data instanceof Uint16Array ||
  data instanceof Int8Array ||
  data instanceof Int16Array;

/**
 * Of pixels of 8 or 16 bits, where there are more of them than values; undefined of others. It is one pass over a frame, and statistics and
 * histogram both follow from it.
 */
export function countValues(data: NDData): ValueCounts | undefined {
  const values = 256 ** data.BYTES_PER_ELEMENT;
  if (!isNarrow(data) || data.length < values) return undefined;
  const lowest = data instanceof Int8Array || data instanceof Int16Array ? -values / 2 : 0;
  // Neighbours are often alike: with two tables the second need not wait for what the first has just stored.
  const counts = new Uint32Array(values);
  const others = new Uint32Array(values);
  const even = data.length & ~1;
  for (let index = 0; index < even; index += 2) {
    const one = (data[index] ?? 0) - lowest;
    const other = (data[index + 1] ?? 0) - lowest;
    counts[one] = (counts[one] ?? 0) + 1;
    others[other] = (others[other] ?? 0) + 1;
  }
  if (even < data.length) {
    const last = (data[even] ?? 0) - lowest;
    counts[last] = (counts[last] ?? 0) + 1;
  }
  return { lowest, counts: counts.map((count, value) => count + (others[value] ?? 0)) };
}
