import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wasmPaganin } from "../../../src/recon/backend/wasm/wasmPaganin.js";
import { FlatField, minusLog } from "../../../src/recon/pipeline/darkFlat.js";
import { dezinger } from "../../../src/recon/pipeline/dezinger.js";
import { paganin, wavelengthCm } from "../../../src/recon/pipeline/paganin.js";

test("transmission is (raw - dark) / (flat - dark), and its negative logarithm the line integral", () => {
  const fields = new FlatField(Float32Array.of(100, 100), Float32Array.of(1100, 2100));
  const out = new Float32Array(2);
  fields.transmission(Uint16Array.of(600, 300), out);
  assert.deepEqual([...out], [0.5, Math.fround(0.1)]);
  minusLog(out);
  assert.ok(Math.abs((out[0] ?? 0) - Math.LN2) < 1e-6);
});

test("dead pixels, bright pixels and opaque rays stay finite", () => {
  const fields = new FlatField(Float32Array.of(100, 100, 0), Float32Array.of(100, 50, 10));
  const out = new Float32Array(3);
  fields.transmission(Uint16Array.of(100, 60000, 0), out);
  minusLog(out);
  assert.ok(out.every(Number.isFinite));
});

test("a flat field of another size than the dark field is refused", () => {
  assert.throws(() => new FlatField(new Float32Array(4), new Float32Array(6)), /4 pixels, flat field 6/);
});

for (const radius of [2, 3, 4]) {
  test(`dezinger of radius ${radius} removes a zinger as wide as its radius and leaves a slope alone`, () => {
    const width = 24;
    const slope = Float32Array.from({ length: width * width }, (_, i) => 1 + (i % width) * 0.01);
    const frame = slope.slice();
    for (let y = 8; y < 8 + radius; y++) for (let x = 8; x < 8 + radius; x++) frame[y * width + x] = 50;
    dezinger(frame, width, width, radius);
    frame.forEach((value, i) => {
      assert.ok(Math.abs(value - (slope[i] ?? 0)) < 0.05);
    });
  });
}

test("dezinger replaces exactly the pixels that its definition names", () => {
  const width = 20;
  const values = fc.array(fc.constantFrom(-1, 0, 0.2, 0.5, 0.75, 1, 1.4, 2.1, 9), {
    ...{ minLength: width * 12, maxLength: width * 12 },
  });
  fc.assert(
    fc.property(values, (pixels) => {
      const frame = Float32Array.from(pixels);
      dezinger(frame, width, 12, 2);
      return frame.every((value, i) => value === expectedPixel(pixels, width, i));
    }),
    { numRuns: 20 },
  );
});

/** Straight from the definition: the median of the 5 x 5 window where that differs by more than half of itself. */
function expectedPixel(pixels: readonly number[], width: number, i: number): number {
  const x = i % width;
  const y = Math.floor(i / width);
  const near = pixels.filter((_, j) => {
    const dx = Math.abs((j % width) - x);
    const dy = Math.abs(Math.floor(j / width) - y);
    return dx <= 2 && dy <= 2;
  });
  const sorted = Float32Array.from(near).sort();
  const upper = sorted[sorted.length >> 1] ?? 0;
  const median = sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? 0)) / 2;
  const value = Math.fround(pixels[i] ?? 0);
  return Math.abs(median - value) > 0.5 * Math.abs(median) ? Math.fround(median) : value;
}

for (const [name, retrieval] of Object.entries({ reference: paganin, kernels: wasmPaganin }))
  test(`Paganin retrieval damps a cosine by its closed form and keeps the mean: ${name}`, () => {
    const size = { width: 512, height: 64 };
    const phase = { energyKeV: 25, distanceMm: 50, pixelSizeUm: 2, alpha: 1e-3 };
    const frame = Float32Array.from(
      { length: 512 * 64 },
      (_, i) => 1 + 0.1 * Math.cos(Math.PI * ((i % 512) / 8)),
    );
    const expected = (x: number): number => {
      const cyclesPerCm = 1 / (16 * phase.pixelSizeUm * 1e-4);
      const lambdaZ = (wavelengthCm(phase.energyKeV) * phase.distanceMm) / 10;
      const damping = phase.alpha / ((lambdaZ * cyclesPerCm ** 2) / (4 * Math.PI) + phase.alpha);
      return 1 + 0.1 * damping * Math.cos((Math.PI * x) / 8);
    };
    retrieval(size, phase)(frame);
    const row = frame.subarray(32 * 512, 33 * 512);
    // Far from the edges, beyond which a frame goes on as its last pixel.
    for (let x = 200; x < 312; x++) assert.ok(Math.abs((row[x] ?? 0) - expected(x)) < 2e-6, `pixel ${x}`);
  });

test("the wavelength at 12.398 keV is one angstrom", () => {
  assert.ok(Math.abs(wavelengthCm(12.39842) - 1e-8) < 1e-13);
});
