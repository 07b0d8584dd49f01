import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Ellipsoid,
  isInside,
  phantomValue,
  projectPhantom,
  staticPhantom,
} from "../../../src/drivers/camera/phantom.js";
import type { ReconBackend } from "../../../src/recon/backend/backend.js";
import { cpuBackend } from "../../../src/recon/backend/cpuBackend.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { FILTER_TYPES, type FilterType } from "../../../src/recon/pipeline/filters.js";
import { onEachPlane, type SliceData, type SliceGeometry } from "../../../src/recon/pipeline/geometry.js";
import { independentFbp } from "../support/independentFbp.js";

/** Shepp and Logan's head with Toft's contrasts: center, half axes, angle and what is added, in halves of the image. */
const HEAD: readonly (readonly [number, number, number, number, number, number])[] = [
  [0, 0, 0.69, 0.92, 0, 1],
  [0, 0.0184, 0.6624, 0.874, 0, -0.8],
  [0.22, 0, 0.11, 0.31, 18, -0.2],
  [-0.22, 0, 0.16, 0.41, -18, -0.2],
  [0, -0.35, 0.21, 0.25, 0, 0.1],
  [0, -0.1, 0.046, 0.046, 0, 0.1],
  [0, 0.1, 0.046, 0.046, 0, 0.1],
  [-0.08, 0.605, 0.046, 0.023, 0, 0.1],
  [0, 0.606, 0.023, 0.023, 0, 0.1],
  [0.06, 0.605, 0.023, 0.046, 0, 0.1],
];

const sheppLogan = (size: number): readonly Ellipsoid[] =>
  HEAD.map(([x, y, a, b, phiDegrees, value], i) => {
    const half = size / 2;
    const place = { x: x * half, y: y * half, z: 0, a: a * half, b: b * half, c: 1e6 };
    return { name: `ellipse ${i}`, ...place, phiDegrees, mu: value / half };
  });

const WIDTH = 192;
const VIEWS = 200;
const degrees = Array.from({ length: VIEWS }, (_, view) => (view * 180) / VIEWS);

const geometryFor = (width: number, height: number, more: Partial<SliceGeometry> = {}): SliceGeometry => ({
  ...{ width, height, center: width / 2 + 1.3, rotX: 0, rotY: 0, rotZ: 0 },
  ...{ orthoX: width / 2 + 11, orthoY: width / 2 - 7, orthoZ: Math.floor(height / 2) },
  ...more,
});

/** The slices of line integrals that come as transmission. */
async function reconstruct(
  backend: ReconBackend,
  projections: readonly Float32Array[],
  geometry: SliceGeometry,
  filter: FilterType,
): Promise<SliceData<Float32Array>> {
  const pixels = geometry.width * geometry.height;
  const reconstruction = backend.start({ size: geometry, keepsFiltered: false });
  const fields = new FlatField(new Float32Array(pixels), new Float32Array(pixels).fill(1));
  reconstruction.preprocess(fields, { filter, dezingerRadius: 0 });
  reconstruction.begin(geometry);
  for (const [view, integrals] of projections.entries()) {
    reconstruction.keep(
      0,
      integrals.map((p) => Math.exp(-p)),
    );
    await reconstruction.add(0, (view * Math.PI) / projections.length, 1);
  }
  const slices = await reconstruction.read(onEachPlane(() => Math.PI / projections.length));
  await reconstruction.close();
  return slices;
}

/** Line integrals at `views` angles, by their formula. */
function projectionsOf(
  body: readonly Ellipsoid[],
  { width, height, center }: SliceGeometry,
  views = VIEWS,
): Float32Array[] {
  // A detector of odd height has its middle row, and not the edge above it, at z = 0.
  const raised = body.map((e) => ({ ...e, z: e.z + Math.floor(height / 2) - height / 2 }));
  return Array.from({ length: views }, (_, view) => {
    const integrals = new Float32Array(width * height);
    projectPhantom(raised, (view * 180) / views, { sizeX: width, sizeY: height, center }, integrals);
    return integrals;
  });
}

/** Root mean square difference from the body at z = 0, in the circle that all views see. */
function rmse(slice: ArrayLike<number>, body: readonly Ellipsoid[]): number {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < slice.length; pixel++) {
    const x = (pixel % WIDTH) - WIDTH / 2;
    const y = Math.floor(pixel / WIDTH) - WIDTH / 2;
    if (Math.hypot(x, y) > 0.45 * WIDTH) continue;
    sum += ((slice[pixel] ?? Number.NaN) - phantomValue(body, x, y, 0)) ** 2;
    count += 1;
  }
  return Math.sqrt(sum / count);
}

/** Mean over the inner part of an ellipse where no other one begins or ends, and what the body is there. */
function interior(
  slice: ArrayLike<number>,
  body: readonly Ellipsoid[],
  e: Ellipsoid,
): { readonly count: number; readonly mean: number; readonly truth: number } {
  let count = 0;
  let sum = 0;
  let truth = 0;
  for (let pixel = 0; pixel < slice.length; pixel++) {
    const x = (pixel % WIDTH) - WIDTH / 2;
    const y = Math.floor(pixel / WIDTH) - WIDTH / 2;
    const isNearEdge = (other: Ellipsoid): boolean =>
      isInside({ ...other, a: other.a + 6, b: other.b + 6 }, x, y, 0) &&
      !(other.a > 6 && other.b > 6 && isInside({ ...other, a: other.a - 6, b: other.b - 6 }, x, y, 0));
    if (!isInside(e, x, y, 0) || body.some(isNearEdge)) continue;
    count += 1;
    sum += slice[pixel] ?? Number.NaN;
    truth += phantomValue(body, x, y, 0);
  }
  return { count, mean: sum / count, truth: truth / count };
}

const bodies = { "Shepp-Logan": sheppLogan(WIDTH), "the phantom of rock": staticPhantom(WIDTH) } as const;
const backends = { "the reference": cpuBackend, WebAssembly: wasmBackend(1) } as const;
const flat = geometryFor(WIDTH, 1);

for (const [name, body] of Object.entries(bodies)) {
  const projections = projectionsOf(body, flat);
  const largest = Math.max(...body.map((e) => phantomValue(body, e.x, e.y, 0)));
  for (const filter of FILTER_TYPES)
    test(`${name} with ${filter}: means within 1 %, and no worse than an independent double-precision reconstruction`, async () => {
      const expected = rmse(independentFbp(projections, degrees, flat.center, filter), body);
      for (const [which, backend] of Object.entries(backends)) {
        const { z } = await reconstruct(backend, projections, flat, filter);
        const actual = rmse(z, body);
        assert.ok(actual <= 1.05 * expected, `${which}: rmse ${actual}, the other has ${expected}`);
        for (const e of body) {
          const { count, mean, truth } = interior(z, body, e);
          if (count < 30) continue;
          const off = Math.abs(mean - truth);
          assert.ok(
            off < 0.01 * Math.max(truth, 0.2 * largest),
            `${which}, ${e.name}: ${mean} instead of ${truth}`,
          );
        }
      }
    });
}

const rock = staticPhantom(128);
const middle = geometryFor(128, 50, { orthoX: 70, orthoY: 51, orthoZ: 29 });

/** The largest difference between the slices along the three lines where two of them meet, as a part of the largest value. */
function disagreement({ z, y, x }: SliceData<Float32Array>, geometry: SliceGeometry): number {
  const { width, height, orthoX, orthoY, orthoZ } = geometry;
  const lines = [
    ...Array.from({ length: width }, (_, i) => [z[orthoY * width + i], y[orthoZ * width + i]]),
    ...Array.from({ length: width }, (_, i) => [z[i * width + orthoX], x[orthoZ * width + i]]),
    ...Array.from({ length: height }, (_, row) => [y[row * width + orthoX], x[row * width + orthoY]]),
  ];
  const worst = Math.max(...lines.map(([a = 0, b = Number.NaN]) => Math.abs(a - b)));
  return worst / z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Root mean square difference of two images, as a part of the largest value. */
function differences(a: Float32Array, b: Float32Array): number {
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const sum = a.reduce((total, value, i) => total + (value - (b[i] ?? Number.NaN)) ** 2, 0);
  return Math.sqrt(sum / a.length) / largest;
}

/** What the body is at each pixel of an upright slice through the axis, where that is the same 4 pixels around. */
function innerValue(plane: "x" | "y", s: number, z: number): number | undefined {
  const value = (along: number, up: number): number =>
    plane === "y" ? phantomValue(rock, along, 0, up) : phantomValue(rock, 0, along, up);
  const here = value(s, z);
  const isInner = [-4, 0, 4].every((ds) => [-4, 0, 4].every((dz) => value(s + ds, z + dz) === here));
  return isInner ? here : undefined;
}

/** Means of an upright slice over all pixels where the body is the same, by what it is there. */
function meansByValue(plane: "x" | "y", slice: Float32Array): Map<number, { sum: number; count: number }> {
  const means = new Map<number, { sum: number; count: number }>();
  slice.forEach((value, pixel) => {
    const s = (pixel % 128) - 64;
    const z = Math.floor(pixel / 128) - 64;
    const truth = Math.hypot(s, z) > 60 ? undefined : innerValue(plane, s, z);
    if (truth === undefined) return;
    const { sum, count } = means.get(truth) ?? { sum: 0, count: 0 };
    means.set(truth, { sum: sum + value, count: count + 1 });
  });
  return means;
}

for (const [which, backend] of Object.entries(backends)) {
  test(`${which}: the slices through a body that changes with height agree to 1e-4 where they meet`, async () => {
    const slices = await reconstruct(backend, projectionsOf(rock, middle, 120), middle, "Ramp");
    assert.ok(disagreement(slices, middle) < 1e-4);
  });

  test(`${which}: the mean inside each part is within 1 % in the upright slices too`, async () => {
    const axis = geometryFor(128, 128, { orthoX: 64, orthoY: 64, orthoZ: 64 });
    const { y, x } = await reconstruct(backend, projectionsOf(rock, axis, 180), axis, "Shepp-logan");
    for (const [plane, slice] of [
      ["y", y],
      ["x", x],
    ] as const)
      for (const [truth, { sum, count }] of meansByValue(plane, slice)) {
        if (count < 30) continue;
        const off = Math.abs(sum / count - truth);
        assert.ok(off < 0.01 * Math.max(truth, 0.005), `${plane}: ${sum / count} instead of ${truth}`);
      }
  });

  test(`${which}: turned and tilted slices are the straight ones through the body turned the other way`, async () => {
    const turn = 30;
    const cosine = Math.cos((turn * Math.PI) / 180);
    const sine = Math.sin((turn * Math.PI) / 180);
    const turned = rock.map((e) => ({
      ...e,
      x: e.x * cosine - e.y * sine,
      y: e.y * cosine + e.x * sine,
      phiDegrees: e.phiDegrees + turn,
    }));
    const straight = await reconstruct(backend, projectionsOf(turned, middle, 180), middle, "Parzen");
    const rotated = { ...middle, rotX: turn, rotY: turn };
    const slices = await reconstruct(backend, projectionsOf(rock, middle, 180), rotated, "Parzen");
    assert.ok(differences(slices.y, straight.y) < 0.01, "y-slice");
    assert.ok(differences(slices.x, straight.x) < 0.01, "x-slice");
    const tall = geometryFor(128, 128, { orthoZ: 70 });
    const balls = rock.map((e) => ({ ...e, a: e.b * 0.8, b: e.b * 0.8, c: e.b * 0.8 }));
    const tilted = balls.map((e) => ({ ...e, x: e.x * cosine - e.z * sine, z: e.z * cosine + e.x * sine }));
    const level = await reconstruct(backend, projectionsOf(tilted, tall, 180), tall, "Parzen");
    const tilt = await reconstruct(
      backend,
      projectionsOf(balls, tall, 180),
      { ...tall, rotZ: turn },
      "Parzen",
    );
    assert.ok(differences(tilt.z, level.z) < 0.01, "z-slice");
  });
}
