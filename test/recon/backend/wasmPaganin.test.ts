import assert from "node:assert/strict";
import { test } from "node:test";
import { kernelModule, plainKernelModule } from "../../../src/recon/backend/wasm/kernels.js";
import { alone, wasmPaganin } from "../../../src/recon/backend/wasm/wasmPaganin.js";
import { paganin } from "../../../src/recon/pipeline/paganin.js";

const phase = { energyKeV: 20, distanceMm: 60, pixelSizeUm: 1.5, alpha: 0.002 };
const modules = { fused: kernelModule(), plain: plainKernelModule() };

const sizes: readonly (readonly [number, number])[] = [
  [64, 40],
  [150, 21],
  [97, 64],
  [300, 5],
  [9, 130],
  [16, 16],
  // Too small for the kernels.
  [3, 2],
];

for (const [name, module] of Object.entries(modules))
  for (const distanceMm of [0, 60, 400])
    test(`phase retrieval by the ${name} kernels is the reference's at any size, distance ${distanceMm} mm`, () => {
      for (const [width, height] of sizes) {
        const frame = Float32Array.from(
          { length: width * height },
          (_, i) => 0.5 + 0.3 * Math.sin(i * 0.013) + ((i * 7919) % 311) / 1000,
        );
        const expected = frame.slice();
        paganin({ width, height }, { ...phase, distanceMm })(expected);
        wasmPaganin({ width, height }, { ...phase, distanceMm }, alone(module))(frame);
        const worst = frame.reduce((most, v, i) => Math.max(most, Math.abs(v - (expected[i] ?? 0))), 0);
        assert.ok(worst < 1e-5, `${width} x ${height} differs by ${worst}`);
      }
    });
