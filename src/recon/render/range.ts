export interface DisplayRange {
  readonly low: number;
  readonly high: number;
}

/** How much of the values may be brighter or darker than the range shows. */
const CLIPPED_PART = 0.002;

/** The range that shows a slice well: all values but the few most extreme ones, never empty. */
export function displayRange(slice: Float32Array): DisplayRange {
  const sorted = slice.filter(Number.isFinite).sort();
  const at = (part: number): number => sorted[Math.round(part * (sorted.length - 1))] ?? 0;
  const low = at(CLIPPED_PART);
  const high = at(1 - CLIPPED_PART);
  return high > low ? { low, high } : { low, high: low + 1 };
}

/** Position of a value in the range, 0 to 1; values that are no number count as low. */
export function relativeTo({ low, high }: DisplayRange, value: number): number {
  const part = (value - low) / (high - low);
  return part > 0 ? Math.min(part, 1) : 0;
}
