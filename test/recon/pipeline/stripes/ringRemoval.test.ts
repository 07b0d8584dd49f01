import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { staticPhantom } from "../../../../src/drivers/camera/phantom.js";
import { Backprojector } from "../../../../src/recon/pipeline/backproject.js";
import { RowFilter } from "../../../../src/recon/pipeline/filters.js";
import { fourierWaveletStripes } from "../../../../src/recon/pipeline/stripes/fourierWavelet.js";
import {
  removeStripes,
  SINOGRAM_RING_REMOVALS,
  type SinogramRingRemoval,
  stripesOfMeans,
} from "../../../../src/recon/pipeline/stripes/ringRemoval.js";
import { columnMeans, type Sinogram } from "../../../../src/recon/pipeline/stripes/sinogram.js";
import { stripesBesideSmooth } from "../../../../src/recon/pipeline/stripes/smoothing.js";
import { sortingStripes } from "../../../../src/recon/pipeline/stripes/sorting.js";
import { repositoryRoot } from "../../../support/paths.js";
import { project } from "../../support/projection.js";

const reference = JSON.parse(
  readFileSync(join(repositoryRoot, "test", "data", "ringRemovalReference.json"), "utf8"),
);

function referenceSinogram(): Sinogram {
  const { views, width } = reference;
  const data = Float32Array.from({ length: views * width }, (_, i) => {
    const view = Math.floor(i / width);
    const column = i % width;
    const noise = ((7919 * view + 104729 * column) % 997) / 997;
    return Math.sin((view / views) * Math.PI + 0.2 * column) + noise + (column % 11 === 3 ? 0.5 : 0);
  });
  return { data, views, width };
}

const worstDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((worst, value, i) => Math.max(worst, Math.abs(value - (b[i] ?? Number.NaN))), 0);

const without = ({ data }: Sinogram, stripes: Float32Array): Float32Array =>
  data.map((value, i) => value - (stripes[i] ?? 0));

test("fw takes away what PyWavelets and Fourier's components do", () => {
  const sinogram = referenceSinogram();
  const cleaned = without(sinogram, fourierWaveletStripes(sinogram, { levels: 3, sigma: 1 }));
  assert.ok(worstDifference(cleaned, reference.fourierWavelet) < 3e-6);
});

test("sorting gives what scipy's median does", () => {
  const sinogram = referenceSinogram();
  assert.ok(worstDifference(without(sinogram, sortingStripes(sinogram, 11)), reference.sorting) < 3e-6);
});

test("regularisation finds the stripes that the solved equations say", () => {
  const stripes = stripesBesideSmooth(columnMeans(referenceSinogram()), 400);
  assert.ok(worstDifference(stripes.data, reference.stripesOfMeans) < 3e-6);
});

const WIDTH = 512;
const VIEWS = 240;
const CENTER = 258.5;

function phantomSinogram(): Sinogram {
  const detector = { width: WIDTH, height: 1, center: CENTER };
  const data = new Float32Array(VIEWS * WIDTH);
  for (let view = 0; view < VIEWS; view++)
    data.set(project(staticPhantom(WIDTH), detector, (view * 180) / VIEWS), view * WIDTH);
  return { data, views: VIEWS, width: WIDTH };
}

/** Gain errors of single pixels and of pairs. */
const offset = (column: number): number =>
  column % 13 === 5 ? 0.06 : column % 29 === 7 || column % 29 === 8 ? -0.05 : 0;

const ringed = ({ data, ...shape }: Sinogram): Sinogram => ({
  ...shape,
  data: data.map((value, i) => value + offset(i % WIDTH)),
});

function slice({ data }: Sinogram): Float64Array {
  const geometry = { width: WIDTH, height: 1, center: CENTER, orthoX: 0, orthoY: 0, orthoZ: 0 };
  const backprojector = new Backprojector({ ...geometry, rotX: 0, rotY: 0, rotZ: 0 });
  const filter = new RowFilter(WIDTH, "Shepp-logan");
  for (let view = 0; view < VIEWS; view++) {
    const row = data.slice(view * WIDTH, (view + 1) * WIDTH);
    filter.apply(row, 1);
    backprojector.add(row, (view * Math.PI) / VIEWS);
  }
  return backprojector.sums.z.map((value) => (value * Math.PI) / VIEWS);
}

/** Root mean square of the difference within the detector's circle. */
function difference(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < a.length; i++) {
    if (Math.hypot((i % WIDTH) - WIDTH / 2, Math.floor(i / WIDTH) - WIDTH / 2) > 0.45 * WIDTH) continue;
    sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
    count += 1;
  }
  return Math.sqrt(sum / count);
}

const clean = phantomSinogram();
const truth = slice(clean);
const withRings = difference(slice(ringed(clean)), truth);

const cleaned = (sinogram: Sinogram, removal: SinogramRingRemoval): Float64Array => {
  const copy = { ...sinogram, data: sinogram.data.slice() };
  removeStripes(copy, removal);
  return slice(copy);
};

for (const removal of SINOGRAM_RING_REMOVALS.filter((name) => name !== "None"))
  test(`${removal} leaves at most two fifths of rings in a slice of the phantom, and hardly touches it without them`, () => {
    const left = difference(cleaned(ringed(clean), removal), truth) / withRings;
    const harm = difference(cleaned(clean, removal), truth) / withRings;
    assert.ok(left < 0.4, `${left} of the rings`);
    assert.ok(harm < 0.15, `${harm} of the rings where there were none`);
  });

for (const removal of ["fw", "ti"] as const)
  test(`${removal} of the means over a half turn leaves at most two fifths of rings, and hardly touches the phantom`, () => {
    const steady = (sinogram: Sinogram): Float64Array => {
      const stripes = stripesOfMeans(Float32Array.from(columnMeans(sinogram).data), WIDTH, removal);
      return slice({ ...sinogram, data: sinogram.data.map((value, i) => value - (stripes[i % WIDTH] ?? 0)) });
    };
    const left = difference(steady(ringed(clean)), truth) / withRings;
    const harm = difference(steady(clean), truth) / withRings;
    assert.ok(left < 0.4, `${left} of the rings`);
    assert.ok(harm < 0.15, `${harm} of the rings where there were none`);
  });
