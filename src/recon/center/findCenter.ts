import type { ReconBackend, Reconstruction } from "../backend/backend.js";
import { FlatField } from "../pipeline/darkFlat.js";
import { onEachPlane } from "../pipeline/geometry.js";
import { grayEntropy } from "./grayEntropy.js";
import { newestHalfTurn } from "./halfTurn.js";
import { type AngledSinogram, type Registration, registeredCenter } from "./registration.js";

export interface CenterQuestion {
  /** Some rows of the detector, over the same views. */
  readonly rows: readonly AngledSinogram[];
  /** Where to look when no two views are opposite. */
  readonly start: number;
  /** How far to look from there, or from where opposite views agree: columns. */
  readonly range: number;
}

export interface FoundCenter {
  /** Detector column of the rotation axis. */
  readonly center: number;
  /** By how much gray values are in better order there than `range` columns beside it: nats. */
  readonly quality: number;
  /** False when quality still rose at the end of the range, or is hardly any. */
  readonly isCertain: boolean;
  readonly registration: Registration | undefined;
}

/** Slices for the search are no wider; detector columns are taken together. */
const WIDEST_SLICE = 512;

const MOST_VIEWS = 400;

/** Views over fewer degrees make no slice to judge by. */
const LEAST_DEGREES = 150;

/** Noise alone makes an order of this size. */
const LEAST_QUALITY = 0.02;

/** Without opposite views slices are looked at this many columns apart, over this part of the width on each side. */
const WIDE_STEP = 3;
const WIDE_PART = 0.1;

/** Columns between slices around there, and around the best of these. */
const COARSE_STEP = 0.5;
const FINE_STEP = 0.25;
const FINE_STEPS = 3;

/** A best slice at the end of the range moves the range; this often. */
const MOST_MOVES = 4;

/**
 * The rotation center: opposite views are registered, then z-slices for centers around that are judged by the entropy of
 * their gray values; a parabola through the best of them finds the least. Undefined where there is nothing to go by.
 */
export async function findCenter(
  backend: ReconBackend,
  { rows, start, range }: CenterQuestion,
): Promise<FoundCenter | undefined> {
  const row = mostContrast(rows);
  const views = row && thinned(row);
  if (row === undefined || views === undefined || coverage(views.degrees) < LEAST_DEGREES) return undefined;
  const registration = registeredCenter(rows);
  const binning = Math.ceil(row.width / WIDEST_SLICE);
  const slices = new TrialSlices(backend, binned(views, binning));
  try {
    const toBinned = (column: number): number => (column + 0.5) / binning - 0.5;
    const around =
      registration === undefined
        ? await wideLook(slices, toBinned(start), row.width / binning)
        : toBinned(registration.center);
    const found = await search(slices, around, range / binning);
    return { ...found, center: (found.center + 0.5) * binning - 0.5, registration };
  } finally {
    await slices.close();
  }
}

/** The best of few slices far apart. */
async function wideLook(slices: TrialSlices, start: number, width: number): Promise<number> {
  const looked = await judged(slices, start, WIDE_STEP, Math.ceil((WIDE_PART * width) / WIDE_STEP));
  return looked[least(looked)]?.[0] ?? start;
}

async function search(
  slices: TrialSlices,
  start: number,
  range: number,
): Promise<Omit<FoundCenter, "registration">> {
  const steps = Math.max(2, Math.round(range / COARSE_STEP));
  let middle = start;
  for (let move = 0; ; move++) {
    const coarse = await judged(slices, middle, COARSE_STEP, steps);
    const best = least(coarse);
    const isInside = best > 0 && best < coarse.length - 1;
    if (isInside || move === MOST_MOVES) {
      const [around, entropy = 0] = coarse[best] ?? [middle, 0];
      const center = isInside ? lowestOf(await judged(slices, around, FINE_STEP, FINE_STEPS)) : around;
      const quality = ((coarse[0]?.[1] ?? 0) + (coarse.at(-1)?.[1] ?? 0)) / 2 - entropy;
      return { center, quality, isCertain: isInside && quality > LEAST_QUALITY };
    }
    middle = coarse[best]?.[0] ?? middle;
  }
}

type Judged = readonly [center: number, entropy: number];

async function judged(slices: TrialSlices, middle: number, step: number, steps: number): Promise<Judged[]> {
  const out: Judged[] = [];
  for (let i = -steps; i <= steps; i++)
    out.push([middle + i * step, await slices.entropy(middle + i * step)]);
  return out;
}

const least = (values: readonly Judged[]): number =>
  values.reduce((best, [, entropy], i) => (entropy < (values[best]?.[1] ?? 0) ? i : best), 0);

/** Where the parabola that fits evenly spaced values best is lowest, within them. */
function lowestOf(values: readonly Judged[]): number {
  const half = (values.length - 1) / 2;
  const middle = values[half]?.[0] ?? 0;
  const step = (values[half + 1]?.[0] ?? 0) - middle;
  const positions = values.map((_, i) => i - half);
  const mean = (of: (x: number, y: number) => number): number =>
    values.reduce((sum, [, y], i) => sum + of(positions[i] ?? 0, y), 0) / values.length;
  const [x2, x4] = [mean((x) => x ** 2), mean((x) => x ** 4)];
  const slope = mean((x, y) => x * y) / x2;
  const curvature = (mean((x, y) => x ** 2 * y) - x2 * mean((_, y) => y)) / (x4 - x2 ** 2);
  if (!(curvature > 0)) return values[least(values)]?.[0] ?? middle;
  const offset = -slope / (2 * curvature);
  return middle + step * Math.min(Math.max(offset, -half), half);
}

/** The z-slice of one row for any center. */
class TrialSlices {
  readonly #row: AngledSinogram;
  readonly #reconstruction: Reconstruction;

  constructor(backend: ReconBackend, row: AngledSinogram) {
    this.#row = row;
    const { width, views, data } = row;
    this.#reconstruction = backend.start({ size: { width, height: 1 }, keepsFiltered: true });
    for (let view = 0; view < views; view++)
      this.#reconstruction.keep(
        view,
        data.subarray(view * width, (view + 1) * width).map((p) => Math.exp(-p)),
      );
    const field = new FlatField(new Float32Array(width), new Float32Array(width).fill(1));
    this.#reconstruction.preprocess(field, { filter: "Parzen", dezingerRadius: 0 });
  }

  async entropy(center: number): Promise<number> {
    const { width, views, degrees } = this.#row;
    const upright = { orthoX: 0, orthoY: 0, orthoZ: 0, rotX: 0, rotY: 0, rotZ: 0 };
    this.#reconstruction.begin({ ...upright, width, height: 1, center });
    for (let view = 0; view < views; view++)
      await this.#reconstruction.add(view, ((degrees[view] ?? 0) * Math.PI) / 180, 1, ["z"]);
    const { z } = await this.#reconstruction.read(onEachPlane(() => Math.PI / views));
    return grayEntropy(z, width);
  }

  close(): void | Promise<void> {
    return this.#reconstruction.close();
  }
}

/** The row that shows most of a sample. */
function mostContrast(rows: readonly AngledSinogram[]): AngledSinogram | undefined {
  const contrast = ({ data }: AngledSinogram): number => {
    let sum = 0;
    let squares = 0;
    for (const value of data) {
      sum += value;
      squares += value * value;
    }
    return squares / data.length - (sum / data.length) ** 2;
  };
  const judgedRows = rows.map((row) => ({ row, contrast: contrast(row) }));
  return judgedRows.sort((a, b) => b.contrast - a.contrast)[0]?.row;
}

/** The newest half turn, and of that evenly spread views. */
function thinned({ data, width, degrees }: AngledSinogram): AngledSinogram {
  const half = newestHalfTurn(degrees);
  const stride = Math.ceil(half.length / MOST_VIEWS);
  const views = half.filter((_, i) => i % stride === 0);
  const out = new Float32Array(views.length * width);
  views.forEach((view, i) => {
    out.set(data.subarray(view * width, (view + 1) * width), i * width);
  });
  return { data: out, views: views.length, width, degrees: views.map((view) => degrees[view] ?? 0) };
}

/** Degrees from the first to the last of sorted angles. */
const coverage = (degrees: ArrayLike<number>): number =>
  (degrees[degrees.length - 1] ?? 0) - (degrees[0] ?? 0);

/** Means of `binning` columns; what is left over at the right is left out. */
function binned(row: AngledSinogram, binning: number): AngledSinogram {
  if (binning === 1) return row;
  const { data, views } = row;
  const width = Math.floor(row.width / binning);
  const out = new Float32Array(views * width);
  for (let view = 0; view < views; view++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < binning; i++) sum += data[view * row.width + x * binning + i] ?? 0;
      out[view * width + x] = sum / binning;
    }
  return { ...row, data: out, width };
}
