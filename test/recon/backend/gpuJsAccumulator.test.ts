import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gpuJsAccumulate } from "../../../src/recon/backend/gpujs/gpuJsAccumulator.js";
import type { Accumulate } from "../../../src/recon/backend/host/accumulator.js";
import { cpuAccumulator } from "../../../src/recon/backend/host/cpuAccumulator.js";
import { loadGpuJs } from "../../../src/recon/backend/openBackend.js";
import {
  onEachPlane,
  PLANES,
  type SliceData,
  type SliceGeometry,
} from "../../../src/recon/pipeline/geometry.js";

const gpu = new (loadGpuJs().GPU)({ mode: "cpu" });
const accumulate = gpuJsAccumulate(gpu);
after(() => gpu.destroy());

async function sums(from: Accumulate, geometry: SliceGeometry): Promise<SliceData<Float32Array>> {
  const accumulator = from(geometry);
  const { width, height } = geometry;
  for (let view = 0; view < 21; view++) {
    const filtered = Float32Array.from({ length: width * height }, (_, i) => Math.sin(view + i * 0.37));
    await accumulator.add(filtered, view * 0.15, view % 5 === 4 ? -1 : 1, PLANES);
  }
  const slices = await accumulator.read(onEachPlane(() => 0.5));
  accumulator.close();
  return slices;
}

const upright = { orthoX: 20, orthoY: 11, orthoZ: 5, rotX: 0, rotY: 0, rotZ: 0 };

const geometries: readonly SliceGeometry[] = [
  { ...upright, width: 32, height: 12, center: 15.7 },
  { ...upright, width: 37, height: 50, center: 20.25, rotX: 30, rotY: -12 },
  { ...upright, width: 41, height: 9, center: 18, rotZ: 7 },
];

for (const geometry of geometries) {
  test(`gpu.js kernels equal the reference at ${geometry.width} x ${geometry.height}`, async () => {
    const expected = await sums(cpuAccumulator, geometry);
    const actual = await sums(accumulate, geometry);
    for (const plane of ["z", "y", "x"] as const) {
      assert.equal(actual[plane].length, expected[plane].length);
      actual[plane].forEach((value, i) => {
        assert.ok(Math.abs(value - (expected[plane][i] ?? Number.NaN)) < 1e-4, `${plane} slice, pixel ${i}`);
      });
    }
  });
}

test("closing waits for what is under way", async () => {
  const geometry = { ...upright, width: 32, height: 12, center: 16 };
  const accumulator = accumulate(geometry);
  const filtered = new Float32Array(32 * 12).fill(1);
  const added = Array.from({ length: 8 }, () => accumulator.add(filtered, 0, 1, PLANES));
  const slices = accumulator.read(onEachPlane(() => 1));
  accumulator.close();
  await Promise.all(added);
  assert.equal((await slices).z[16 * 32 + 16], 8);
});
