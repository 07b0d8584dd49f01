import type { NDData } from "../ndarray/ndArray.js";

/** The range of a histogram: its first and last bin are about `minimum` and `maximum`. */
export interface HistogramRange {
  readonly bins: number;
  readonly minimum: number;
  readonly maximum: number;
}

export interface Histogram {
  readonly counts: Float64Array;
  readonly below: number;
  readonly above: number;
  readonly entropy: number;
}

/** Counts values by bin; those outside are counted by themselves. */
export function histogramOf(data: NDData, range: HistogramRange): Histogram {
  const { minimum } = range;
  const bins = Math.max(range.bins, 0);
  const maximum = range.maximum > minimum ? range.maximum : minimum + 1;
  const scale = (bins - 1) / (maximum - minimum);
  const counts = new Float64Array(bins);
  let below = 0;
  let above = 0;
  for (let index = 0; index < data.length; index++) {
    const value = Number(data[index] ?? 0);
    const bin = Math.trunc((value - minimum) * scale + 0.5);
    if (bin < 0 || value < minimum) below += 1;
    else if (bin > bins - 1 || value > maximum) above += 1;
    else counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let sum = 0;
  for (const count of counts) if (count > 0) sum += count * Math.log(count);
  return { counts, below, above, entropy: data.length === 0 ? 0 : -sum / data.length };
}

/** The value at the start of each bin. */
export function histogramAxis({ bins, minimum, maximum }: HistogramRange): Float64Array {
  const length = Math.max(bins, 1);
  const step = (maximum - minimum) / length;
  return Float64Array.from({ length }, (_, index) => minimum + index * step);
}
