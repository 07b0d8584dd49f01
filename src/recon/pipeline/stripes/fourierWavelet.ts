import type { Sinogram } from "./sinogram.js";
import { alongColumns, alongRows, columnsFrom, type Matrix, rowsFrom, zeros } from "./wavelet.js";

export interface FourierWavelet {
  /** Levels of the wavelet transform: stripes of up to 2^levels pixels are seen. */
  readonly levels: number;
  /** Width of the damping, in periods over the scan: how much a stripe may change along it. */
  readonly sigma: number;
}

/** Beyond this many sigmas the damping is below 1e-7. */
const SIGMAS = 6;

/**
 * Stripes of a sinogram by Muench et al., Optics Express 17 (2009) 8567: in the wavelet bands that hold vertical detail, what
 * hardly changes from view to view. Without them the sinogram is `sinogram - stripes`.
 */
export function fourierWaveletStripes(sinogram: Sinogram, { levels, sigma }: FourierWavelet): Float32Array {
  const { views, width, data } = sinogram;
  const vertical: Matrix[] = [];
  const sizes: Matrix[] = [];
  let smooth: Matrix = { data: Float64Array.from(data), rows: views, columns: width };
  for (let level = 0; level < levels; level++) {
    sizes.push(smooth);
    const lowAlong = alongColumns(smooth, "low");
    vertical.push(slowPart(alongRows(lowAlong, "high"), sigma));
    smooth = alongRows(lowAlong, "low");
  }
  let stripes = zeros(smooth.rows, smooth.columns);
  for (let level = levels - 1; level >= 0; level--) {
    const { rows, columns } = sizes[level] ?? stripes;
    const detail = vertical[level] ?? stripes;
    const across = sum(rowsFrom(stripes, "low", columns), rowsFrom(detail, "high", columns));
    stripes = columnsFrom(across, "low", rows);
  }
  return Float32Array.from(stripes.data);
}

/**
 * The same for rows of means over all views, of which nothing but the steady part is left: what the wavelet's smooth approximation
 * lacks.
 */
export function steadyStripes(means: Matrix, levels: number): Matrix {
  const sizes: number[] = [];
  let smooth = means;
  for (let level = 0; level < levels; level++) {
    sizes.push(smooth.columns);
    smooth = alongRows(smooth, "low");
  }
  for (const columns of sizes.reverse()) smooth = rowsFrom(smooth, "low", columns);
  const stripes = zeros(means.rows, means.columns);
  for (let i = 0; i < stripes.data.length; i++)
    stripes.data[i] = (means.data[i] as number) - (smooth.data[i] as number);
  return stripes;
}

/** The part of each column with few periods: its Fourier components times a Gaussian of their frequency. */
function slowPart({ data, rows, columns }: Matrix, sigma: number): Matrix {
  const out = zeros(rows, columns);
  const highest = Math.min(Math.ceil(SIGMAS * sigma), Math.floor(rows / 2));
  for (let k = 0; k <= highest; k++) {
    // Frequencies k and -k together, but those that are one.
    const twins = k === 0 || 2 * k === rows ? 1 : 2;
    const weight = (twins * Math.exp(-(k * k) / (2 * sigma * sigma))) / rows;
    const cosines = Float64Array.from({ length: rows }, (_, i) => Math.cos((2 * Math.PI * k * i) / rows));
    const sines = Float64Array.from({ length: rows }, (_, i) => Math.sin((2 * Math.PI * k * i) / rows));
    const even = new Float64Array(columns);
    const odd = new Float64Array(columns);
    for (let i = 0; i < rows; i++)
      for (let x = 0; x < columns; x++) {
        const value = weight * (data[i * columns + x] as number);
        even[x] = (even[x] as number) + value * (cosines[i] as number);
        odd[x] = (odd[x] as number) + value * (sines[i] as number);
      }
    for (let i = 0; i < rows; i++)
      for (let x = 0; x < columns; x++) {
        const at = i * columns + x;
        const value =
          (even[x] as number) * (cosines[i] as number) + (odd[x] as number) * (sines[i] as number);
        out.data[at] = (out.data[at] as number) + value;
      }
  }
  return out;
}

const sum = (a: Matrix, b: Matrix): Matrix => ({
  ...a,
  data: a.data.map((value, i) => value + (b.data[i] as number)),
});
