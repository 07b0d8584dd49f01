import assert from "node:assert/strict";
import { test } from "node:test";
import { FILTER_TYPES, filterResponse, RowFilter } from "../../../src/recon/pipeline/filters.js";

/** The ramp in space: 1/4 in the middle, -1 / (pi n)^2 at odd distances, else 0. */
const rampKernel = (distance: number): number => {
  if (distance === 0) return 0.25;
  return distance % 2 === 0 ? 0 : -1 / (Math.PI * distance) ** 2;
};

test("the Ramp filter is the convolution with its kernel, with nothing wrapped around", () => {
  const width = 37;
  const row = Float32Array.from({ length: width }, (_, i) => 1 + Math.sin(i));
  const filtered = row.slice();
  new RowFilter(width, "Ramp").apply(filtered, 1);
  for (let x = 0; x < width; x++) {
    const expected = row.reduce((sum, value, i) => sum + value * rampKernel(x - i), 0);
    assert.ok(Math.abs((filtered[x] ?? 0) - expected) < 1e-5, `pixel ${x}`);
  }
});

for (const type of FILTER_TYPES) {
  test(`${type} treats each row by itself, whichever row it shares a transform with`, () => {
    const width = 50;
    const rows = Float32Array.from({ length: width * 3 }, (_, i) => Math.cos(i * i));
    const together = rows.slice();
    const filter = new RowFilter(width, type);
    filter.apply(together, 3);
    for (let row = 0; row < 3; row++) {
      const alone = rows.slice(row * width, (row + 1) * width);
      filter.apply(alone, 1);
      alone.forEach((value, x) => {
        assert.ok(Math.abs(value - (together[row * width + x] ?? 0)) < 1e-6);
      });
    }
  });
}

const responses: readonly [(typeof FILTER_TYPES)[number], (t: number) => number][] = [
  ["Ramp", (t) => t],
  ["Parzen", (t) => t * (t <= 0.25 ? 1 - 24 * t ** 2 * (1 - 2 * t) : 2 * (1 - 2 * t) ** 3)],
  ["Shepp-logan", (t) => Math.sin(Math.PI * t) / Math.PI],
  ["Butterworth", (t) => t / (1 + (2 * t) ** 16)],
  ["Hann", (t) => (t * (1 + Math.cos(2 * Math.PI * t))) / 2],
  ["Cosine", (t) => t * Math.cos(Math.PI * t)],
];

for (const [type, expected] of responses) {
  test(`${type} has its textbook response`, () => {
    const size = 1024;
    const response = filterResponse(type, size);
    for (let k = 0; k < size; k++) {
      const t = Math.min(k, size - k) / size;
      assert.ok(Math.abs((response[k] ?? 0) - expected(t)) < 1e-3, `frequency ${t}`);
    }
  });
}
