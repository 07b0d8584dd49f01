import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { colorModeOf, NDColorMode } from "../../../src/drivers/ndarray/imageLayout.js";
import {
  bytesPerElement,
  infoOf,
  ND_DATA_TYPES,
  type NDArray,
  type NDAttribute,
  type NDDataType,
  wholeAxis,
} from "../../../src/drivers/ndarray/ndArray.js";
import type { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { decodeJpeg, encodeJpeg } from "../../../src/drivers/plugins/codecs/jpeg.js";
import { FALSE_COLORS } from "../../../src/drivers/plugins/colorMaps.js";
import { NDFileJPEG } from "../../../src/drivers/plugins/ndFileJPEG.js";
import { NDFileNull } from "../../../src/drivers/plugins/ndFileNull.js";
import { NDFileTIFF } from "../../../src/drivers/plugins/ndFileTIFF.js";
import { makeFrame, put, shown, stringAttribute, waitFor } from "./frames.js";
import { pluginRig } from "./rig.js";

const directory = mkdtempSync(join(tmpdir(), "image-files-"));
after(() => rmSync(directory, { recursive: true }));

let made = 0;
/** Values that put files into a directory of their own. */
function files(suffix: string) {
  const path = join(directory, String(++made));
  return {
    path,
    values: { CREATE_DIR: -1, FILE_PATH: path, FILE_NAME: "f", FILE_TEMPLATE: `%s%s_%d.${suffix}` },
  };
}

const tiff = (setup: ConstructorParameters<typeof NDFileTIFF>[0]) => new NDFileTIFF(setup);
const jpeg = (setup: ConstructorParameters<typeof NDFileJPEG>[0]) => new NDFileJPEG(setup);

const int = (name: string, value: number): NDAttribute => ({
  ...stringAttribute(name, ""),
  type: "Int32",
  value,
});

const COLOR_SIZES = { x: 16, y: 8, color: 3 };
/** The order of dimensions in each color mode. */
const ORDERS: ReadonlyMap<number, readonly (keyof typeof COLOR_SIZES)[]> = new Map([
  [NDColorMode.RGB1, ["color", "x", "y"]],
  [NDColorMode.RGB2, ["x", "color", "y"]],
  [NDColorMode.RGB3, ["x", "y", "color"]],
] as const);

/** An image with three colors in the order of its mode. */
function colorFrame(
  pool: NDArrayPool,
  mode: number,
  valueAt: (x: number, y: number, color: number) => number,
): NDArray {
  const order = ORDERS.get(mode) ?? [];
  const frame = pool.allocate({
    ...infoOf(makeFrame(pool, 3)),
    dataType: "UInt8",
    dimensions: order.map((axis) => wholeAxis(COLOR_SIZES[axis])),
    attributes: [int("ColorMode", mode)],
  });
  assert.ok(frame !== undefined && frame.data instanceof Uint8Array);
  for (let index = 0, rest = 0; index < frame.data.length; index++) {
    const place = { x: 0, y: 0, color: 0 };
    rest = index;
    for (const axis of order) {
      place[axis] = rest % COLOR_SIZES[axis];
      rest = Math.floor(rest / COLOR_SIZES[axis]);
    }
    frame.data[index] = valueAt(place.x, place.y, place.color);
  }
  return frame;
}

/** How many bytes a value of a tag takes: text, short, long, double. */
const TYPE_SIZES = new Map([
  [2, 1],
  [3, 2],
  [4, 4],
  [12, 8],
]);

/** Tags of a TIFF file by number, and its strips one after the other. */
function readTiff(path: string) {
  const file = readFileSync(path);
  assert.equal(file.toString("latin1", 0, 3), "II*");
  const start = file.readUInt32LE(4);
  const tags = new Map<number, readonly (number | string)[]>();
  const ids: number[] = [];
  for (let index = 0; index < file.readUInt16LE(start); index++) {
    const entry = start + 2 + 12 * index;
    const [id, type, count] = [
      file.readUInt16LE(entry),
      file.readUInt16LE(entry + 2),
      file.readUInt32LE(entry + 4),
    ];
    const size = TYPE_SIZES.get(type) ?? Number.NaN;
    const at = size * count > 4 ? file.readUInt32LE(entry + 8) : entry + 8;
    assert.equal(at % 2, 0, `tag ${id} of type ${type} begins at a word`);
    const value = (place: number) => {
      if (type === 12) return file.readDoubleLE(place);
      return type === 4 ? file.readUInt32LE(place) : file.readUIntLE(place, size);
    };
    const numbers = Array.from({ length: count }, (_, place) => value(at + size * place));
    tags.set(id, type === 2 ? [file.toString("utf8", at, at + count - 1)] : numbers);
    ids.push(id);
  }
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
    "tags are in order",
  );
  const lengths = tags.get(279) ?? [];
  const strips = (tags.get(273) ?? []).map((offset, index) =>
    file.subarray(Number(offset), Number(offset) + Number(lengths[index])),
  );
  return { tags, pixels: Buffer.concat(strips), size: file.length };
}

test("a TIFF file has each type of pixel as it is", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("tif");
  const plugin = await add(tiff, { ...values, AUTO_INCREMENT: 1, AUTO_SAVE: 1 });
  const expected: Partial<Record<NDDataType, number>> = {
    UInt8: 1,
    UInt16: 1,
    UInt32: 1,
    UInt64: 1,
    Float32: 3,
    Float64: 3,
  };
  for (const [index, dataType] of ND_DATA_TYPES.entries()) {
    const frame = makeFrame(pool, 40, { sizeX: 5, sizeY: 4, dataType });
    camera.emit(frame.retain());
    await pool.whenIdle();
    const { tags, pixels } = readTiff(join(path, `f_${index}.tif`));
    assert.deepEqual(tags.get(256), [5]);
    assert.deepEqual(tags.get(257), [4]);
    assert.deepEqual(tags.get(258), [8 * bytesPerElement(dataType)]);
    assert.deepEqual(tags.get(339), [expected[dataType] ?? 2]);
    assert.deepEqual(pixels, Buffer.from(frame.data.buffer, 0, frame.data.byteLength));
  }
  assert.equal(shown(plugin, "WRITE_MESSAGE"), "");
});

test("stamps and attributes are tags of a TIFF file, floating point with six digits", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("tif");
  await add(tiff, { ...values, AUTO_SAVE: 1 });
  const attributes: readonly NDAttribute[] = [
    stringAttribute("Model", "Oryx"),
    { ...stringAttribute("Energy", ""), type: "Float64", value: 25.5 },
    int("Shutter", -1),
    stringAttribute("TIFFImageDescription", "müde"),
  ];
  camera.emit(makeFrame(pool, 7, { attributes }));
  await pool.whenIdle();
  const { tags } = readTiff(join(path, "f_0.tif"));
  const shownTags = [270, 271, 272, 305, 65000, 65001, 65002, 65003, 65010, 65011, 65012, 65013].map(
    (id) => tags.get(id)?.[0],
  );
  assert.deepEqual(shownTags, [
    "müde",
    "Unknown",
    "Oryx",
    "EPICS areaDetector",
    1007.5,
    7,
    1007,
    500_000_000,
    "Model:Oryx",
    "Energy:25.500000",
    "Shutter:-1",
    "TIFFImageDescription:müde",
  ]);
});

test("a TIFF file has colors pixel by pixel, or one after the other", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("tif");
  await add(tiff, { ...values, AUTO_INCREMENT: 1, AUTO_SAVE: 1 });
  const valueAt = (x: number, y: number, color: number) => 60 * color + 5 * y + (x % 5);
  for (const [index, mode] of [NDColorMode.RGB1, NDColorMode.RGB2, NDColorMode.RGB3].entries()) {
    const frame = colorFrame(pool, mode, valueAt);
    assert.equal(colorModeOf(frame), mode);
    camera.emit(frame);
    await pool.whenIdle();
    const { tags, pixels } = readTiff(join(path, `f_${index}.tif`));
    const [planar] = tags.get(284) ?? [];
    const place = (x: number, y: number, color: number) =>
      planar === 1 ? 3 * (16 * y + x) + color : 16 * (8 * color + y) + x;
    assert.deepEqual([tags.get(256), tags.get(257), tags.get(277), tags.get(262)], [[16], [8], [3], [2]]);
    for (const [x, y, color] of [
      [0, 0, 0],
      [5, 3, 1],
      [15, 7, 2],
      [3, 0, 2],
    ] as const)
      assert.equal(pixels[place(x, y, color)], valueAt(x, y, color), `mode ${mode}`);
  }
});

test("capturing and streaming make a file for each frame", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  for (const mode of [1, 2]) {
    const { path, values } = files("tif");
    const plugin = await add(
      tiff,
      { ...values, AUTO_INCREMENT: 1, AUTO_SAVE: 1, WRITE_MODE: mode, NUM_CAPTURE: 3 },
      { blocking: false },
    );
    await put(plugin, "CAPTURE", 1);
    for (const id of [5, 6, 7, 8]) camera.emit(makeFrame(pool, id));
    await waitFor(plugin, "CAPTURE", 0);
    assert.deepEqual(readdirSync(path).sort(), ["f_0.tif", "f_1.tif", "f_2.tif"]);
    const ids = [0, 1, 2].map((number) => readTiff(join(path, `f_${number}.tif`)).tags.get(65001));
    assert.deepEqual(ids, [[5], [6], [7]]);
    plugin.close();
  }
});

/** The number of components in the frame header of a baseline JPEG file. */
function colorsOf(bytes: Buffer): number | undefined {
  let at = 2;
  while (bytes[at + 1] !== 0xc0 && at < bytes.length) at += 2 + bytes.readUInt16BE(at + 2);
  return bytes[at + 9];
}

test("a JPEG file is grey or in colors, whatever their order in the frame", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("jpg");
  const plugin = await add(jpeg, { ...values, AUTO_INCREMENT: 1, AUTO_SAVE: 1, JPEG_QUALITY: 95 });
  const read = async (number: number) => {
    await pool.whenIdle();
    assert.equal(shown(plugin, "WRITE_MESSAGE"), "");
    const bytes = readFileSync(join(path, `f_${number}.jpg`));
    assert.deepEqual([...bytes.subarray(0, 3), ...bytes.subarray(-2)], [0xff, 0xd8, 0xff, 0xff, 0xd9]);
    return { colors: colorsOf(bytes), ...(await decodeJpeg(bytes)) };
  };
  const near = (found: number | undefined, expected: number) =>
    assert.ok(Math.abs((found ?? Number.NaN) - expected) <= 4, `${found} is not near ${expected}`);
  camera.emit(
    makeFrame(pool, 1, { sizeX: 32, sizeY: 16, dataType: "UInt8", fill: (index) => 4 * (index % 32) }),
  );
  const grey = await read(0);
  assert.deepEqual([grey.sizeX, grey.sizeY, grey.colors], [32, 16, 1]);
  near(grey.pixels[4 * (3 * 32 + 20)], 80);
  for (const [index, mode] of [NDColorMode.RGB1, NDColorMode.RGB2, NDColorMode.RGB3].entries()) {
    camera.emit(colorFrame(pool, mode, (_x, _y, color) => [200, 120, 40][color] ?? 0));
    const image = await read(index + 1);
    assert.deepEqual([image.sizeX, image.sizeY, image.colors], [16, 8, 3]);
    for (const [color, value] of [200, 120, 40].entries())
      near(image.pixels[4 * (16 * 5 + 9) + color], value);
  }
});

test("colors are near to what they were, at each quality", async () => {
  const [sizeX, sizeY] = [320, 240];
  const colors = FALSE_COLORS[2] ?? [];
  const data = Uint8Array.from({ length: 3 * sizeX * sizeY }, (_, index) => {
    const pixel = Math.floor(index / 3);
    return colors[256 * (index % 3) + (((pixel % sizeX) + Math.floor(pixel / sizeX)) & 0xff)] ?? 0;
  });
  for (const quality of [10, 50, 85, 100]) {
    const strides = { x: 3, y: 3 * sizeX, color: 1 };
    const { pixels } = await decodeJpeg(await encodeJpeg({ data, sizeX, sizeY, strides, quality }));
    const errors = Array.from(data, (value, index) =>
      Math.abs(value - (pixels[index + Math.floor(index / 3)] ?? 0)),
    );
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    assert.ok(mean < 10, `off by ${mean} at quality ${quality}`);
  }
});

test("a lower quality makes a smaller JPEG file", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("jpg");
  const plugin = await add(jpeg, { ...values, AUTO_INCREMENT: 1, AUTO_SAVE: 1 });
  for (const quality of [90, 10]) {
    await put(plugin, "JPEG_QUALITY", quality);
    camera.emit(
      makeFrame(pool, 1, { sizeX: 64, sizeY: 64, dataType: "UInt8", fill: (index) => (index * index) % 256 }),
    );
    await pool.whenIdle();
  }
  const [fine, coarse] = ["f_0.jpg", "f_1.jpg"].map((name) => readFileSync(join(path, name)).length);
  assert.ok((fine ?? 0) > 2 * (coarse ?? 0), `${fine} and ${coarse} bytes`);
});

test("what is no image of the kind is refused with the reason", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(jpeg, { ...files("jpg").values, AUTO_SAVE: 1 });
  camera.emit(makeFrame(pool, 1));
  await waitFor(plugin, "WRITE_STATUS", 1);
  assert.match(String(shown(plugin, "WRITE_MESSAGE")), /f_0.jpg: only 8-bit data is supported/);
});

test("a frame that is no image is refused by TIFF with the reason", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const plugin = await add(tiff, { ...files("tif").values, AUTO_SAVE: 1 });
  const cube = pool.allocate({ ...infoOf(makeFrame(pool, 1)), dimensions: [2, 2, 2].map(wholeAxis) });
  assert.ok(cube !== undefined);
  camera.emit(cube);
  await waitFor(plugin, "WRITE_STATUS", 1);
  assert.match(String(shown(plugin, "WRITE_MESSAGE")), /an array of 3 dimensions is no image/);
});

test("the null plugin says that files are written, writes none and removes the driver's", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const { path, values } = files("null");
  const driverFile = join(directory, "driver.null");
  writeFileSync(driverFile, "image");
  const plugin = await add((setup) => new NDFileNull(setup), {
    ...values,
    AUTO_SAVE: 1,
    DELETE_DRIVER_FILE: 1,
  });
  camera.emit(makeFrame(pool, 1, { attributes: [stringAttribute("DriverFileName", driverFile)] }));
  await pool.whenIdle();
  assert.equal(shown(plugin, "WRITE_STATUS"), 0);
  assert.deepEqual(readdirSync(path), []);
  assert.equal(existsSync(driverFile), false);
});
