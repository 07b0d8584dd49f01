import type { Matrix } from "./wavelet.js";

/** One detector row of a scan: line integrals, a row of `width` pixels for each view. */
export interface Sinogram {
  readonly data: Float32Array;
  readonly views: number;
  readonly width: number;
}

/** Mean of each detector column over the views, a single row. */
export function columnMeans({ data, views, width }: Sinogram): Matrix {
  const sums = new Float64Array(width);
  for (let view = 0; view < views; view++)
    for (let x = 0; x < width; x++) sums[x] = (sums[x] as number) + (data[view * width + x] as number);
  return { data: sums.map((sum) => sum / Math.max(views, 1)), rows: 1, columns: width };
}
