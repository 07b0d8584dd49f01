/** What a slice is like, in its own units but for `sharpness`. */
export interface SliceStatistics {
  readonly minimum: number;
  readonly maximum: number;
  readonly mean: number;
  readonly sigma: number;
  /**
   * Mean squared difference of neighbours over variance: grows with edges and falls with blur, whatever the scale of the
   * values; 4 for noise without any neighbourhood, 0 for an even slice.
   */
  readonly sharpness: number;
}

/** Statistics of a row-major image; pixels that are no number are left out. */
export function sliceStatistics(slice: Float32Array, width: number): SliceStatistics {
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  let count = 0;
  let steps = 0;
  // From one pixel on, so that differences of large equal values stay exact.
  const origin = slice.find(Number.isFinite) ?? 0;
  for (let i = 0; i < slice.length; i++) {
    const value = slice[i] as number;
    if (!Number.isFinite(value)) continue;
    minimum = Math.min(minimum, value);
    maximum = Math.max(maximum, value);
    sum += value - origin;
    squares += (value - origin) ** 2;
    count += 1;
    const right = i % width === width - 1 ? value : (slice[i + 1] as number);
    const below = i + width < slice.length ? (slice[i + width] as number) : value;
    const step = (right - value) ** 2 + (below - value) ** 2;
    if (Number.isFinite(step)) steps += step;
  }
  if (count === 0) return { minimum: 0, maximum: 0, mean: 0, sigma: 0, sharpness: 0 };
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean ** 2);
  const sharpness = variance > 0 ? steps / count / variance : 0;
  return { minimum, maximum, mean: origin + mean, sigma: Math.sqrt(variance), sharpness };
}
