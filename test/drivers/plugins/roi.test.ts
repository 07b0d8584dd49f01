import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NDColorMode } from "../../../src/drivers/ndarray/imageLayout.js";
import { fillPixels, wholeAxis as uncut } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { extractRoi, type RoiAxisRequest, type RoiRequest } from "../../../src/drivers/plugins/roi.js";
import { makeFrame, stringAttribute } from "./frames.js";

const wholeAxis: RoiAxisRequest = {
  enable: true,
  min: 0,
  size: 1_000_000,
  autoSize: false,
  binning: 1,
  reverse: false,
};

const request = (
  x: Partial<RoiAxisRequest> = {},
  y: Partial<RoiAxisRequest> = {},
  rest: Partial<RoiRequest> = {},
): RoiRequest => ({
  axes: [{ ...wholeAxis, ...x }, { ...wholeAxis, ...y }, wholeAxis],
  scale: undefined,
  dataType: undefined,
  collapse: false,
  ...rest,
});

/** The pixels of the region of a 4 x 3 frame that counts 0, 1, 2 ... */
function pixels(roi: RoiRequest, options: Parameters<typeof makeFrame>[2] = {}): number[] {
  const pool = new NDArrayPool();
  const input = makeFrame(pool, 0, options);
  const output = extractRoi(input, roi, pool);
  return Array.from(output?.data ?? [], Number);
}

const bright = { dataType: "UInt16", fill: () => 40_000 } as const;

test("a region that changes nothing is the input frame, held once more", () => {
  const pool = new NDArrayPool();
  const input = makeFrame(pool, 1);
  const output = extractRoi(input, request(), pool);
  assert.equal(output, input);
  output?.release();
  input.release();
  assert.equal(pool.inUse, 0);
});

test("a region is cut out of the frame", () => {
  assert.deepEqual(pixels(request({ min: 1, size: 2 }, { min: 1, size: 2 })), [5, 6, 9, 10]);
});

test("a region larger than the frame is brought within it", () => {
  assert.deepEqual(pixels(request({ min: 3, size: 9 }, { min: 7, size: 1 })), [11]);
});

test("AutoSize takes the frame's size up to its end", () => {
  assert.deepEqual(pixels(request({ autoSize: true, size: 1 }, { min: 2, size: 1 })), [8, 9, 10, 11]);
});

test("a disabled axis stays whole", () => {
  assert.deepEqual(
    pixels(request({ enable: false, min: 1, size: 1, binning: 2 }, { size: 1 })),
    [0, 1, 2, 3],
  );
});

test("binning sums, and drops the rest that fills no bin", () => {
  assert.deepEqual(pixels(request({ binning: 2 }, { binning: 2 })), [0 + 1 + 4 + 5, 2 + 3 + 6 + 7]);
});

test("binning by three sums three pixels", () => {
  assert.deepEqual(pixels(request({ binning: 3 }, { size: 1 })), [0 + 1 + 2]);
});

test("a reversed axis counts from its end", () => {
  assert.deepEqual(pixels(request({ reverse: true, size: 3 }, { size: 1 })), [2, 1, 0]);
});

test("both axes reversed turn the frame by half a turn", () => {
  const turned = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
  assert.deepEqual(pixels(request({ reverse: true }, { reverse: true })), turned);
});

test("binned sums that do not fit wrap when scaling is off", () => {
  const wrapped = 160_000 % 65_536;
  assert.deepEqual(pixels(request({ binning: 2 }, { binning: 2 }), bright), [wrapped, wrapped]);
});

test("Scale divides the sum before it is converted", () => {
  const roi = request({ binning: 2 }, { binning: 2 }, { scale: 4 });
  assert.deepEqual(pixels(roi, bright), [40_000, 40_000]);
});

test("the output can have another type", () => {
  const pool = new NDArrayPool();
  const roi = request({ binning: 2 }, {}, { dataType: "Float32", scale: 2 });
  const output = extractRoi(makeFrame(pool, 0), roi, pool);
  assert.equal(output?.dataType, "Float32");
  assert.deepEqual(Array.from(output?.data ?? [], Number).slice(0, 2), [0.5, 2.5]);
});

test("64-bit pixels are binned as well", () => {
  assert.deepEqual(pixels(request({ binning: 2 }, { size: 1 }), { dataType: "Int64" }), [1, 5]);
});

test("the output's dimensions tell where in the sensor it lies", () => {
  const pool = new NDArrayPool();
  const roi = request({ min: 1, size: 2, binning: 2, reverse: true });
  const output = extractRoi(makeFrame(pool, 0), roi, pool);
  assert.deepEqual(output?.dimensions[0], { size: 1, offset: 1, binning: 2, reverse: true });
});

test("collapsing drops an axis of one pixel", () => {
  const pool = new NDArrayPool();
  const roi = request({ min: 1, size: 1 }, {}, { collapse: true });
  const output = extractRoi(makeFrame(pool, 0), roi, pool);
  assert.deepEqual(
    output?.dimensions.map(({ size }) => size),
    [3],
  );
});

test("an exhausted pool gives no region", () => {
  const pool = new NDArrayPool(24);
  assert.equal(extractRoi(makeFrame(pool, 0), request({ size: 2 }), pool), undefined);
});

test("every region equals the sum computed pixel by pixel", () => {
  const axis = fc.record({
    min: fc.integer({ min: -2, max: 8 }),
    size: fc.integer({ min: 0, max: 9 }),
    binning: fc.integer({ min: 0, max: 5 }),
    reverse: fc.boolean(),
  });
  fc.assert(
    fc.property(axis, axis, (x, y) => {
      const pool = new NDArrayPool();
      const input = makeFrame(pool, 0, { sizeX: 7, sizeY: 5, dataType: "Int32" });
      const output = extractRoi(input, request(x, y), pool);
      const [
        { size: sizeX, binning: binX } = { size: 0, binning: 1 },
        { size: sizeY, binning: binY } = { size: 0, binning: 1 },
      ] = output?.dimensions ?? [];
      const originX = Math.min(Math.max(x.min, 0), 6);
      const originY = Math.min(Math.max(y.min, 0), 4);
      for (let row = 0; row < sizeY; row++) {
        for (let column = 0; column < sizeX; column++) {
          const left = originX + (x.reverse ? sizeX - 1 - column : column) * binX;
          const top = originY + (y.reverse ? sizeY - 1 - row : row) * binY;
          let sum = 0;
          for (let dy = 0; dy < binY; dy++)
            for (let dx = 0; dx < binX; dx++) sum += (top + dy) * 7 + left + dx;
          assert.equal(output?.data[row * sizeX + column], sum);
        }
      }
    }),
  );
});

test("in a color image x and y are those of the image, wherever the color is", () => {
  const pool = new NDArrayPool();
  const input = pool.allocate({
    uniqueId: 1,
    timeStamp: 0,
    epicsTimestamp: { seconds: 0, nanoseconds: 0 },
    dataType: "UInt8",
    // RGB1: color, x, y.
    dimensions: [3, 4, 2].map(uncut),
    attributes: [{ ...stringAttribute("ColorMode", ""), type: "Int32", value: NDColorMode.RGB1 }],
  });
  assert.ok(input);
  fillPixels(input.data, (index) => index);
  const color = { enable: true, min: 1, size: 1, autoSize: false, binning: 1, reverse: false };
  const [x, y] = request({ min: 1, size: 2 }, { min: 1, size: 1 }).axes;
  assert.ok(x && y);
  const green = extractRoi(input, { ...request(), axes: [x, y, color] }, pool);
  assert.deepEqual(Array.from(green?.data ?? [], Number), [16, 19]);
  assert.equal(green?.attributes[0]?.value, NDColorMode.Mono, "one color is a monochrome image");
});
