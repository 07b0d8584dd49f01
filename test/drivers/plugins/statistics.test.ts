import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { histogramOf } from "../../../src/drivers/plugins/histogram.js";
import { statisticsOf } from "../../../src/drivers/plugins/statistics.js";
import { countValues } from "../../../src/drivers/plugins/valueCounts.js";

test("minimum, maximum, mean and deviation of known numbers", () => {
  assert.deepEqual(statisticsOf(Uint16Array.of(2, 4, 4, 4, 5, 5, 7, 9)), {
    minimum: 2,
    minimumIndex: 0,
    maximum: 9,
    maximumIndex: 7,
    total: 40,
    mean: 5,
    sigma: 2,
  });
});

test("an empty array has zeros", () => {
  assert.equal(statisticsOf(new Float32Array(0)).mean, 0);
});

test("from how often each value occurs follow the statistics and the histogram of the pixels", () => {
  const image = fc
    .array(fc.integer({ min: -300, max: 300 }), { minLength: 1, maxLength: 40 })
    .chain((values) =>
      fc.constantFrom(Int8Array, Uint8Array, Int16Array, Uint16Array).map((Type) => {
        const data = new Type(256 ** Type.BYTES_PER_ELEMENT + 1);
        return data.map((_, index) => values[index % values.length] ?? 0);
      }),
    );
  const range = { bins: 17, minimum: -20, maximum: 90 };
  fc.assert(
    fc.property(image, (data) => {
      const counts = countValues(data);
      assert.ok(counts !== undefined);
      const found = statisticsOf(data, counts);
      // Pixels of 32 bits are looked at one by one.
      const expected = statisticsOf(Int32Array.from(data));
      assert.ok(Math.abs(found.sigma - expected.sigma) < 1e-6);
      assert.ok(Math.abs(found.mean - expected.mean) < 1e-9);
      assert.deepEqual({ ...found, sigma: 0, mean: 0 }, { ...expected, sigma: 0, mean: 0 });
      assert.deepEqual(histogramOf(data, range, counts), histogramOf(Int32Array.from(data), range));
    }),
    { numRuns: 30 },
  );
});
