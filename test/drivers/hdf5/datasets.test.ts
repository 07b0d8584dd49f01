import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { DataExchangeFiles } from "../../../src/drivers/hdf5/dataExchangeFiles.js";
import type { NDAttribute } from "../../../src/drivers/ndarray/ndArray.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { put, shown, stringAttribute, waitFor } from "../plugins/frames.js";
import { hdf5Plugin } from "./hdf5Plugin.js";

const h5py = new H5pyReader();
after(() => h5py.close());

const numberAttribute = (name: string, value: number): NDAttribute => ({
  ...stringAttribute(name, ""),
  type: "Int32",
  value,
});

test("chunks are as their records ask, and no larger than what they divide", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 4 });
  await put(hdf, "HDF5_chunkSizeAuto", 0);
  await put(hdf, "HDF5_nColChunks", 2);
  await put(hdf, "HDF5_nRowChunks", 99);
  await put(hdf, "HDF5_nFramesChunks", 3);
  await put(hdf, "HDF5_NDAttributeChunk", 7);
  const file = await h5py.read(
    await capture([1, 2, 3, 4]),
    "[f['/exchange/data'].chunks, f['/exchange/data'][:, 0, 0], f['/defaults/NDArrayUniqueId'].chunks]",
  );
  assert.deepEqual(file, [[3, 3, 2], [1, 2, 3, 4], [7]]);
  assert.deepEqual([shown(hdf, "HDF5_nRowChunks"), shown(hdf, "HDF5_flushNthFrame")], [3, 3]);
});

test("with automatic chunks the records show the frame's size", async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 1 });
  await capture([1]);
  const names = ["HDF5_nColChunks", "HDF5_nRowChunks", "HDF5_nFramesChunks"];
  assert.deepEqual(
    names.map((name) => shown(hdf, name)),
    [4, 3, 1],
  );
});

test("extra dimensions arrange frames, the first the fastest, and set NumCapture", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t);
  await put(hdf, "HDF5_extraDimSizeN", 2);
  await put(hdf, "HDF5_extraDimSizeX", 3);
  await put(hdf, "HDF5_nExtraDims", 1);
  assert.equal(shown(hdf, "NUM_CAPTURE"), 6);
  const file = await h5py.read(await capture([1, 2, 3, 4, 5, 6]), "f['/exchange/data'][..., 0, 0]");
  assert.deepEqual(file, [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
});

test("attributes may follow the extra dimensions", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t);
  await put(hdf, "HDF5_extraDimSizeN", 2);
  await put(hdf, "HDF5_extraDimSizeX", 2);
  await put(hdf, "HDF5_nExtraDims", 1);
  await put(hdf, "HDF5_dimAttDatasets", 1);
  const path = await capture([1, 2, 3, 4], (id) => ({ attributes: [stringAttribute("Name", `n${id}`)] }));
  const file = await h5py.read(path, "[f['/defaults/NDArrayUniqueId'][:], f['/defaults/Name'][:]]");
  assert.deepEqual(file, [
    [
      [1, 2],
      [3, 4],
    ],
    [
      ["n1", "n2"],
      ["n3", "n4"],
    ],
  ]);
});

async function positioned(t: Parameters<typeof hdf5Plugin>[0]) {
  const plugin = await hdf5Plugin(t);
  const { hdf } = plugin;
  await put(hdf, "HDF5_extraDimSizeN", 1);
  await put(hdf, "HDF5_extraDimSizeX", 3);
  await put(hdf, "HDF5_nExtraDims", 1);
  await put(hdf, "HDF5_posRunning", 1);
  await put(hdf, "HDF5_posNameDimN", "n");
  await put(hdf, "HDF5_posNameDimX", "x");
  const at = (x: number) => ({ attributes: [numberAttribute("n", 0), numberAttribute("x", x)] });
  return { ...plugin, at };
}

test(
  "in position mode frames and indexed attributes stand where their attributes say",
  needsPython,
  async (t) => {
    const { hdf, capture, at } = await positioned(t);
    await put(hdf, "HDF5_dimAttDatasets", 1);
    await put(hdf, "HDF5_posIndexDimX", "x");
    const path = await capture([7, 8, 9], (id) => at((id + 1) % 3));
    const file = await h5py.read(
      path,
      "[f['/exchange/data'][..., 0, 0], f['/defaults/x'][:], f['/defaults/NDArrayUniqueId'][:]]",
    );
    assert.deepEqual(file, [
      [[8], [9], [7]],
      [0, 1, 2],
      [[8], [9], [7]],
    ]);
  },
);

test("a frame without its position ends the capture with the reason", async (t) => {
  const { hdf, send, at } = await positioned(t);
  await put(hdf, "CAPTURE", 1);
  send(1, at(0));
  send(2);
  await waitFor(hdf, "CAPTURE", 0);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /no attribute "x" for its position/);
});

test("a position outside of the dimensions ends the capture with the reason", async (t) => {
  const { hdf, send, at } = await positioned(t);
  await put(hdf, "CAPTURE", 1);
  send(1, at(3));
  await waitFor(hdf, "CAPTURE", 0);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /position 3, 0 is outside of the 3 x 1/);
});

test("Single mode stores the frame itself, without a dimension for frames", needsPython, async (t) => {
  const { hdf, send } = await hdf5Plugin(t);
  await put(hdf, "WRITE_MODE", 0);
  await put(hdf, "AUTO_SAVE", 1);
  send(5);
  await waitFor(hdf, "NUM_CAPTURED", 1);
  await waitFor(hdf, "WRITE_FILE", 0);
  const path = String(shown(hdf, "FULL_FILE_NAME"));
  const file = await h5py.read(path, "[f['/exchange/data'].shape, f['/exchange/data'][0, 0]]");
  assert.deepEqual(file, [[3, 4], 5]);
});

test("the times of writing have a row for each frame", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 3 });
  await put(hdf, "HDF5_layoutFilename", "");
  const path = await capture([1, 2, 3]);
  const file = await h5py.read(
    path,
    `[f['/entry/instrument/performance/timestamp'].shape, str(f['/entry/instrument/performance/timestamp'].dtype),
      (np.diff(f['/entry/instrument/performance/timestamp'][:, 2]) > 0).all(), f['/entry/data/data'][:, 0, 0]]`,
  );
  assert.deepEqual(file, [[3, 5], "float64", true, [1, 2, 3]]);
  await put(hdf, "HDF5_storePerformance", 0);
  assert.equal(
    await h5py.read(await capture([4, 5, 6]), "'timestamp' in f['/entry/instrument/performance']"),
    false,
  );
});

test("without StoreAttr there are frames and constants only", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "HDF5_storeAttributes", 0);
  await put(hdf, "HDF5_storePerformance", 0);
  const path = await capture([1]);
  assert.deepEqual(await h5py.read(path, "[list(f['/defaults']), f['/measurement/instrument/name'][0]]"), [
    [],
    "Micro-tomography",
  ]);
});

interface CompressionCase {
  readonly name: string;
  readonly type: number;
  /** The filter's name in h5py. */
  readonly id: string;
  readonly settings?: Readonly<Record<string, number>>;
  readonly lossy?: boolean;
}

const compressions: readonly CompressionCase[] = [
  { name: "szip", type: 2, id: "szip" },
  { name: "zlib", type: 3, id: "gzip", settings: { HDF5_zCompressLevel: 4 } },
  { name: "Blosc", type: 4, id: "32001", settings: { HDF5_bloscCompressor: 5, HDF5_bloscShuffleType: 2 } },
  { name: "BSLZ4", type: 5, id: "32008" },
  { name: "LZ4", type: 6, id: "32004" },
  { name: "JPEG", type: 7, id: "32019", lossy: true },
];

test("each compression stores its filter and gives the frames back", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 2 });
  const files = new DataExchangeFiles();
  t.after(() => files.close());
  const frame = (id: number) => ({ sizeX: 64, sizeY: 32, dataType: "UInt8", fill: () => id }) as const;
  for (const { name, type, id, settings = {}, lossy = false } of compressions) {
    for (const [parameter, value] of Object.entries(settings)) await put(hdf, parameter, value);
    await put(hdf, "HDF5_compressionType", type);
    const path = await capture([20, 40], frame);
    assert.equal(shown(hdf, "WRITE_STATUS"), 0, `${name}: ${String(shown(hdf, "WRITE_MESSAGE"))}`);
    const filters = await h5py.read(path, "list(f['/exchange/data']._filters)");
    assert.deepEqual(filters, [id], name);
    const { mean, frames } = await files.mean(path, "/exchange/data");
    assert.equal(frames, 2);
    const worst = Math.max(...Array.from(mean, (value) => Math.abs(value - 30)));
    assert.ok(worst <= (lossy ? 1 : 0), `${name}: mean is off by ${worst}`);
  }
});

test("a compression that there is not is refused, and the record keeps the old one", async (t) => {
  const { hdf } = await hdf5Plugin(t);
  await assert.rejects(put(hdf, "HDF5_compressionType", 8), /there is no compression 8/);
  assert.equal(shown(hdf, "HDF5_compressionType"), 0);
});

test("N-bit compression stores the bits that its records name", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 2 });
  await put(hdf, "HDF5_compressionType", 1);
  await put(hdf, "HDF5_nbitsPrecision", 10);
  await put(hdf, "HDF5_nbitsOffset", 2);
  const path = await capture([1, 2], (id) => ({ sizeX: 64, sizeY: 32, fill: () => 0xf003 + 4 * id }));
  assert.equal(shown(hdf, "WRITE_MESSAGE"), "");
  const file = await h5py.read(
    path,
    `(lambda d: [list(d._filters), d.id.get_type().get_precision(), d.id.get_type().get_offset(),
      d[:, 0, 0], d.id.get_chunk_info(0).size])(f['/exchange/data'])`,
  );
  assert.deepEqual(file, [["5"], 10, 2, [1, 2], (64 * 32 * 10) / 8 + 1]);
});

test("N-bit compression of bits that pixels have not is a write error", async (t) => {
  const { hdf, send } = await hdf5Plugin(t);
  await put(hdf, "HDF5_compressionType", 1);
  await put(hdf, "HDF5_nbitsPrecision", 17);
  await put(hdf, "CAPTURE", 1);
  send(1);
  await waitFor(hdf, "CAPTURE", 0);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /pixels of 16 bits have no 17 from bit 0 on/);
});

test("where no frame was written the fill value stands", needsPython, async (t) => {
  const { hdf, send } = await hdf5Plugin(t);
  await put(hdf, "HDF5_extraDimSizeN", 2);
  await put(hdf, "HDF5_extraDimSizeX", 2);
  await put(hdf, "HDF5_nExtraDims", 1);
  for (const [dataType, value] of [
    ["UInt16", 7],
    ["Float64", -1.5],
  ] as const) {
    await put(hdf, "HDF5_fillValue", value);
    await put(hdf, "CAPTURE", 1);
    for (const id of [1, 2, 3]) send(id, { dataType, fill: () => id });
    await waitFor(hdf, "NUM_CAPTURED", 3);
    await put(hdf, "CAPTURE", 0);
    const file = await h5py.read(
      String(shown(hdf, "FULL_FILE_NAME")),
      "[f['/exchange/data'].fillvalue, f['/exchange/data'][..., 2, 3]]",
    );
    assert.deepEqual(file, [
      value,
      [
        [1, 2],
        [3, value],
      ],
    ]);
  }
});

test("JPEG of pixels with 16 bits is a write error", async (t) => {
  const { hdf, send } = await hdf5Plugin(t);
  await put(hdf, "HDF5_compressionType", 7);
  await put(hdf, "CAPTURE", 1);
  send(1);
  await waitFor(hdf, "CAPTURE", 0);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /JPEG compression needs images of 8-bit pixels/);
});

test("what shapes a file cannot be changed while it is open", async (t) => {
  const { hdf } = await hdf5Plugin(t);
  await put(hdf, "CAPTURE", 1);
  for (const name of [
    "HDF5_nColChunks",
    "HDF5_extraDimSizeX",
    "HDF5_compressionType",
    "HDF5_storeAttributes",
  ])
    await assert.rejects(put(hdf, name, 1), /while a file is open/, name);
});

test("values out of range are refused", async (t) => {
  const { hdf } = await hdf5Plugin(t);
  const bad = { NUM_CAPTURE: -1, HDF5_zCompressLevel: 10, HDF5_nExtraDims: 10, HDF5_extraDimSizeN: 0 };
  for (const [name, value] of Object.entries(bad)) await assert.rejects(put(hdf, name, value), name);
});

test("with LazyOpen the first frame names the file", async (t) => {
  const { directory, hdf, send } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "FILE_LAZY_OPEN", 1);
  await put(hdf, "CAPTURE", 1);
  assert.equal(shown(hdf, "WRITE_MESSAGE"), "Lazy Open...");
  assert.equal(shown(hdf, "FULL_FILE_NAME"), "");
  await put(hdf, "FILE_NAME", "later");
  send(1);
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(shown(hdf, "FULL_FILE_NAME"), join(directory, "later_000.h5"));
  assert.equal(existsSync(join(directory, "later_000.h5")), true);
});

test("with LazyOpen a capture that gets no frame leaves no file", async (t) => {
  const { directory, hdf, send } = await hdf5Plugin(t);
  send(1);
  await waitFor(hdf, "UNIQUE_ID", 1);
  await put(hdf, "FILE_LAZY_OPEN", 1);
  await put(hdf, "CAPTURE", 1);
  await put(hdf, "CAPTURE", 0);
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(shown(hdf, "FULL_FILE_NAME"), "");
});

test("DeleteDriverFile removes the file that the driver wrote for a stored frame", async (t) => {
  const { directory, hdf, capture } = await hdf5Plugin(t, { numCapture: 1 });
  const driverFile = join(directory, "driver.tif");
  writeFileSync(driverFile, "image");
  const attributes = [stringAttribute("DriverFileName", driverFile)];
  await capture([1], () => ({ attributes }));
  assert.equal(existsSync(driverFile), true);
  await put(hdf, "DELETE_DRIVER_FILE", 1);
  await capture([1], () => ({ attributes }));
  assert.equal(existsSync(driverFile), false);
});

test("a frame for another file plugin is left alone, and one can close the file", async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 0 });
  const attributes = [
    [stringAttribute("FilePluginDestination", "HDF2")],
    [stringAttribute("FilePluginDestination", "hdf1")],
    [stringAttribute("FilePluginDestination", "All"), numberAttribute("FilePluginClose", 1)],
  ];
  await capture([0, 1, 2], (id) => ({ attributes: attributes[id] ?? [] }));
  assert.equal(shown(hdf, "NUM_CAPTURED"), 2);
});

test(
  "frames name their files: another name or number closes one file and begins the next",
  needsPython,
  async (t) => {
    const { directory, hdf, send } = await hdf5Plugin(t, { numCapture: 0 });
    const named = (name: string, number: number) => ({
      attributes: [
        stringAttribute("FilePluginFileName", name),
        numberAttribute("FilePluginFileNumber", number),
      ],
    });
    await put(hdf, "AUTO_INCREMENT", 1);
    send(99, named("early", 4));
    await waitFor(hdf, "UNIQUE_ID", 99);
    await put(hdf, "CAPTURE", 1);
    const frames = [
      ["stone", 5],
      ["stone", 5],
      ["bone", 5],
      ["BONE", 5],
      ["bone", 6],
    ] as const;
    for (const [index, [name, number]] of frames.entries()) send(index + 1, named(name, number));
    await waitFor(hdf, "FULL_FILE_NAME", join(directory, "bone_006.h5"));
    await waitFor(hdf, "NUM_CAPTURED", 1);
    await put(hdf, "CAPTURE", 0);
    const ids = (name: string) => h5py.read(join(directory, name), "f['/defaults/NDArrayUniqueId'][:]");
    assert.deepEqual(
      [await ids("stone_005.h5"), await ids("bone_005.h5"), await ids("bone_006.h5")],
      [[1, 2], [3, 4], [5]],
    );
    assert.deepEqual(
      ["FILE_NAME", "FILE_NUMBER", "AUTO_INCREMENT", "WRITE_STATUS"].map((name) => shown(hdf, name)),
      ["bone", 6, 0, 0],
    );
  },
);

test("two attributes of one name are one dataset, with the value of the later", needsPython, async (t) => {
  const { capture } = await hdf5Plugin(t, { numCapture: 1 });
  const path = await capture([1], () => ({ attributes: [numberAttribute("A", 1), numberAttribute("A", 2)] }));
  assert.deepEqual(await h5py.read(path, "f['/defaults/A'][:]"), [2]);
});

test("HDF5 attributes take the first or the last frame's values", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 2 });
  const fromN = (name: string, when: string) =>
    `<attribute name="${name}" source="ndattribute" ndattribute="N" when="${when}"/>`;
  const layout = `<?xml version="1.0"?><hdf5_layout><group name="g">${fromN("first", "OnFileOpen")}
    <dataset name="d" source="detector">${fromN("last", "OnFileClose")}</dataset></group></hdf5_layout>`;
  await put(hdf, "HDF5_layoutFilename", layout);
  const path = await capture([3, 4], (id) => ({ attributes: [numberAttribute("N", id)] }));
  const file = await h5py.read(path, "[f['/g'].attrs['first'], f['/g/d'].attrs['last'], f['/g/d'][:, 0, 0]]");
  assert.deepEqual(file, [3, 4, [3, 4]]);
});

test("WriteFile stores the last frame once more while a capture streams", needsPython, async (t) => {
  const { hdf, send } = await hdf5Plugin(t, { numCapture: 2 });
  await put(hdf, "CAPTURE", 1);
  send(7);
  await waitFor(hdf, "NUM_CAPTURED", 1);
  await put(hdf, "WRITE_FILE", 1);
  await waitFor(hdf, "CAPTURE", 0);
  const path = String(shown(hdf, "FULL_FILE_NAME"));
  assert.deepEqual(await h5py.read(path, "f['/defaults/NDArrayUniqueId'][:]"), [7, 7]);
});

test(
  "the plugin's own attribute file is stored as well, and a frame's attribute goes before it",
  needsPython,
  async (t) => {
    const { hdf, capture } = await hdf5Plugin(t, { numCapture: 2 });
    const xml = `<Attributes><Attribute name="Files" type="PARAM" source="FILE_NUMBER" datatype="INT"/>
    <Attribute name="Place" type="CONST" source="hutch B"/></Attributes>`;
    await put(hdf, "FILE_NUMBER", 12);
    await put(hdf, "ND_ATTRIBUTES_FILE", xml);
    const path = await capture([1, 2], () => ({ attributes: [stringAttribute("Place", "hutch A")] }));
    const file = await h5py.read(path, "[f['/defaults/Files'][:], f['/defaults/Place'][:]]");
    assert.deepEqual(file, [
      [12, 12],
      ["hutch A", "hutch A"],
    ]);
  },
);
