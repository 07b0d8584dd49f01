import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, firstValueFrom, map, timeout } from "rxjs";
import { ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { colorModeOf, NDColorMode } from "../../../src/drivers/ndarray/imageLayout.js";
import { images$ } from "../../../src/drivers/ndarray/imageSource.js";
import { bytesOf, infoOf, type NDArray, ndCodec, wholeAxis } from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginAttribute } from "../../../src/drivers/plugins/ndPluginAttribute.js";
import { NDPluginCodec } from "../../../src/drivers/plugins/ndPluginCodec.js";
import { NDPluginPva } from "../../../src/drivers/plugins/ndPluginPva.js";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { NDPluginStdArrays } from "../../../src/drivers/plugins/ndPluginStdArrays.js";
import { SharedPvProvider } from "../../../src/pva/index.js";
import { makeFrame, put, shown, stringAttribute } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginCodec>[0]) => new NDPluginCodec(setup);

const COMPRESS = { MODE: 0, BLOSC_SHUFFLE: 1 };
const DECOMPRESS = { MODE: 1 };
const NAMES = ["", "jpeg", "zlib", "blosc", "lz4", "lz4hdf5", "bslz4"];

/** A compressor and a decompressor behind it. */
async function chain(t: Parameters<typeof pluginRig>[0]) {
  const rig = pluginRig(t);
  const packer = await rig.add(make, COMPRESS, { portName: "PACK" });
  const unpacker = await rig.add(make, DECOMPRESS, { portName: "UNPACK", arrayPort: "PACK" });
  return { ...rig, packer, unpacker };
}

const status = (plugin: NDPluginCodec) => ["CODEC_STATUS", "CODEC_ERROR"].map((name) => shown(plugin, name));
const pixelsOf = ({ data }: NDArray) => Array.from(data, Number);

test("each codec gives back the pixels it was given, and shows by how much they shrank", async (t) => {
  const { camera, pool, packer, unpacker } = await chain(t);
  const packed: (string | undefined)[] = [];
  const unpacked: { codec: string | undefined; pixels: number[] }[] = [];
  packer.arrays$.subscribe(({ codec }) => packed.push(codec?.name));
  unpacker.arrays$.subscribe((frame) => unpacked.push({ codec: frame.codec?.name, pixels: pixelsOf(frame) }));
  for (const compressor of [2, 3, 4, 5, 6]) {
    await put(packer, "COMPRESSOR", compressor);
    const frame = makeFrame(pool, 5, { sizeX: 64, sizeY: 48, fill: (index) => index >> 6 });
    const expected = pixelsOf(frame);
    camera.emit(frame);
    await pool.whenIdle();
    assert.deepEqual(status(packer), [0, ""]);
    assert.deepEqual(unpacked.at(-1), { codec: undefined, pixels: expected });
    assert.ok(Number(shown(packer, "COMP_FACTOR")) > 3, `${NAMES[compressor]} shrinks`);
    assert.equal(shown(unpacker, "CODEC"), NAMES[compressor]);
    assert.equal(shown(unpacker, "COMPRESSOR"), compressor);
    assert.ok(Number(shown(unpacker, "COMPRESSED_SIZE")) < 64 * 48);
  }
  assert.deepEqual(packed, NAMES.slice(2));
});

test("JPEG is for 8-bit images, and gives colors pixel by pixel", async (t) => {
  const { camera, pool, packer, unpacker } = await chain(t);
  await put(packer, "COMPRESSOR", 1);
  await put(packer, "JPEG_QUALITY", 95);
  const frames: { sizes: number[]; mode: number; pixels: number[] }[] = [];
  unpacker.arrays$.subscribe((frame) =>
    frames.push({
      sizes: frame.dimensions.map(({ size }) => size),
      mode: colorModeOf(frame),
      pixels: pixelsOf(frame),
    }),
  );
  const mode = { ...stringAttribute("ColorMode", ""), type: "Int32", value: NDColorMode.RGB3 } as const;
  const colors = pool.allocate({
    ...infoOf(makeFrame(pool, 1)),
    dataType: "UInt8",
    dimensions: [16, 8, 3].map(wholeAxis),
    attributes: [mode],
  });
  assert.ok(colors !== undefined && colors.data instanceof Uint8Array);
  colors.data.forEach((_, index, data) => {
    data[index] = [200, 120, 40][Math.floor(index / 128)] ?? 0;
  });
  camera.emit(colors);
  await pool.whenIdle();
  const [frame] = frames;
  assert.deepEqual([frame?.sizes, frame?.mode], [[3, 16, 8], NDColorMode.RGB1]);
  [200, 120, 40].forEach((value, color) => {
    assert.ok(Math.abs((frame?.pixels[3 * 50 + color] ?? 0) - value) <= 4);
  });
  camera.emit(makeFrame(pool, 2));
  await pool.whenIdle();
  assert.deepEqual(status(packer), [2, "only 8-bit data is supported"]);
  assert.deepEqual(frames[1]?.pixels.slice(0, 3), [2, 3, 4], "as it was");
});

test("what is compressed already, or by nobody knows what, goes on as it is", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const twice = await add(make, { ...COMPRESS, COMPRESSOR: 4 }, { portName: "TWICE" });
  const unpacker = await add(make, DECOMPRESS, { portName: "UNPACK" });
  const frame = makeFrame(pool, 1);
  const strange: NDArray = {
    ...infoOf(frame),
    data: frame.data,
    buffer: frame.buffer,
    codec: ndCodec("zfp"),
    retain: () => strange,
    release: () => {},
  };
  const codecs: unknown[] = [];
  for (const plugin of [twice, unpacker]) plugin.arrays$.subscribe(({ codec }) => codecs.push(codec?.name));
  camera.emit(strange);
  assert.deepEqual(codecs, ["zfp", "zfp"]);
  assert.deepEqual(status(twice), [1, "Array already compressed"]);
  assert.deepEqual(status(unpacker), [2, "Unexpected codec: 'zfp'"]);
});

test("a plugin that needs pixels drops compressed frames", async (t) => {
  const { camera, pool, packer, add } = await chain(t);
  await put(packer, "COMPRESSOR", 4);
  const stats = await add((setup) => new NDPluginStats(setup), {}, { portName: "STATS", arrayPort: "PACK" });
  camera.emit(makeFrame(pool, 1));
  await pool.whenIdle();
  assert.deepEqual([shown(stats, "DROPPED_ARRAYS"), shown(stats, "ARRAY_COUNTER")], [1, 0]);
});

test("standard arrays show the bytes of compressed frames, and attributes theirs", async (t) => {
  const { camera, pool, packer, add } = await chain(t);
  await put(packer, "COMPRESSOR", 4);
  const arrays = await add(
    (setup) => new NDPluginStdArrays(setup),
    {},
    {
      portName: "ARRAYS",
      arrayPort: "PACK",
    },
  );
  const shorts = arrays.parameter("STD_ARRAY_DATA", 0, "Int16Array");
  const sizes = await add(
    (setup) => new NDPluginAttribute(setup, 1),
    {},
    {
      portName: "ATTR",
      arrayPort: "PACK",
    },
  );
  const packed: NDArray[] = [];
  packer.arrays$.subscribe((frame) => packed.push(frame.retain()));
  camera.emit(makeFrame(pool, 1, { sizeX: 64, sizeY: 48, fill: (index) => index >> 6 }));
  await pool.whenIdle();
  const [first] = packed;
  assert.ok(first !== undefined);
  const bytes = Buffer.from(bytesOf(first.data));
  assert.ok(shorts?.value instanceof Uint16Array);
  assert.equal(shorts.value.length, Math.floor(bytes.length / 2) + 1);
  assert.deepEqual(Buffer.from(shorts.value.buffer).subarray(0, bytes.length), bytes);
  assert.deepEqual([shown(sizes, "DROPPED_ARRAYS"), shown(sizes, "ARRAY_COUNTER")], [0, 1]);
});

test("pvAccess clients get compressed frames with what it takes to decompress them", async (t) => {
  const { camera, pool, packer, add } = await chain(t);
  await put(packer, "COMPRESSOR", 6);
  const sharedPvs = new SharedPvProvider();
  const publication = { pvName: "t:Image", sharedPvs, imageStreams: new ImageStreams() };
  await add((setup) => new NDPluginPva(setup, publication), {}, { portName: "PVA", arrayPort: "PACK" });
  const image = firstValueFrom(
    images$("t:Image", new ImageStreams(), sharedPvs, undefined).pipe(
      filter(({ uniqueId }) => uniqueId === 3),
      map((received) => [received.dataType, pixelsOf(received)]),
      timeout(20_000),
    ),
  );
  const frame = makeFrame(pool, 3, { sizeX: 64, sizeY: 32, fill: (index) => index >> 5 });
  const expected = pixelsOf(frame);
  camera.emit(frame);
  assert.deepEqual(await image, ["UInt16", expected]);
});

test("settings are kept within what the codecs take", async (t) => {
  const { add } = pluginRig(t);
  const plugin = await add(make, {
    JPEG_QUALITY: 900,
    ZLIB_CLEVEL: -3,
    BLOSC_COMPRESSOR: 77,
    BLOSC_NUMTHREADS: 0,
  });
  const names = ["JPEG_QUALITY", "ZLIB_CLEVEL", "BLOSC_COMPRESSOR", "BLOSC_NUMTHREADS"];
  assert.deepEqual(
    names.map((name) => shown(plugin, name)),
    [100, 0, 5, 1],
  );
});
