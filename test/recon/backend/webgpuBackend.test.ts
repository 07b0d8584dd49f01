import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPowerOfTwo } from "../../../src/libcom/fft.js";
import { fitsWorkgroup } from "../../../src/recon/backend/webgpu/fftShader.js";
import { openGpu } from "../../../src/recon/backend/webgpu/openGpu.js";
import { webgpuBackend } from "../../../src/recon/backend/webgpu/webgpuBackend.js";
import { FlatField } from "../../../src/recon/pipeline/darkFlat.js";
import { onEachPlane } from "../../../src/recon/pipeline/geometry.js";
import { assertLikeReference, counts, jobs, plain, square, u16 } from "./jobs.js";

const gpu = await openGpu({ acceptsSimulated: true });
const device = gpu.ok ? await gpu.value.device() : undefined;
const needsGpu = { skip: gpu.ok ? false : `no WebGPU: ${gpu.error}` };

/** A simulated GPU may have too small workgroups to transform so many columns, which it then says. */
const isTooWide = (width: number): boolean =>
  device !== undefined && !fitsWorkgroup(2 * nextPowerOfTwo(width), device.limits);

for (const [name, job] of Object.entries(jobs)) {
  const skip = needsGpu.skip || (isTooWide(job.geometry.width) && "too wide for this GPU");
  test(`WebGPU gives the slices of the reference: ${name}`, { skip }, async () => {
    assert.ok(device);
    await assertLikeReference(webgpuBackend(device), job);
  });
}

test("a projection that was taken away leaves nothing behind", needsGpu, async () => {
  assert.ok(device);
  const reconstruction = webgpuBackend(device).start({ size: square, keepsFiltered: false });
  const pixels = square.width * square.height;
  reconstruction.keep(0, u16(counts(0, square)));
  reconstruction.preprocess(
    new FlatField(new Float32Array(pixels), new Float32Array(pixels).fill(30_000)),
    plain,
  );
  reconstruction.begin(square);
  for (let turn = 0; turn < 200; turn++) {
    reconstruction.keep(1 + (turn % 3), u16(counts(turn, square)));
    for (const weight of [1, -1] as const) await reconstruction.add(1 + (turn % 3), turn, weight);
  }
  const { z, y, x } = await reconstruction.read(onEachPlane(() => 1));
  assert.ok([...z, ...y, ...x].every((value) => Math.abs(value) < 1e-9));
  reconstruction.close();
});

test("lines too long for the GPU are refused with a sentence", needsGpu, () => {
  assert.ok(device);
  const backend = webgpuBackend(device);
  const size = { width: 100_000, height: 2 };
  assert.throws(() => backend.start({ size, keepsFiltered: false }), /too long for this GPU/);
});
