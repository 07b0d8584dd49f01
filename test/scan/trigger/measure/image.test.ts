import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cut, type TriggerImage } from "../../../../src/scan/trigger/measure/image.js";
import { IMAGE_MEASURES } from "../../../../src/scan/trigger/measure/imageMeasures.js";
import { resample } from "../../../../src/scan/trigger/measure/resample.js";

const WHOLE = { minX: 0, minY: 0, sizeX: 0, sizeY: 0 };

const image = (width: number, values: readonly number[]): TriggerImage => ({
  data: Float32Array.from(values),
  width,
  height: values.length / width,
  uniqueId: 1,
});

const frame = { data: Uint16Array.from({ length: 12 }, (_, i) => i), width: 4, height: 3, uniqueId: 7 };

describe("the region of an image", () => {
  it("is the whole image when its sizes are 0", () => {
    assert.deepEqual(cut(frame, WHOLE), { ...frame, data: Float32Array.from(frame.data) });
  });

  it("has the rows and columns asked for", () => {
    const region = cut(frame, { minX: 1, minY: 1, sizeX: 2, sizeY: 2 });
    assert.deepEqual(region, { data: Float32Array.of(5, 6, 9, 10), width: 2, height: 2, uniqueId: 7 });
  });

  it("ends at the edge of the image", () => {
    const region = cut(frame, { minX: 3, minY: -5, sizeX: 100, sizeY: 2 });
    assert.deepEqual([...region.data], [3, 7]);
  });

  it("holds 64-bit pixels as numbers", () => {
    const region = cut({ ...frame, data: BigUint64Array.from(frame.data, BigInt) }, { ...WHOLE, minY: 2 });
    assert.deepEqual([...region.data], [8, 9, 10, 11]);
  });
});

describe("a measure of an image", () => {
  const threshold = 2.5;

  it("is the mean", () => {
    assert.equal(IMAGE_MEASURES.Mean()(image(2, [1, 2, 3, 6]), { threshold }), 3);
  });

  it("is the standard deviation", () => {
    assert.equal(IMAGE_MEASURES.Sigma()(image(2, [1, 1, 5, 5]), { threshold }), 2);
  });

  it("is the fraction of pixels above the threshold", () => {
    assert.equal(IMAGE_MEASURES.Foreground()(image(2, [1, 2, 3, 6]), { threshold }), 0.5);
  });

  it("is the difference from the image before, of the same size", () => {
    const measure = IMAGE_MEASURES.Change();
    const images = [image(2, [0, 0]), image(2, [3, 3]), image(1, [3, 3]), image(1, [3, 5])];
    const changes = images.map((one) => measure(one, { threshold }));
    assert.deepEqual(changes, [undefined, 3, undefined, Math.SQRT2]);
  });
});

describe("an image for a model of fixed size", () => {
  it("has the means of the pixels that fall together", () => {
    const small = resample(image(4, [1, 3, 5, 7, 1, 3, 5, 7]), 2, 1);
    assert.deepEqual([...small.data], [2, 6]);
  });

  it("repeats the pixels of a smaller image", () => {
    const large = resample(image(2, [1, 2]), 4, 2);
    assert.deepEqual([...large.data], [1, 1, 2, 2, 1, 1, 2, 2]);
  });
});
