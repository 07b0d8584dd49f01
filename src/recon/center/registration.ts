import { Fft, nextPowerOfTwo } from "../../libcom/fft.js";
import type { Sinogram } from "../pipeline/stripes/sinogram.js";

/** Line integrals of a detector row with the angle of each view. */
export interface AngledSinogram extends Sinogram {
  readonly degrees: ArrayLike<number>;
}

export interface Registration {
  /** Detector column of the rotation axis. */
  readonly center: number;
  /** How well opposite views agree there, 0 to 1. */
  readonly agreement: number;
}

/** Opposite views that are compared, spread over the scan. */
const MOST_PAIRS = 16;

/** Views are opposite when they are this many steps from it, or fewer; where there are none, this many degrees. */
const MOST_STEPS_APART = 1.5;
const MOST_DEGREES_APART = 4;

/** Finer detail than this is noise: standard deviation of the weights, in cycles per pixel. */
const DETAIL = 0.08;

/** This part of a row fades out at each end, so that a sample wider than the detector has no edges there. */
const FADED_PART = 1 / 16;

/**
 * The rotation axis by phase correlation of views half a turn apart, one of them mirrored, of some rows of a detector; undefined
 * when there are no such views. Sub-pixel: the correlation is a sum of cosines, and its maximum is sought between pixels too.
 */
export function registeredCenter(rows: readonly AngledSinogram[]): Registration | undefined {
  const [first] = rows;
  const pairs = first === undefined ? [] : oppositeViews(first.degrees);
  if (first === undefined || pairs.length === 0) return undefined;
  const { width } = first;
  const phases = crossPhases(rows, pairs, nextPowerOfTwo(2 * width));
  const weight = phases.reduce((sum, { size }) => sum + size, 0);
  const correlation = (shift: number): number =>
    phases.reduce(
      (sum, { size, phase, frequency }) => sum + size * Math.cos(phase + 2 * Math.PI * frequency * shift),
      0,
    ) / weight;
  const shift = maximumOf(correlation, width);
  const agreement = weight > 0 ? Math.max(0, correlation(shift)) : 0;
  return { center: (width - 1 + shift) / 2, agreement };
}

/** Pairs of views half a turn apart, at most MOST_PAIRS; where none are, the one pair that is closest to it. */
export function oppositeViews(degrees: ArrayLike<number>): (readonly [number, number])[] {
  const sorted = Array.from({ length: degrees.length }, (_, view) => view).sort(
    (a, b) => (degrees[a] ?? 0) - (degrees[b] ?? 0),
  );
  const angle = (place: number): number => degrees[sorted[place] ?? 0] ?? 0;
  const range = angle(sorted.length - 1) - angle(0);
  const step = range / Math.max(sorted.length - 1, 1);
  const candidates = sorted.map((view, place) => {
    const wanted = angle(place) + 180;
    const opposite = nearest(angle, sorted.length, wanted);
    return { pair: [view, sorted[opposite] ?? 0] as const, apart: Math.abs(angle(opposite) - wanted) };
  });
  const pairs = candidates.filter(({ apart }) => apart <= MOST_STEPS_APART * step);
  const stride = Math.ceil(pairs.length / MOST_PAIRS);
  if (pairs.length > 0) return pairs.filter((_, i) => i % stride === 0).map(({ pair }) => pair);
  const [closest] = candidates.sort((a, b) => a.apart - b.apart);
  return closest !== undefined && closest.apart <= MOST_DEGREES_APART ? [closest.pair] : [];
}

/** Place of the angle closest to `wanted` among `count` sorted ones. */
function nearest(angle: (place: number) => number, count: number, wanted: number): number {
  let low = 0;
  let high = count - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (angle(middle) < wanted) low = middle;
    else high = middle;
  }
  return Math.abs(angle(low) - wanted) < Math.abs(angle(high) - wanted) ? low : high;
}

interface CrossPhase {
  readonly frequency: number;
  readonly phase: number;
  readonly size: number;
}

/** The mean phase between views and their mirrored opposites at each frequency, by weight. */
function crossPhases(
  rows: readonly AngledSinogram[],
  pairs: readonly (readonly [number, number])[],
  points: number,
): CrossPhase[] {
  const fft = new Fft(points);
  const places = new Uint32Array(points);
  fft.order.forEach((k, position) => {
    places[k] = position;
  });
  const half = points / 2;
  const sumRe = new Float64Array(half);
  const sumIm = new Float64Array(half);
  for (const row of rows)
    for (const [view, opposite] of pairs) {
      // Both are real: one transform of view + i mirrored holds both.
      const re = slope(row, view, points, false);
      const im = slope(row, opposite, points, true);
      fft.forward(re, im);
      for (let k = 1; k < half; k++) {
        const [p, q] = [places[k] as number, places[points - k] as number];
        const [a, b, c, d] = [re[p] as number, im[p] as number, re[q] as number, im[q] as number];
        // view: ((a + c) + i (b - d)) / 2; mirrored: ((b + d) + i (c - a)) / 2.
        const crossRe = (a + c) * (b + d) + (b - d) * (c - a);
        const crossIm = (b - d) * (b + d) - (a + c) * (c - a);
        const size = Math.hypot(crossRe, crossIm);
        if (size === 0) continue;
        sumRe[k] = (sumRe[k] as number) + crossRe / Math.sqrt(size);
        sumIm[k] = (sumIm[k] as number) + crossIm / Math.sqrt(size);
      }
    }
  return Array.from({ length: half }, (_, k) => {
    const frequency = k / points;
    const re = sumRe[k] as number;
    const im = sumIm[k] as number;
    const weight = Math.exp(-(frequency ** 2) / (2 * DETAIL ** 2));
    return { frequency, phase: Math.atan2(im, re), size: weight * Math.hypot(re, im) };
  });
}

/** The slope of a view, its ends faded, before zeros; from right to left where it is mirrored. */
function slope({ data, width }: Sinogram, view: number, points: number, isMirrored: boolean): Float64Array {
  const at = (x: number): number => data[view * width + (isMirrored ? width - 1 - x : x)] as number;
  const fade = Math.max(1, width * FADED_PART);
  const out = new Float64Array(points);
  for (let x = 1; x < width - 1; x++) {
    const inside = Math.min(1, (Math.min(x, width - 1 - x) + 0.5) / fade);
    out[x] = (at(x + 1) - at(x - 1)) * Math.sin((Math.PI / 2) * inside) ** 2;
  }
  return out;
}

/** Where a function of a shift of less than `width` is greatest: pixel by pixel, then ever closer. */
function maximumOf(correlation: (shift: number) => number, width: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let shift = 1 - width; shift < width; shift++) {
    const value = correlation(shift);
    if (value > most) [best, most] = [shift, value];
  }
  for (let step = 0.5; step > 0.005; step /= 2)
    for (const shift of [best - step, best + step]) {
      const value = correlation(shift);
      if (value > most) [best, most] = [shift, value];
    }
  return best;
}
