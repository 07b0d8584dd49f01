import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fft, nextPowerOfTwo } from "../../src/libcom/fft.js";

function naiveTransform(re: Float64Array, im: Float64Array, k: number): { re: number; im: number } {
  let sumRe = 0;
  let sumIm = 0;
  re.forEach((value, n) => {
    const angle = (-2 * Math.PI * k * n) / re.length;
    sumRe += value * Math.cos(angle) - (im[n] ?? 0) * Math.sin(angle);
    sumIm += value * Math.sin(angle) + (im[n] ?? 0) * Math.cos(angle);
  });
  return { re: sumRe, im: sumIm };
}

const signal = (size: number, seed: number): Float64Array =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(seed * (i + 1)) + Math.cos(3.7 * i * seed));

for (const size of [2, 4, 8, 16, 32, 64, 128, 512]) {
  test(`a forward transform of ${size} points is the discrete Fourier transform in the order it names`, () => {
    const re = signal(size, 1.3);
    const im = signal(size, 0.4);
    const fft = new Fft(size);
    const actual = { re: re.slice(), im: im.slice() };
    fft.forward(actual.re, actual.im);
    fft.order.forEach((k, position) => {
      const expected = naiveTransform(re, im, k);
      assert.ok(Math.abs((actual.re[position] ?? 0) - expected.re) < 1e-9 * size);
      assert.ok(Math.abs((actual.im[position] ?? 0) - expected.im) < 1e-9 * size);
    });
  });
}

test("inverse after forward gives the input times the size", () => {
  const sizes = fc.integer({ min: 1, max: 11 }).map((bits) => 2 ** bits);
  fc.assert(
    fc.property(sizes, fc.double({ min: 0.1, max: 10, noNaN: true }), (size, seed) => {
      const re = signal(size, seed);
      const im = signal(size, seed / 2);
      const actual = { re: re.slice(), im: im.slice() };
      const fft = new Fft(size);
      fft.forward(actual.re, actual.im);
      fft.inverse(actual.re, actual.im);
      return re.every(
        (value, i) =>
          Math.abs((actual.re[i] ?? 0) / size - value) < 1e-12 &&
          Math.abs((actual.im[i] ?? 0) / size - (im[i] ?? 0)) < 1e-12,
      );
    }),
    { numRuns: 30 },
  );
});

for (const size of [2, 4, 8, 16, 64, 128]) {
  test(`the padded forward and cropped inverse transform of ${size} points are those of zeros in the second half`, () => {
    const padded = { re: signal(size, 2.1), im: signal(size, 0.7) };
    const whole = { re: padded.re.slice().fill(0, size / 2), im: padded.im.slice().fill(0, size / 2) };
    const fft = new Fft(size);
    fft.forwardPadded(padded.re, padded.im);
    fft.forward(whole.re, whole.im);
    for (let i = 0; i < size; i++) {
      assert.ok(Math.abs((padded.re[i] ?? 0) - (whole.re[i] ?? 0)) < 1e-12 * size);
      assert.ok(Math.abs((padded.im[i] ?? 0) - (whole.im[i] ?? 0)) < 1e-12 * size);
    }
    fft.inverseCropped(padded.re, padded.im);
    fft.inverse(whole.re, whole.im);
    for (let i = 0; i < size / 2; i++) {
      assert.ok(Math.abs((padded.re[i] ?? 0) - (whole.re[i] ?? 0)) < 1e-12 * size);
      assert.ok(Math.abs((padded.im[i] ?? 0) - (whole.im[i] ?? 0)) < 1e-12 * size);
    }
  });
}

test("a size that is not a power of two is refused", () => {
  assert.throws(() => new Fft(12), /not a power of two/);
});

test("the next power of two is never below the count", () => {
  assert.deepEqual([1, 2, 3, 512, 513, 1280].map(nextPowerOfTwo), [2, 2, 4, 512, 1024, 2048]);
});
