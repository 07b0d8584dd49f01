import assert from "node:assert/strict";
import type { ReconBackend } from "../../../src/recon/backend/backend.js";
import { cpuBackend } from "../../../src/recon/backend/cpuBackend.js";
import { FlatField, type RawData } from "../../../src/recon/pipeline/darkFlat.js";
import { FILTER_TYPES } from "../../../src/recon/pipeline/filters.js";
import {
  onEachPlane,
  PLANES,
  type Plane,
  type SliceData,
  type SliceGeometry,
} from "../../../src/recon/pipeline/geometry.js";
import type { PreprocessParameters } from "../../../src/recon/pipeline/preprocess.js";

/** Counts of a body with noise and a few zingers. */
export function counts(view: number, { width, height }: SliceGeometry): number[] {
  return Array.from({ length: width * height }, (_, i) => {
    const x = (i % width) - width / 2 + 4 * Math.sin(view);
    const depth = Math.exp(-(x * x) / width) * (1 + Math.sin(i * 0.01 + view));
    const isZinger = (i * 7919 + view * 31) % 311 === 0;
    return Math.round(100 + 20_000 * Math.exp(-depth) * (isZinger ? 2.5 : 1) + ((i * 31 + view * 17) % 97));
  });
}

export interface Job {
  readonly geometry: SliceGeometry;
  readonly parameters: PreprocessParameters;
  readonly convert: (values: readonly number[]) => RawData;
  /** Projections; 20 if absent. */
  readonly views?: number;
  /** Planes that move in the end, one move after the other. */
  readonly moves?: readonly Move[];
}

interface Move {
  readonly to: Partial<SliceGeometry>;
  readonly planes: readonly Plane[];
}

/**
 * Adds projections at 9 places, each taken away again before its place is used for the next. With each move one of the last ones leaves.
 */
async function slices(
  backend: ReconBackend,
  { geometry, parameters, convert, views = 20, moves = [] }: Job,
): Promise<SliceData<Float32Array>> {
  const pixels = geometry.width * geometry.height;
  const reconstruction = backend.start({ size: geometry, keepsFiltered: false });
  const flat = Float32Array.from({ length: pixels }, (_, i) => 20_000 + (i % 50));
  const theta = (view: number): number => view * 0.15;
  for (let view = 0; view < 3; view++) reconstruction.keep(view, convert(counts(view, geometry)));
  reconstruction.preprocess(new FlatField(new Float32Array(pixels).fill(100), flat), parameters);
  reconstruction.begin(geometry);
  for (let view = 0; view < views; view++) {
    const place = view % 9;
    if (view >= 9) await reconstruction.add(place, theta(view - 9), -1);
    reconstruction.keep(place, convert(counts(view, geometry)));
    await reconstruction.add(place, theta(view), 1);
  }
  let moved = geometry;
  for (const [i, { to, planes }] of moves.entries()) {
    moved = { ...moved, ...to };
    const left = views - 9 + i;
    const others = PLANES.filter((plane) => !planes.includes(plane));
    await reconstruction.add(left % 9, theta(left), -1, others);
    reconstruction.begin(moved, planes);
    for (let view = left + 1; view < views; view++)
      await reconstruction.add(view % 9, theta(view), 1, planes);
  }
  const result = await reconstruction.read(onEachPlane(() => Math.PI / 9));
  reconstruction.close();
  return result;
}

export const square: SliceGeometry = {
  ...{ width: 64, height: 40, center: 31.3, orthoX: 20, orthoY: 41, orthoZ: 13, rotX: 0, rotY: 0, rotZ: 0 },
};
const wide: SliceGeometry = { ...square, width: 150, height: 21, center: 77.25, rotX: 30, rotY: -12 };
const moves: readonly Move[] = [
  { to: { orthoX: 33 }, planes: ["x"] },
  { to: { orthoZ: 20 }, planes: ["z"] },
  { to: { rotY: 20, orthoX: 11 }, planes: ["y", "x"] },
  { to: { center: 33.4 }, planes: PLANES },
  { to: { rotZ: -6 }, planes: ["z"] },
  { to: { orthoY: 5 }, planes: ["y"] },
];
/** More columns than a 31-bit number of 2^-20 pixels could count. */
const broad: SliceGeometry = { ...square, width: 2500, height: 3, center: 1251.6, orthoZ: 1 };
const tilted: SliceGeometry = { ...square, width: 97, height: 64, center: 47, rotZ: 8 };
export const u16 = (values: readonly number[]): RawData => Uint16Array.from(values);
export const plain: PreprocessParameters = { filter: "Ramp", dezingerRadius: 0 };
const phase = { energyKeV: 20, distanceMm: 60, pixelSizeUm: 1.5, alpha: 0.002 };

export const jobs: Readonly<Record<string, Job>> = {
  ...Object.fromEntries(
    FILTER_TYPES.map((filter) => [
      `filter ${filter}`,
      { geometry: square, parameters: { ...plain, filter }, convert: u16 },
    ]),
  ),
  "turned slices of an odd size": { geometry: wide, parameters: plain, convert: u16 },
  "very many columns": { geometry: broad, parameters: plain, convert: u16, views: 1 },
  "a tilted z-slice": { geometry: tilted, parameters: plain, convert: u16 },
  "a z-slice tilted steeply the other way": {
    geometry: { ...tilted, rotZ: -70, orthoZ: 30 },
    ...{ parameters: plain, convert: u16 },
  },
  "8-bit counts": { geometry: wide, parameters: plain, convert: (v) => Uint8Array.from(v, (c) => c / 200) },
  "32-bit counts": { geometry: wide, parameters: plain, convert: (v) => Int32Array.from(v) },
  "floating-point counts": { geometry: wide, parameters: plain, convert: (v) => Float64Array.from(v) },
  "zingers taken out": { geometry: wide, parameters: { ...plain, dezingerRadius: 2 }, convert: u16 },
  "phase retrieval": { geometry: wide, parameters: { ...plain, phase }, convert: u16 },
  "planes that move": { geometry: square, parameters: plain, convert: u16, moves },
  "everything at once": {
    ...{ geometry: tilted, parameters: { filter: "Parzen", dezingerRadius: 1, phase }, convert: u16 },
  },
};

const references = new Map<Job, Promise<SliceData<Float32Array>>>();

function referenceOf(job: Job): Promise<SliceData<Float32Array>> {
  const known = references.get(job) ?? slices(cpuBackend, job);
  references.set(job, known);
  return known;
}

/** Every pixel within 1e-4 of the reference's largest value. */
export async function assertLikeReference(backend: ReconBackend, job: Job): Promise<void> {
  const expected = await referenceOf(job);
  const actual = await slices(backend, job);
  for (const plane of ["z", "y", "x"] as const) {
    const largest = expected[plane].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = expected[plane].reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (actual[plane][i] ?? Number.NaN)) || 0),
      0,
    );
    assert.equal(actual[plane].length, expected[plane].length);
    assert.ok(actual[plane].every(Number.isFinite), `${plane} slice is finite`);
    assert.ok(worst < 1e-4 * largest, `${plane} slice differs by ${worst / largest} of its largest value`);
  }
}
