import assert from "node:assert/strict";
import { test } from "node:test";
import { colorModeOf, NDColorMode } from "../../../src/drivers/ndarray/imageLayout.js";
import {
  fillPixels,
  type NDArray,
  type NDAttribute,
  type NDDataType,
  wholeAxis,
} from "../../../src/drivers/ndarray/ndArray.js";
import type { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { FALSE_COLORS } from "../../../src/drivers/plugins/colorMaps.js";
import { NDPluginColorConvert } from "../../../src/drivers/plugins/ndPluginColorConvert.js";
import { put } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginColorConvert>[0]) =>
  new NDPluginColorConvert(setup);

const whole = (name: string, value: number): NDAttribute => ({
  name,
  description: "",
  sourceType: "Driver",
  source: "",
  type: "Int32",
  value,
});

interface Image {
  readonly mode: number;
  readonly sizes: readonly number[];
  readonly values: readonly number[];
  readonly dataType?: NDDataType;
  readonly pattern?: number;
  readonly offset?: number;
}

function imageOf(
  pool: NDArrayPool,
  { mode, sizes, values, dataType = "UInt8", pattern = 0, offset = 0 }: Image,
): NDArray {
  const frame = pool.allocate({
    uniqueId: 1,
    timeStamp: 1,
    epicsTimestamp: { seconds: 1, nanoseconds: 0 },
    dataType,
    dimensions: sizes.map((size) => ({ ...wholeAxis(size), offset })),
    attributes: [whole("ColorMode", mode), whole("BayerPattern", pattern)],
  });
  assert.ok(frame !== undefined);
  fillPixels(frame.data, (index) => values[index] ?? 0);
  return frame;
}

/** What comes out of an image: its mode, the sizes of its axes, and its pixels. */
async function converted(t: Parameters<typeof pluginRig>[0], image: Image, mode: number, falseColor = 0) {
  const { camera, pool, add } = pluginRig(t);
  const convert = await add(make, { COLOR_MODE_OUT: mode, FALSE_COLOR: falseColor });
  const out: { mode: number; sizes: number[]; values: number[] }[] = [];
  convert.arrays$.subscribe((frame) =>
    out.push({
      mode: colorModeOf(frame),
      sizes: frame.dimensions.map(({ size }) => size),
      values: Array.from(frame.data, Number),
    }),
  );
  camera.emit(imageOf(pool, image));
  await put(convert, "ENABLE_CALLBACKS", 0);
  assert.equal(pool.inUse, 0, "nothing is held");
  return out[0];
}

const { Mono, Bayer, RGB1, RGB2, RGB3 } = NDColorMode;

/** Two pixels by two: (1 2 3) (4 5 6) / (7 8 9) (10 11 12). */
const COLORS: Readonly<Record<number, Image>> = {
  [RGB1]: { mode: RGB1, sizes: [3, 2, 2], values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] },
  [RGB2]: { mode: RGB2, sizes: [2, 3, 2], values: [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12] },
  [RGB3]: { mode: RGB3, sizes: [2, 2, 3], values: [1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12] },
};

test("the three orders of colors become each other, and their mean", async (t) => {
  for (const from of Object.values(COLORS)) {
    for (const to of Object.values(COLORS)) assert.deepEqual(await converted(t, from, to.mode), to);
    assert.deepEqual(await converted(t, from, Mono), { mode: Mono, sizes: [2, 2], values: [2, 5, 8, 11] });
  }
});

test("a monochrome image becomes a grey one in each order of colors, for each type of pixel", async (t) => {
  for (const dataType of ["UInt8", "Int16", "UInt64", "Float32"] as const) {
    const image = { mode: Mono, sizes: [2, 1], values: [7, 9], dataType };
    assert.deepEqual((await converted(t, image, RGB1, 1))?.values.length, 6);
    assert.deepEqual((await converted(t, image, RGB1))?.values, [7, 7, 7, 9, 9, 9]);
    assert.deepEqual((await converted(t, image, RGB2))?.values, [7, 9, 7, 9, 7, 9]);
    assert.deepEqual(await converted(t, image, RGB3), {
      mode: RGB3,
      sizes: [2, 1, 3],
      values: [7, 9, 7, 9, 7, 9],
    });
  }
});

test("false colors are for 8-bit pixels: blue over green to red, or violet to orange, and white at the end", async (t) => {
  const image = { mode: Mono, sizes: [4, 1], values: [0, 63, 127, 255] };
  assert.deepEqual(
    (await converted(t, image, RGB1, 1))?.values,
    [0, 0, 0, 0, 0, 255, 0, 255, 255, 255, 255, 255],
  );
  assert.deepEqual(
    (await converted(t, image, RGB1, 2))?.values,
    [0, 0, 0, 94, 31, 107, 190, 63, 65, 255, 255, 255],
  );
  const wide = { ...image, dataType: "UInt16" } as const;
  assert.deepEqual((await converted(t, wide, RGB1, 1))?.values.slice(3, 6), [63, 63, 63]);
});

test("the maps' lines bend where areaDetector's do", () => {
  const at = (map: number, value: number) =>
    [0, 1, 2].map((color) => FALSE_COLORS[map]?.[256 * color + value]);
  const places = [31, 95, 159, 223, 254].map((value) => at(1, value));
  assert.deepEqual(places, [
    [0, 0, 125],
    [0, 128, 255],
    [128, 255, 128],
    [255, 128, 0],
    [255, 4, 0],
  ]);
  assert.deepEqual(
    [70, 71, 129, 254].map((value) => at(2, value)),
    [
      [105, 35, 119],
      [106, 35, 120],
      [192, 65, 64],
      [192, 253, 64],
    ],
  );
});

test("a Bayer pixel gets the other colors from its neighbours, and none at the edges", async (t) => {
  const values = [10, 20, 12, 22, 30, 40, 32, 42, 14, 24, 16, 26, 34, 44, 36, 46];
  const image = { mode: Bayer, sizes: [4, 4], values };
  const rgb = (await converted(t, image, RGB1))?.values ?? [];
  const pixel = (x: number, y: number, all = rgb) => all.slice(3 * (4 * y + x), 3 * (4 * y + x) + 3);
  assert.deepEqual(pixel(0, 0), [10, 0, 0]);
  assert.deepEqual(pixel(1, 0), [0, 20, 0]);
  // Blue: red from the corners, green from the sides.
  assert.deepEqual(pixel(1, 1), [(10 + 12 + 14 + 16) / 4, Math.floor((20 + 30 + 32 + 24) / 4), 40]);
  // Green in a row with blue: red above and below.
  assert.deepEqual(pixel(2, 1), [(12 + 16) / 2, 32, (40 + 42) / 2]);
  // Green in a row with red.
  assert.deepEqual(pixel(1, 2), [(14 + 16) / 2, 24, (40 + 44) / 2]);
  assert.deepEqual(pixel(2, 2), [16, Math.floor((32 + 24 + 26 + 36) / 4), (40 + 42 + 44 + 46) / 4]);
  const mono = await converted(t, image, Mono);
  assert.deepEqual([mono?.sizes, mono?.values[5]], [[4, 4], Math.trunc((13 + 26 + 40) / 3)]);
});

test("the pattern, and where the image begins on the sensor, say which pixel is red", async (t) => {
  const image = { mode: Bayer, sizes: [2, 2], values: [1, 2, 3, 4] };
  const red = async (more: Partial<Image>) =>
    (await converted(t, { ...image, ...more }, RGB3))?.values.slice(0, 4).filter((value) => value > 0);
  assert.deepEqual(await Promise.all([0, 1, 2, 3].map((pattern) => red({ pattern }))), [[1], [3], [2], [4]]);
  assert.deepEqual(await red({ offset: 1 }), [4]);
});

test("what cannot be converted goes on as it is", async (t) => {
  const mono = { mode: Mono, sizes: [2, 1], values: [1, 2] };
  assert.deepEqual(await converted(t, mono, Bayer), mono);
  assert.deepEqual(await converted(t, { mode: NDColorMode.YUV422, sizes: [2, 1], values: [1, 2] }, Mono), {
    mode: NDColorMode.YUV422,
    sizes: [2, 1],
    values: [1, 2],
  });
  const flat = { mode: RGB1, sizes: [3, 2], values: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual(await converted(t, flat, Mono), flat);
});
