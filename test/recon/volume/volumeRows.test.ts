import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openProjectionFile } from "../../../src/drivers/hdf5/projectionFile.js";
import { wasmBackend } from "../../../src/recon/backend/wasm/wasmBackend.js";
import { Backprojector } from "../../../src/recon/pipeline/backproject.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { Preprocessor, type PreprocessParameters } from "../../../src/recon/pipeline/preprocess.js";
import { balancedViews } from "../../../src/recon/volume/views.js";
import { type VolumeParameters, volumeRows } from "../../../src/recon/volume/volumeRows.js";
import { type ScanShape, writeScanFile } from "../support/scanFile.js";

const folder = mkdtempSync(join(tmpdir(), "tomoioc-volume-"));
after(() => rmSync(folder, { recursive: true }));

const path = join(folder, "scan.h5");
const scan: ScanShape = {
  ...{ width: 64, height: 45, center: 33.4, degrees: Array.from({ length: 60 }, (_, i) => 3 * i) },
};
const pixels = scan.width * scan.height;
const counts = await writeScanFile(path, scan);
const plain: VolumeParameters = {
  ...{ center: scan.center, filter: "Shepp-logan", dezingerRadius: 0, ringRemoval: "None" },
};

/** A z-slice by the reference, from whole projections. */
function expected(row: number, parameters: PreprocessParameters): Float64Array {
  const field = new FlatField(new Float32Array(pixels).fill(100), new Float32Array(pixels).fill(40_100));
  const preprocessor = new Preprocessor(scan, field, parameters);
  const upright = { orthoX: 0, orthoY: 0, orthoZ: row, rotX: 0, rotY: 0, rotZ: 0 };
  const backprojector = new Backprojector({ ...scan, ...upright });
  scan.degrees.forEach((theta, view) => {
    const raw = counts.subarray(view * pixels, (view + 1) * pixels);
    backprojector.add(preprocessor.process(raw, new Float32Array(pixels)), (theta * Math.PI) / 180);
  });
  return backprojector.sums.z.map((value) => (value * Math.PI) / scan.degrees.length);
}

async function volume(
  parameters: VolumeParameters,
  rows: readonly [number, number],
  slabBytes?: number,
): Promise<Map<number, Float32Array>> {
  const file = await openProjectionFile(path);
  const slices = new Map<number, Float32Array>();
  const views = scan.degrees.map((_, view) => view);
  const options = { file, backend: wasmBackend(1), parameters, rows, views, degrees: scan.degrees };
  for await (const { row, slice } of volumeRows({ ...options, ...(slabBytes ? { slabBytes } : {}) }))
    slices.set(row, slice);
  file.close();
  return slices;
}

function assertLike(actual: Float32Array | undefined, reference: Float64Array, tolerance: number): void {
  assert.ok(actual);
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = reference.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (actual[i] ?? Number.NaN))),
    0,
  );
  assert.ok(worst <= tolerance * largest, `differs by ${worst / largest} of the largest value`);
}

test("each row of a volume is the z-slice of that row, however few rows fit memory", async () => {
  const rowBytes = scan.degrees.length * scan.width * 2;
  for (const slabBytes of [undefined, 11 * rowBytes]) {
    const slices = await volume(plain, [10, 31], slabBytes);
    assert.deepEqual(
      [...slices.keys()],
      Array.from({ length: 21 }, (_, i) => 10 + i),
    );
    for (const row of [10, 17, 18, 30]) assertLike(slices.get(row), expected(row, plain), 1e-4);
  }
});

test("rows that need their neighbours have them: phase retrieval and zingers at any row", async () => {
  const phase = { energyKeV: 25, distanceMm: 30, pixelSizeUm: 2, alpha: 0.05 };
  const parameters = { ...plain, dezingerRadius: 1, phase };
  const slices = await volume(parameters, [0, 45], 1);
  for (const row of [0, 20, 44]) assertLike(slices.get(row), expected(row, parameters), 2e-3);
});

test("ring removal leaves the phantom's slices much as they are", async () => {
  const slices = await volume({ ...plain, ringRemoval: "sort" }, [22, 23]);
  assertLike(slices.get(22), expected(22, plain), 0.15);
});

test("all views of whole half turns are used, of other scans the newest half turn", () => {
  const degrees = (count: number, step: number): number[] =>
    Array.from({ length: count }, (_, i) => i * step);
  assert.equal(balancedViews(degrees(180, 1)).length, 180);
  assert.equal(balancedViews(degrees(181, 1)).length, 181);
  assert.equal(balancedViews(degrees(720, 0.5)).length, 720);
  assert.equal(balancedViews(degrees(100, 1)).length, 100);
  const partly = balancedViews(degrees(250, 1));
  assert.deepEqual([partly.length, partly[0], partly.at(-1)], [180, 70, 249]);
  const backAndForth = [...degrees(180, 1), ...degrees(180, 1).toReversed()];
  assert.deepEqual(new Set(balancedViews(backAndForth)), new Set(degrees(180, 1).map((i) => i + 180)));
});
