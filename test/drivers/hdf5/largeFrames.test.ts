import assert from "node:assert/strict";
import { after, test } from "node:test";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { put, shown, stringAttribute, waitFor } from "../plugins/frames.js";
import { hdf5Plugin } from "./hdf5Plugin.js";

const h5py = new H5pyReader();
after(() => h5py.close());

/** Large enough to go past the library's memory; every pixel is the frame's number. */
const large = (id: number) => ({ sizeX: 256, sizeY: 300, fill: () => id });

const places = ["/exchange/data", "/exchange/data_dark", "/exchange/data_white"];

test("large frames arrive whole, each in the dataset that its attribute names", needsPython, async (t) => {
  const { hdf, capture } = await hdf5Plugin(t, { numCapture: 60 });
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  const path = await capture(ids, (id) => ({
    ...large(id),
    attributes: [stringAttribute("HDF5FrameLocation", places[id % 3] ?? "")],
  }));
  assert.equal(shown(hdf, "WRITE_STATUS"), 0);
  const numbers = await h5py.read(
    path,
    `[[int(d[i, 0, 0]) if (d[i] == d[i, 0, 0]).all() else -1 for i in range(len(d))]
      for d in (f['/exchange/data'], f['/exchange/data_dark'], f['/exchange/data_white'])]`,
  );
  assert.deepEqual(
    numbers,
    [0, 1, 2].map((place) => ids.filter((id) => id % 3 === place)),
  );
});

test("a reader in SWMR mode follows large frames while they are written", needsPython, async (t) => {
  const { hdf, send } = await hdf5Plugin(t, { numCapture: 0 });
  await put(hdf, "HDF5_SWMRMode", 1);
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= 10; id++) send(id, large(id));
  await waitFor(hdf, "NUM_CAPTURED", 10);
  await put(hdf, "HDF5_SWMRFlushNow", 1);
  const path = String(shown(hdf, "FULL_FILE_NAME"));
  const numbers = await h5py.read(
    path,
    "[int(x.min()) if (x == x.min()).all() else -1 for x in f['/exchange/data']]",
    {
      swmr: true,
    },
  );
  assert.deepEqual(numbers, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await put(hdf, "CAPTURE", 0);
});

test("none of 10 000 frames is lost, doubled or out of order", needsPython, async (t) => {
  const frames = 10_000;
  const { hdf, send } = await hdf5Plugin(t, { numCapture: frames, queueSize: 200 });
  await put(hdf, "CAPTURE", 1);
  for (let id = 1; id <= frames; id++) {
    send(id, { sizeX: 8, sizeY: 6, dataType: "UInt16", fill: () => id });
    if (id % 100 === 0) await waitFor(hdf, "NUM_CAPTURED", id);
  }
  await waitFor(hdf, "CAPTURE", 0);
  const inOrder = "np.arange(1, len(f['/exchange/data']) + 1)";
  const file = await h5py.read(
    String(shown(hdf, "FULL_FILE_NAME")),
    `[len(f['/exchange/data']), (f['/exchange/data'][:] == ${inOrder}[:, None, None]).all(),
      (f['/defaults/NDArrayUniqueId'][:] == ${inOrder}).all()]`,
  );
  assert.deepEqual(file, [frames, true, true]);
});
