import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import h5wasm from "h5wasm/node";
import { Skeletons } from "../../../src/drivers/hdf5/fileSkeleton.js";
import { FileWriter } from "../../../src/drivers/hdf5/fileWriter.js";
import { valuesOf } from "../../../src/drivers/hdf5/frameAttributes.js";
import { loadLayout } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { makeFrame } from "../plugins/frames.js";
import { smallFrames } from "./smallFrames.js";

const h5py = new H5pyReader();
after(() => h5py.close());

/** In Python: how many of the first frames are whole and have their id. */
const WHOLE = `next((n for n, (d, i) in enumerate(zip(f['/exchange/data'][:], f['/defaults/NDArrayUniqueId'][:]))
  if i != n + 1 or (d != i).any()), min(len(f['/exchange/data']), len(f['/defaults/NDArrayUniqueId'])))`;

interface Shape {
  readonly sizeX: number;
  readonly sizeY: number;
}

const small: Shape = { sizeX: 4, sizeY: 3 };
/** Goes past the library's memory. */
const large: Shape = { sizeX: 256, sizeY: 256 };

const pool = new NDArrayPool();
const frame = (id: number, shape: Shape) => makeFrame(pool, id, { ...shape, fill: () => id });

function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-crash-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

async function writerOf(path: string, skeletons: Skeletons, shape: Shape): Promise<FileWriter> {
  await h5wasm.ready;
  const layout = loadLayout("TomoScanLayout.xml");
  assert.ok(layout.ok);
  const options = { ...smallFrames, frameChunk: [shape.sizeX, shape.sizeY] };
  return new FileWriter(path, layout.value.layout, frame(1, shape), options, skeletons);
}

async function killAfterEachWrite(t: TestContext, skeletons: Skeletons, shape: Shape): Promise<void> {
  const directory = temporaryDirectory(t);
  const live = join(directory, "live.h5");
  const { FS } = await h5wasm.ready;
  const writer = await writerOf(live, skeletons, shape);

  // What a kill leaves is what the system has been given so far.
  const flushedAt: number[] = [];
  let flushed = 0;
  const write = FS.write;
  FS.write = (...parameters) => {
    const written = write.apply(FS, parameters);
    if (flushed > 0) {
      copyFileSync(live, join(directory, `${flushedAt.length}.h5`));
      flushedAt.push(flushed);
    }
    return written;
  };
  for (let id = 1; id <= 90; id++) {
    const one = frame(id, shape);
    const written = writer.write(one.data, valuesOf(one));
    if (id !== 1 && id % 10 !== 0) continue;
    await written;
    await writer.flush();
    flushed = id;
  }
  FS.write = write;
  await writer.close();

  assert.ok(flushedAt.length > 150, `${flushedAt.length} writes`);
  for (const [index, wanted] of flushedAt.entries()) {
    const whole = Number(await h5py.read(join(directory, `${index}.h5`), WHOLE));
    assert.ok(whole >= wanted, `after write ${index}: ${whole} of ${wanted} frames`);
  }
  assert.equal(await h5py.read(live, WHOLE), 90);
}

test("killed after whichever write, the file opens with every flushed frame", needsPython, (t) =>
  killAfterEachWrite(t, new Skeletons(), small),
);

test("so does one of large frames, which are written while the library prepares the next", needsPython, (t) =>
  killAfterEachWrite(t, new Skeletons(), large),
);

test("so does one that begins with the skeleton of the last file", needsPython, async (t) => {
  const skeletons = new Skeletons();
  const directory = temporaryDirectory(t);
  await writerOf(join(directory, "before.h5"), skeletons, small).then((writer) => writer.close());
  await killAfterEachWrite(t, skeletons, small);
});
