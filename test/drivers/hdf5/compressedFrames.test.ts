import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { DataExchangeFiles } from "../../../src/drivers/hdf5/dataExchangeFiles.js";
import { NDFileHDF5 } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import { NDPluginCodec } from "../../../src/drivers/plugins/ndPluginCodec.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { makeFrame, put, shown, waitFor } from "../plugins/frames.js";
import { pluginRig } from "../plugins/rig.js";

const h5py = new H5pyReader();
after(() => h5py.close());

const FRAMES = 3;
const shape = { sizeX: 64, sizeY: 48 };

/** An HDF5 plugin behind one that compresses. */
async function packedCapture(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-packed-"));
  const { camera, pool, add } = pluginRig(t);
  const packer = await add((setup) => new NDPluginCodec(setup), { MODE: 0 }, { portName: "PACK" });
  const hdf = await add(
    (setup) => new NDFileHDF5(setup),
    {
      FILE_PATH: directory,
      FILE_NAME: "packed",
      AUTO_INCREMENT: 1,
      HDF5_layoutFilename: "TomoScanLayout.xml",
      WRITE_MODE: 2,
      NUM_CAPTURE: FRAMES,
    },
    { portName: "HDF1", arrayPort: "PACK", blocking: false, queueSize: 20 },
  );
  t.after(async () => {
    hdf.close();
    await hdf.closed;
    rmSync(directory, { recursive: true });
  });
  const sizes: number[] = [];
  packer.arrays$.subscribe(({ data }) => sizes.push(data.byteLength));
  /** Row upon row, one more in each frame. */
  const emit = (id: number, dataType: "UInt8" | "UInt16" = "UInt16") =>
    camera.emit(makeFrame(pool, id, { ...shape, dataType, fill: (index) => (index >> 6) + id }));
  return { packer, hdf, emit, sizes };
}

interface CodecCase {
  readonly name: string;
  readonly compressor: number;
  readonly settings?: Readonly<Record<string, number>>;
  /** What the HDF5 plugin's records show then. */
  readonly shown: Readonly<Record<string, number>>;
  /** The filter and its parameters, by h5py. */
  readonly filter: readonly [string, ...number[]];
  /** Bytes that the filter needs in front; undefined where the chunk is not what came. */
  readonly header?: number;
  readonly dataType?: "UInt8";
  readonly tolerance?: number;
}

const CHUNK_BYTES = 2 * shape.sizeX * shape.sizeY;

const cases: readonly CodecCase[] = [
  {
    name: "zlib",
    compressor: 2,
    settings: { ZLIB_CLEVEL: 3 },
    shown: { HDF5_compressionType: 3, HDF5_zCompressLevel: 3 },
    filter: ["gzip", 3],
  },
  {
    name: "blosc",
    compressor: 3,
    settings: { BLOSC_COMPRESSOR: 1, BLOSC_CLEVEL: 7, BLOSC_SHUFFLE: 1 },
    shown: { HDF5_compressionType: 4, HDF5_bloscCompressor: 1, HDF5_bloscCompressLevel: 7 },
    filter: ["32001", 2, 2, 2, CHUNK_BYTES, 7, 1, 1],
    header: 0,
  },
  { name: "lz4", compressor: 4, shown: { HDF5_compressionType: 6 }, filter: ["32004", 0, 0], header: 16 },
  { name: "lz4hdf5", compressor: 5, shown: { HDF5_compressionType: 6 }, filter: ["32004", 0, 0], header: 0 },
  {
    name: "bslz4",
    compressor: 6,
    shown: { HDF5_compressionType: 5 },
    filter: ["32008", 0, 4, 2, 0, 2],
    header: 12,
  },
  {
    name: "jpeg",
    compressor: 1,
    settings: { JPEG_QUALITY: 95 },
    shown: { HDF5_compressionType: 7 },
    filter: ["32019", 90, shape.sizeX, shape.sizeY, 0],
    header: 0,
    dataType: "UInt8",
    tolerance: 1,
  },
];

const FILTER = `[[n, *(p if isinstance(p, tuple) else [p])] for n, p in f['/exchange/data']._filters.items()][0]`;
const SIZES = `[f['/exchange/data'].id.get_chunk_info(i).size for i in range(${FRAMES})]`;

test(
  "frames that come compressed are stored as they are, for the filter that reads them",
  needsPython,
  async (t) => {
    const { packer, hdf, emit, sizes } = await packedCapture(t);
    const files = new DataExchangeFiles();
    t.after(() => files.close());
    for (const { name, compressor, settings = {}, shown: expected, filter, header, ...rest } of cases) {
      const { dataType, tolerance = 0 } = rest;
      await put(packer, "COMPRESSOR", compressor);
      for (const [parameter, value] of Object.entries(settings)) await put(packer, parameter, value);
      sizes.length = 0;
      await put(hdf, "CAPTURE", 1);
      for (let id = 1; id <= FRAMES; id++) emit(id, dataType);
      await waitFor(hdf, "CAPTURE", 0);
      assert.equal(shown(hdf, "WRITE_MESSAGE"), "", name);
      for (const [parameter, value] of Object.entries(expected)) assert.equal(shown(hdf, parameter), value);
      const path = String(shown(hdf, "FULL_FILE_NAME"));
      assert.deepEqual(await h5py.read(path, FILTER), filter);
      if (header !== undefined)
        assert.deepEqual(
          await h5py.read(path, SIZES),
          sizes.map((size) => size + header),
        );
      const { mean } = await files.mean(path, "/exchange/data");
      const worst = Math.max(...mean.map((value, index) => Math.abs(value - (index >> 6) - 2)));
      assert.ok(worst <= tolerance, `${name} is off by ${worst}`);
    }
  },
);

test("a frame that is compressed otherwise than the first ends the capture", async (t) => {
  const { packer, hdf, emit } = await packedCapture(t);
  await put(packer, "COMPRESSOR", 4);
  await put(hdf, "CAPTURE", 1);
  emit(1);
  await waitFor(hdf, "NUM_CAPTURED", 1);
  await put(packer, "COMPRESSOR", 6);
  emit(2);
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(shown(hdf, "WRITE_STATUS"), 1);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /frame 2 is not compressed as the first one/);
});

test("frames that come compressed are stored in chunks of one frame only", async (t) => {
  const { packer, hdf, emit } = await packedCapture(t);
  await put(packer, "COMPRESSOR", 4);
  await put(hdf, "HDF5_nFramesChunks", 2);
  await put(hdf, "CAPTURE", 1);
  emit(1);
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(shown(hdf, "WRITE_STATUS"), 1);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /compressed frames need chunks of one frame/);
});
