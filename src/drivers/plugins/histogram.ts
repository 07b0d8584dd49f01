import type { NDData } from "../ndarray/ndArray.js";
import type { ValueCounts } from "./valueCounts.js";

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

/** Counts values by bin; those outside are counted by themselves. `values` are those of the data, where they were counted already. */
export function histogramOf(data: NDData, range: HistogramRange, values?: ValueCounts): Histogram {
  const { minimum } = range;
  const bins = Math.max(range.bins, 0);
  const maximum = range.maximum > minimum ? range.maximum : minimum + 1;
  const scale = (bins - 1) / (maximum - minimum);
  const counts = new Float64Array(bins);
  let below = 0;
  let above = 0;
  const add = (value: number, count: number): void => {
    const bin = Math.trunc((value - minimum) * scale + 0.5);
    if (bin < 0 || value < minimum) below += count;
    else if (bin > bins - 1 || value > maximum) above += count;
    else counts[bin] = (counts[bin] ?? 0) + count;
  };
  if (values === undefined)
    for (let index = 0; index < data.length; index++) add(Number(data[index] ?? 0), 1);
  else
    values.counts.forEach((count, index) => {
      if (count > 0) add(index + values.lowest, count);
    });
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
