import assert from "node:assert/strict";
import { test } from "node:test";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { cpuBackend } from "../../../src/recon/backend/cpuBackend.js";
import { defaultParameters, type ReconParameters } from "../../../src/recon/solver/parameters.js";
import { StreamingSolver } from "../../../src/recon/solver/streamingSolver.js";
import { thetaTable } from "../../../src/recon/solver/thetaTable.js";
import { project } from "../support/projection.js";

const size = { width: 512, height: 2 };
const VIEWS = 120;
const parameters: ReconParameters = { ...defaultParameters(size), center: 254.25, filter: "Shepp-logan" };
const pixels = size.width * size.height;
const table = thetaTable(Float32Array.from({ length: VIEWS }, (_, i) => (i * 180) / VIEWS)) ?? assert.fail();

/** What the flat field does not know of the pixels' gain. */
const gain = (pixel: number): number => 1 + (pixel % 13 === 5 ? 0.05 : pixel % 31 === 7 ? -0.05 : 0);

const projections = Array.from({ length: VIEWS }, (_, view) =>
  project(staticPhantom(size.width), { ...size, center: parameters.center }, (view * 180) / VIEWS),
);

function take(solver: StreamingSolver, index: number, gainOf: (pixel: number) => number): void {
  const integrals = projections[index % VIEWS] ?? assert.fail();
  const raw = Float32Array.from(integrals, (p, i) => 10 + 1000 * gainOf(i) * Math.exp(-p));
  const epicsTimestamp = { seconds: index, nanoseconds: 0 };
  solver.accept(index, raw, { uniqueId: index + 1, timeStamp: index, epicsTimestamp });
}

async function settled(solver: StreamingSolver): Promise<Float32Array> {
  while (!solver.isIdle) await solver.step();
  return (await solver.slices()).slices.z;
}

function started(more: Partial<ReconParameters>): StreamingSolver {
  const options = { backend: cpuBackend, size, table, maximumPending: VIEWS };
  const solver = new StreamingSolver({ ...options, parameters: { ...parameters, ...more } });
  solver.setFields(new Float32Array(pixels).fill(10), new Float32Array(pixels).fill(1010));
  return solver;
}

async function slice(
  gainOf: (pixel: number) => number,
  more: Partial<ReconParameters> = {},
): Promise<Float32Array> {
  const solver = started(more);
  for (let index = 0; index < VIEWS; index++) take(solver, index, gainOf);
  return settled(solver);
}

function difference(a: Float32Array, b: Float32Array): number {
  const squares = a.map((value, i) => (value - (b[i] ?? Number.NaN)) ** 2);
  return Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
}

const even = (): number => 1;
const truth = await slice(even);
const rings = difference(await slice(gain), truth);

for (const ringRemoval of ["fw", "ti"] as const)
  test(`${ringRemoval} takes rings out of the stream's slices after a half turn, and leaves the sample`, async () => {
    assert.ok(difference(await slice(gain, { ringRemoval }), truth) < 0.4 * rings);
    assert.ok(difference(await slice(even, { ringRemoval }), truth) < 0.15 * rings);
  });

test("ring removal that is switched on and off acts at once on the projections that are there", async () => {
  const solver = started({});
  for (let index = 0; index < VIEWS; index++) take(solver, index, gain);
  await settled(solver);
  solver.setParameters({ ...parameters, ringRemoval: "fw" });
  assert.ok(difference(await settled(solver), truth) < 0.5 * rings);
  solver.setParameters(parameters);
  assert.ok(Math.abs(difference(await settled(solver), truth) / rings - 1) < 1e-3);
});

test("rings that stay what they are cost no second computation, others do", async () => {
  const solver = started({ ringRemoval: "ti" });
  for (let index = 0; index < VIEWS; index++) take(solver, index, gain);
  await settled(solver);
  const recomputed = async (gainOf: (pixel: number) => number, from: number): Promise<number> => {
    let count = 0;
    for (let index = from; index < from + VIEWS; index++) {
      take(solver, index, gainOf);
      while (!solver.isIdle) count += (await solver.step()).recomputed;
    }
    return count;
  };
  assert.equal(await recomputed(gain, VIEWS), 0);
  assert.equal(await recomputed((pixel) => gain(pixel + 3), 2 * VIEWS), VIEWS - 1);
});
