import assert from "node:assert/strict";
import { test } from "node:test";
import { sliceStatistics } from "../../../src/recon/pipeline/sliceStatistics.js";

const WIDTH = 40;

const image = (value: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: WIDTH * WIDTH }, (_, i) => value(i % WIDTH, Math.floor(i / WIDTH)));

test("minimum, maximum, mean and sigma are those of the pixels", () => {
  const { minimum, maximum, mean, sigma } = sliceStatistics(Float32Array.of(1, 2, 3, 6), 2);
  assert.deepEqual([minimum, maximum, mean, sigma], [1, 6, 3, Math.sqrt(3.5)]);
});

test("an even slice has no sigma and no sharpness, however large its values", () => {
  const { mean, sigma, sharpness } = sliceStatistics(new Float32Array(WIDTH * WIDTH).fill(123_456), WIDTH);
  assert.deepEqual([mean, sigma, sharpness], [123_456, 0, 0]);
});

test("an edge is sharper than the same edge blurred, at any scale", () => {
  const edge = (blur: number, scale: number) =>
    sliceStatistics(
      image((x) => scale / (1 + Math.exp((20 - x) / blur))),
      WIDTH,
    ).sharpness;
  assert.ok(edge(0.5, 1) > 2 * edge(3, 1));
  assert.ok(Math.abs(edge(0.5, 1) / edge(0.5, 0.001) - 1) < 1e-3);
});

test("quality is one for noise, and grows with what stands out of it", () => {
  let state = 1;
  const noise = Array.from({ length: WIDTH * WIDTH }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  });
  const quality = (contrast: number): number =>
    sliceStatistics(
      image((x, y) => (noise[y * WIDTH + x] ?? 0) + (x > 20 ? contrast : 0)),
      WIDTH,
    ).quality;
  assert.ok(Math.abs(quality(0) - 1) < 0.2, `${quality(0)}`);
  assert.ok(quality(2) > 2.5);
  assert.equal(sliceStatistics(new Float32Array(WIDTH * WIDTH).fill(3), WIDTH).quality, 0);
});

test("pixels that are no number are left out", () => {
  const { mean, maximum } = sliceStatistics(Float32Array.of(2, Number.NaN, 4, Number.POSITIVE_INFINITY), 2);
  assert.deepEqual([mean, maximum], [3, 4]);
  assert.equal(sliceStatistics(Float32Array.of(Number.NaN), 1).mean, 0);
});
