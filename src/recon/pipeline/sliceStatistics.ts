/** What a slice is like, in its own units but for `sharpness` and `quality`. */
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
  /**
   * `sigma` over the noise of the pixels, which is told by how much a pixel differs from the mean of its neighbours left and right: about 1
   * for nothing but noise, growing as projections come in; 0 for an even slice.
   */
  readonly quality: number;
}

/** Mean absolute second difference of noise of standard deviation 1: sqrt(6) sqrt(2 / pi). */
const SECOND_DIFFERENCE_OF_NOISE = Math.sqrt(12 / Math.PI);

/** Rows that are looked at; of taller slices evenly spread ones, since a slice is published many times a second. */
const MOST_ROWS = 64;

/** Statistics of a row-major image; pixels that are no number are left out. */
export function sliceStatistics(slice: Float32Array, width: number): SliceStatistics {
  const stride = Math.ceil(slice.length / width / MOST_ROWS);
  let minimum = Number.POSITIVE_INFINITY;
  let maximum = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  let count = 0;
  let steps = 0;
  let bends = 0;
  // From one pixel on, so that differences of large equal values stay exact.
  const origin = slice.find(Number.isFinite) ?? 0;
  for (let start = 0; start < slice.length; start += stride * width) {
    const below = start + width < slice.length ? width : 0;
    let before = (slice[start] as number) - origin;
    let value = before;
    for (let x = 0; x < width; x++) {
      const i = start + x;
      const after = x + 1 < width ? (slice[i + 1] as number) - origin : value;
      // What is neither infinite nor NaN; Number.isFinite is many times slower here.
      if (value - value === 0) {
        if (value < minimum) minimum = value;
        if (value > maximum) maximum = value;
        sum += value;
        squares += value * value;
        count += 1;
        const right = after - value;
        const down = (slice[i + below] as number) - origin - value;
        const step = right * right + down * down;
        if (step - step === 0) steps += step;
        const bend = right + (before - value);
        if (bend - bend === 0) bends += Math.abs(bend);
      }
      before = value;
      value = after;
    }
  }
  if (count === 0) return { minimum: 0, maximum: 0, mean: 0, sigma: 0, sharpness: 0, quality: 0 };
  const mean = sum / count;
  const variance = Math.max(0, squares / count - mean * mean);
  return {
    minimum: origin + minimum,
    maximum: origin + maximum,
    mean: origin + mean,
    sigma: Math.sqrt(variance),
    sharpness: variance > 0 ? steps / count / variance : 0,
    quality: bends > 0 ? (Math.sqrt(variance) * count * SECOND_DIFFERENCE_OF_NOISE) / bends : 0,
  };
}
