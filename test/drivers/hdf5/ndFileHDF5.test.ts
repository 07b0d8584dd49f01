import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Observable } from "rxjs";
import { WriterClient } from "../../../src/drivers/hdf5/writerClient.js";
import type { NDAttribute } from "../../../src/drivers/ndarray/ndArray.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsShared, sharedDirectory } from "../../support/paths.js";
import { needsPython } from "../../support/python.js";
import { makeFrame, put, shown, stringAttribute, waitFor } from "../plugins/frames.js";
import { hdf5Plugin } from "./hdf5Plugin.js";

const location = (path: string): NDAttribute => stringAttribute("HDF5FrameLocation", path);

const h5py = new H5pyReader();
after(() => h5py.close());

const readFile = (path: string, expression: string): Promise<unknown> => h5py.read(path, expression);

test("Capture writes NumCapture frames to the named file and then is Done", async (t) => {
  const { directory, pool, camera, hdf } = await hdf5Plugin(t);
  await put(hdf, "CAPTURE", 1);
  assert.equal(shown(hdf, "CAPTURE"), 1);
  assert.equal(shown(hdf, "FULL_FILE_NAME"), join(directory, "tooth_000.h5"));
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(shown(hdf, "NUM_CAPTURED"), 3);
  assert.equal(shown(hdf, "WRITE_STATUS"), 0);
  assert.equal(existsSync(join(directory, "tooth_000.h5")), true);
});

test("Capture_RBV stays at 1 long enough to be polled", async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "CAPTURE", 1);
  const started = performance.now();
  camera.emit(makeFrame(pool, 1));
  await waitFor(hdf, "CAPTURE", 0);
  assert.ok(performance.now() - started >= 45);
});

test("h5py reads the very frames, their ids and times", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t);
  await put(hdf, "CAPTURE", 1);
  for (let id = 11; id <= 13; id++) camera.emit(makeFrame(pool, id));
  await waitFor(hdf, "CAPTURE", 0);
  const file = await readFile(
    String(shown(hdf, "FULL_FILE_NAME")),
    `{'data': f['/exchange/data'][:], 'dtype': str(f['/exchange/data'].dtype), 'chunks': f['/exchange/data'].chunks,
      'maxshape': f['/exchange/data'].maxshape, 'ids': f['/defaults/NDArrayUniqueId'][:], 'idType': str(f['/defaults/NDArrayUniqueId'].dtype),
      'times': f['/defaults/NDArrayTimeStamp'][:], 'seconds': str(f['/defaults/NDArrayEpicsTSSec'].dtype),
      'units': f['/exchange/data'].attrs['units'], 'dims': f['/exchange/data'].attrs['NDArrayDimBinning'],
      'constant': f['/measurement/instrument/name'][0]}`,
  );
  const image = (id: number) => [0, 4, 8].map((row) => [0, 1, 2, 3].map((column) => id + row + column));
  assert.deepEqual(file, {
    data: [image(11), image(12), image(13)],
    dtype: "uint16",
    chunks: [1, 3, 4],
    maxshape: [null, 3, 4],
    ids: [11, 12, 13],
    idType: "int32",
    times: [1011.5, 1012.5, 1013.5],
    seconds: "uint32",
    units: "counts",
    dims: [1, 1],
    constant: "Micro-tomography",
  });
});

test("each frame goes to the dataset that its own attribute names", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 5 });
  await put(hdf, "CAPTURE", 1);
  const places = [
    "/exchange/data_dark",
    "/exchange/data_white",
    "/exchange/data_white",
    "/exchange/data",
    "/nowhere",
  ];
  for (const [index, place] of places.entries())
    camera.emit(makeFrame(pool, index + 1, { attributes: [location(place)] }));
  await waitFor(hdf, "CAPTURE", 0);
  const file = await readFile(
    String(shown(hdf, "FULL_FILE_NAME")),
    `{n: f['/exchange/' + n][:, 0, 0] for n in ('data', 'data_dark', 'data_white')} | {'places': f['/defaults/HDF5FrameLocation'][:],
      'stringType': str(f['/defaults/HDF5FrameLocation'].dtype), 'source': f['/defaults/HDF5FrameLocation'].attrs['NDAttrSource']}`,
  );
  assert.deepEqual(file, {
    data: [4, 5],
    data_dark: [1],
    data_white: [2, 3],
    places,
    stringType: "|S256",
    source: "pv:HDF5FrameLocation",
  });
});

test("placed NDAttributes hold the first or the last frame's value", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 3 });
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= 3; id++) {
    const attributes: NDAttribute[] = [
      stringAttribute("DateTimeStart", `start ${id}`),
      stringAttribute("DateTimeEnd", `end ${id}`),
      { ...stringAttribute("RingCurrent", ""), type: "Float64", value: 100 + id },
    ];
    camera.emit(makeFrame(pool, id, { attributes }));
  }
  await waitFor(hdf, "CAPTURE", 0);
  const file = await readFile(
    String(shown(hdf, "FULL_FILE_NAME")),
    `{'start': f['/process/acquisition/start_date'][:], 'end': f['/process/acquisition/end_date'][:],
      'current': f['/measurement/instrument/source/current'][:], 'units': f['/measurement/instrument/source/current'].attrs['units'],
      'absent': 'top_up' in f['/measurement/instrument/source']}`,
  );
  assert.deepEqual(file, { start: ["start 1"], end: ["end 3"], current: [103], units: "mA", absent: false });
});

test("the beamline's own layout is written as well", { ...needsPython, ...needsShared }, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "HDF5_layoutFilename", join(sharedDirectory, "beamline/dxfile/2bmaTomoScanLayout.xml"));
  assert.equal(shown(hdf, "HDF5_layoutValid"), 1);
  await put(hdf, "CAPTURE", 1);
  camera.emit(makeFrame(pool, 1, { attributes: [location("/exchange/data_white")] }));
  await waitFor(hdf, "CAPTURE", 0);
  const file = await readFile(
    String(shown(hdf, "FULL_FILE_NAME")),
    `{'shapes': {n: f['/exchange/' + n].shape for n in f['/exchange']}, 'dark': f['/exchange/data_dark'][:].max(),
      'stripe': f['/measurement/instrument/mirror/setup/stripe_legend'][0]}`,
  );
  assert.deepEqual(file, {
    shapes: { data: [1, 3, 4], data_dark: [1, 3, 4], data_white: [1, 3, 4] },
    dark: 0,
    stripe: "0:Cr; 1:Pt",
  });
});

test("NumCapture 0 captures until stopped, and the stop waits for the file", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 0 });
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= 7; id++) camera.emit(makeFrame(pool, id));
  await waitFor(hdf, "NUM_CAPTURED", 7);
  await put(hdf, "CAPTURE", 0);
  const shape = await readFile(String(shown(hdf, "FULL_FILE_NAME")), "f['/exchange/data'].shape");
  assert.deepEqual(shape, [7, 3, 4]);
});

test("AutoIncrement moves FileNumber on with each file", async (t) => {
  const { directory, pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "AUTO_INCREMENT", 1);
  for (const id of [1, 2]) {
    await put(hdf, "CAPTURE", 1);
    camera.emit(makeFrame(pool, id));
    await waitFor(hdf, "CAPTURE", 0);
  }
  assert.equal(shown(hdf, "FILE_NUMBER"), 2);
  assert.equal(shown(hdf, "FULL_FILE_NAME"), join(directory, "tooth_001.h5"));
});

test("a file being written bears its temporary suffix", async (t) => {
  const { directory, pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 1 });
  await put(hdf, "FILE_TEMP_SUFFIX", ".tmp");
  await put(hdf, "CAPTURE", 1);
  assert.equal(existsSync(join(directory, "tooth_000.h5.tmp")), true);
  camera.emit(makeFrame(pool, 1));
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(existsSync(join(directory, "tooth_000.h5.tmp")), false);
  assert.equal(existsSync(join(directory, "tooth_000.h5")), true);
});

test("FilePathExists tells of the directory, which CreateDirectory makes", async (t) => {
  const { directory, hdf } = await hdf5Plugin(t);
  await put(hdf, "FILE_PATH", join(directory, "a/b"));
  assert.equal(shown(hdf, "FILE_PATH_EXISTS"), 0);
  await put(hdf, "CREATE_DIR", -5);
  assert.equal(shown(hdf, "FILE_PATH_EXISTS"), 1);
  assert.equal(shown(hdf, "FILE_PATH"), `${join(directory, "a/b")}/`);
});

test("a directory that does not exist gives a write error and no capture", async (t) => {
  const { directory, hdf } = await hdf5Plugin(t);
  await put(hdf, "FILE_PATH", join(directory, "absent"));
  await put(hdf, "CAPTURE", 1);
  assert.equal(shown(hdf, "CAPTURE"), 0);
  assert.equal(shown(hdf, "WRITE_STATUS"), 1);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /absent\/tooth_000.h5.*no such file or directory/i);
});

test("a layout that cannot be read gives a write error that names it", async (t) => {
  const { hdf } = await hdf5Plugin(t);
  await assert.rejects(put(hdf, "HDF5_layoutFilename", "/nowhere.xml"), /cannot be opened/);
  assert.equal(shown(hdf, "HDF5_layoutValid"), 0);
  await put(hdf, "CAPTURE", 1);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /nowhere.xml/);
});

test("a frame of another shape is refused and the capture goes on", async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 2 });
  await put(hdf, "CAPTURE", 1);
  camera.emit(makeFrame(pool, 1));
  await waitFor(hdf, "NUM_CAPTURED", 1);
  camera.emit(makeFrame(pool, 2, { sizeX: 5 }));
  await waitFor(hdf, "WRITE_STATUS", 1);
  camera.emit(makeFrame(pool, 3));
  await waitFor(hdf, "CAPTURE", 0);
  assert.equal(shown(hdf, "NUM_CAPTURED"), 2);
  assert.equal(shown(hdf, "ARRAY_COUNTER"), 3);
  assert.deepEqual([shown(hdf, "WRITE_STATUS"), shown(hdf, "WRITE_MESSAGE")], [0, ""]);
});

test("ArrayCounter counts what AutoSave writes, not what WriteFile does", async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t);
  await put(hdf, "WRITE_MODE", 0);
  camera.emit(makeFrame(pool, 1));
  await waitFor(hdf, "UNIQUE_ID", 1);
  await put(hdf, "WRITE_FILE", 1);
  assert.equal(shown(hdf, "ARRAY_COUNTER"), 0);
  await put(hdf, "AUTO_SAVE", 1);
  camera.emit(makeFrame(pool, 2));
  await waitFor(hdf, "ARRAY_COUNTER", 1);
});

test("frames that come while AutoSave writes what was gathered begin no other writing", async (t) => {
  const { directory, hdf, send } = await hdf5Plugin(t, { numCapture: 2 });
  await put(hdf, "WRITE_MODE", 1);
  await put(hdf, "AUTO_SAVE", 1);
  await put(hdf, "AUTO_INCREMENT", 1);
  await put(hdf, "CAPTURE", 1);
  const writing: unknown[] = [];
  const values$: Observable<unknown> | undefined = hdf.parameter("WRITE_FILE")?.value$;
  values$?.subscribe((value) => writing.push(value));
  for (let id = 1; id <= 5; id++) send(id);
  await waitFor(hdf, "UNIQUE_ID", 5);
  hdf.close();
  await hdf.closed;
  assert.deepEqual(readdirSync(directory), ["tooth_000.h5"]);
  assert.equal(writing.filter((value) => value === 1).length, 1);
});

test("FullFileName is empty from the beginning of a capture until a file is named, in every mode", async (t) => {
  const { pool, camera, hdf, capture } = await hdf5Plugin(t, { numCapture: 1 });
  await capture([1]);
  await put(hdf, "WRITE_MODE", 1);
  await put(hdf, "CAPTURE", 1);
  assert.equal(shown(hdf, "FULL_FILE_NAME"), "");
  camera.emit(makeFrame(pool, 2));
  await waitFor(hdf, "CAPTURE", 0);
});

test("a writer that dies gives a write error, and the next capture works", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-worker-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const dying = join(directory, "dying.mjs");
  writeFileSync(
    dying,
    `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));`,
  );
  const { pool, camera, hdf } = await hdf5Plugin(t, { writer: new WriterClient(pathToFileURL(dying)) });
  await put(hdf, "CAPTURE", 1);
  camera.emit(makeFrame(pool, 1));
  await waitFor(hdf, "WRITE_STATUS", 1);
  await waitFor(hdf, "CAPTURE", 0);
  assert.match(String(shown(hdf, "WRITE_MESSAGE")), /ended unexpectedly/);
});

test("Single mode writes the last frame on request", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t);
  await put(hdf, "WRITE_MODE", 0);
  camera.emit(makeFrame(pool, 5));
  await waitFor(hdf, "UNIQUE_ID", 5);
  await put(hdf, "WRITE_FILE", 1);
  assert.equal(shown(hdf, "WRITE_STATUS"), 0);
  const ids = await readFile(String(shown(hdf, "FULL_FILE_NAME")), "f['/defaults/NDArrayUniqueId'][:]");
  assert.deepEqual(ids, [5]);
});

test("Capture mode gathers frames and writes them when told", needsPython, async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t, { numCapture: 2 });
  await put(hdf, "WRITE_MODE", 1);
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= 3; id++) camera.emit(makeFrame(pool, id));
  await waitFor(hdf, "CAPTURE", 0);
  await put(hdf, "WRITE_FILE", 1);
  const ids = await readFile(String(shown(hdf, "FULL_FILE_NAME")), "f['/defaults/NDArrayUniqueId'][:]");
  assert.deepEqual(ids, [1, 2]);
});

test("no frame is held after a capture and disabled callbacks", async (t) => {
  const { pool, camera, hdf } = await hdf5Plugin(t);
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  await waitFor(hdf, "CAPTURE", 0);
  await put(hdf, "ENABLE_CALLBACKS", 0);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(pool.inUse, 0);
});
