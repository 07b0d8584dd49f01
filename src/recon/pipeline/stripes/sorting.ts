import type { Sinogram } from "./sinogram.js";

/**
 * Stripes by sorting, algorithm 3 of Vo et al., Optics Express 26 (2018) 28396: each column's values in order of size, of which
 * neighbouring columns have much the same; what stands out from the median over `window` columns is the stripe.
 */
export function sortingStripes(sinogram: Sinogram, window: number): Float32Array {
  const { data, views, width } = sinogram;
  const sorted = new Float32Array(views * width);
  const orders: Uint32Array[] = [];
  for (let x = 0; x < width; x++) {
    const at = (view: number): number => data[view * width + x] as number;
    const order = Uint32Array.from({ length: views }, (_, view) => view).sort((a, b) => at(a) - at(b));
    order.forEach((view, rank) => {
      sorted[rank * width + x] = at(view);
    });
    orders.push(order);
  }
  const stripes = new Float32Array(views * width);
  for (let rank = 0; rank < views; rank++) {
    const row = sorted.subarray(rank * width, (rank + 1) * width);
    const medians = runningMedian(row, window);
    orders.forEach((order, x) => {
      stripes[(order[rank] as number) * width + x] = (row[x] as number) - (medians[x] as number);
    });
  }
  return stripes;
}

/** Median of the `window` values around each, an odd number; the line goes on mirrored beyond its ends. */
export function runningMedian(line: Float32Array, window: number): Float32Array {
  const half = Math.floor(window / 2);
  const last = line.length - 1;
  const at = (i: number): number => {
    const inside = i < 0 ? -i - 1 : i > last ? 2 * last + 1 - i : i;
    return line[Math.min(Math.max(inside, 0), last)] as number;
  };
  const values = Float32Array.from({ length: 2 * half + 1 }, (_, i) => at(i - half)).sort();
  return line.map((_, x) => {
    if (x > 0) replace(values, at(x - 1 - half), at(x + half));
    return values[half] as number;
  });
}

/** Takes one value out of a sorted list and puts another in. */
function replace(values: Float32Array, leaving: number, coming: number): void {
  let i = 0;
  while (i < values.length - 1 && values[i] !== leaving) i += 1;
  for (; i > 0 && (values[i - 1] as number) > coming; i--) values[i] = values[i - 1] as number;
  for (; i < values.length - 1 && (values[i + 1] as number) < coming; i++)
    values[i] = values[i + 1] as number;
  values[i] = coming;
}
