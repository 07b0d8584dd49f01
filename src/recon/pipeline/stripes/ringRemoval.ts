import { SMALLEST_TRANSMISSION } from "../darkFlat.js";
import { fourierWaveletStripes, steadyStripes } from "./fourierWavelet.js";
import { columnMeans, type Sinogram } from "./sinogram.js";
import { stripesBesideSmooth } from "./smoothing.js";
import { sortingStripes } from "./sorting.js";

/** The states of RingRemoval, in its order: tomoStream's, then ours. */
export const RING_REMOVALS = ["None", "fw", "ti"] as const;

export type RingRemoval = (typeof RING_REMOVALS)[number];

/** What can be done to a whole sinogram besides. */
export const SINOGRAM_RING_REMOVALS = [...RING_REMOVALS, "sort"] as const;

export type SinogramRingRemoval = (typeof SINOGRAM_RING_REMOVALS)[number];

/**
 * Rings are some pixels wide and the sample's features, in the mean over a half turn, some part of the detector: what lies between
 * grows with the detector's width.
 */
const levelsFor = (width: number): number => Math.min(Math.max(Math.round(Math.log2(width / 64)), 1), 5);

/** Halves features of a period of a fortieth of the width. */
const stiffnessFor = (width: number): number => (width / 40 / (2 * Math.PI)) ** 4;

/** Columns that are compared when sorted. */
const sortingWindowFor = (width: number): number => 2 * Math.max(Math.round(width / 100), 1) + 1;

/** Periods over the scan: a stripe may change a little along it. */
const SIGMA = 1;

/** Rows that are looked at together: what is between stays in the cache, as new memory costs as much as the computation. */
const ROWS_TOGETHER = 64;

/** Stripes in the mean line integrals of detector rows, row by row: what each pixel adds to all of its rays. */
export function stripesOfMeans(
  means: Float32Array,
  width: number,
  removal: Exclude<RingRemoval, "None">,
): Float32Array {
  const stripes = new Float32Array(means.length);
  for (let from = 0; from < means.length; from += ROWS_TOGETHER * width) {
    const data = new Float64Array(means.subarray(from, from + ROWS_TOGETHER * width));
    const rows = { data, rows: data.length / width, columns: width };
    const found =
      removal === "fw"
        ? steadyStripes(rows, levelsFor(width))
        : stripesBesideSmooth(rows, stiffnessFor(width));
    stripes.set(found.data, from);
  }
  return stripes;
}

/** Takes the stripes out of a sinogram, in place. */
export function removeStripes(sinogram: Sinogram, removal: SinogramRingRemoval): void {
  if (removal === "None") return;
  const { data, width } = sinogram;
  const stripes = stripesOf(sinogram, removal);
  for (let i = 0; i < data.length; i++)
    data[i] = (data[i] as number) - (stripes[stripes.length === width ? i % width : i] as number);
}

function stripesOf(
  sinogram: Sinogram,
  removal: Exclude<SinogramRingRemoval, "None">,
): Float32Array | Float64Array {
  const { width } = sinogram;
  switch (removal) {
    case "fw":
      return fourierWaveletStripes(sinogram, { levels: levelsFor(width), sigma: SIGMA });
    case "ti":
      return stripesBesideSmooth(columnMeans(sinogram), stiffnessFor(width)).data;
    case "sort":
      return sortingStripes(sinogram, sortingWindowFor(width));
  }
}

/** Mean counts of a detector as mean line integrals. */
export function integralsOfMeans(
  counts: ArrayLike<number>,
  { dark, gain }: { readonly dark: Float32Array; readonly gain: Float32Array },
): Float32Array {
  const integrals = new Float32Array(gain.length);
  for (let i = 0; i < integrals.length; i++) {
    const transmission = ((counts[i] as number) - (dark[i] as number)) * (gain[i] as number);
    integrals[i] = -Math.log(Math.max(transmission, SMALLEST_TRANSMISSION));
  }
  return integrals;
}
