import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import h5wasm from "h5wasm/node";
import { copyStack, writePreCount, writeTheta } from "../../../src/drivers/hdf5/dataExchange.js";
import { FileWriter } from "../../../src/drivers/hdf5/fileWriter.js";
import { valuesOf } from "../../../src/drivers/hdf5/frameAttributes.js";
import { loadLayout } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import type { NDAttribute } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { makeFrame } from "../plugins/frames.js";
import { smallFrames } from "./smallFrames.js";

const h5py = new H5pyReader();
after(() => h5py.close());

const FRAMES = 20;

/** In Python: how many frames are whole and have their id. */
const WHOLE = `sum(1 for d, i in zip(f['/exchange/data'][:], f['/defaults/NDArrayUniqueId'][:]) if (d == i).all())`;

async function writeCapture(path: string, location: string): Promise<void> {
  await h5wasm.ready;
  const layout = loadLayout("TomoScanLayout.xml");
  assert.ok(layout.ok);
  const pool = new NDArrayPool();
  const attribute: NDAttribute = {
    name: "HDF5FrameLocation",
    description: "",
    sourceType: "Constant",
    source: "",
    type: "String",
    value: location,
  };
  const frame = (id: number) => makeFrame(pool, id, { fill: () => id, attributes: [attribute] });
  const writer = new FileWriter(path, layout.value.layout, frame(1), smallFrames);
  for (let id = 1; id <= FRAMES; id++) {
    const one = frame(id);
    await writer.write(one.data, valuesOf(one));
  }
  await writer.close();
}

test(
  "killed after whichever write of its completion, a capture opens with every frame",
  needsPython,
  async (t) => {
    const directory = fs.mkdtempSync(join(tmpdir(), "tomoioc-crash-"));
    t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
    const [live, darks] = [join(directory, "live.h5"), join(directory, "darks.h5")];
    await writeCapture(live, "/exchange/data");
    await writeCapture(darks, "/exchange/data_dark");
    // What a kill leaves is what the system has been given so far.
    let writes = 0;
    const write = fs.writeSync;
    t.mock.method(fs, "writeSync", (...parameters: Parameters<typeof fs.writeSync>) => {
      const written = write(...parameters);
      fs.copyFileSync(live, join(directory, `${writes}.h5`));
      writes += 1;
      return written;
    });
    syncBuiltinESMExports();
    writeTheta(
      live,
      Float64Array.from({ length: FRAMES }, (_, index) => index),
    );
    writePreCount(live, 5);
    copyStack(darks, live, "/exchange/data_dark");
    t.mock.restoreAll();
    syncBuiltinESMExports();

    assert.ok(writes > 20, `${writes} writes`);
    for (let index = 0; index < writes; index++)
      assert.equal(await h5py.read(join(directory, `${index}.h5`), WHOLE), FRAMES, `after write ${index}`);
    assert.equal(await h5py.read(live, WHOLE), FRAMES);
    const added =
      "[f['/exchange/theta'][:], f['/exchange/data'].attrs['pre_count'], f['/exchange/data_dark'][:, 0, 0]]";
    const upTo = (first: number) => Array.from({ length: FRAMES }, (_, index) => first + index);
    assert.deepEqual(await h5py.read(live, added), [upTo(0), 5, upTo(1)]);
  },
);
