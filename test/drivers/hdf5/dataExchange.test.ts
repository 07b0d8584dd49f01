import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DataExchangeFiles } from "../../../src/drivers/hdf5/dataExchangeFiles.js";
import { needsPython, runPython } from "../../support/python.js";

async function python(program: string, ...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runPython(`import h5py, json, sys\nimport numpy as np\n${program}`, {
    args,
  });
  assert.equal(code, 0, stderr);
  return stdout === "" ? undefined : JSON.parse(stdout);
}

/** A capture of three frames 2 x 3, a dark stack of two and no flat. */
async function capture(t: TestContext, name = "capture.h5") {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-exchange-"));
  const files = new DataExchangeFiles();
  t.after(async () => {
    await files.close();
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, name);
  const make = `
def stack(g, name, data):
    d = g.create_dataset(name, data=np.array(data, dtype='u2'), maxshape=(None, 2, 3), chunks=(1, 2, 3))
    d.attrs['units'] = 'counts'
with h5py.File(sys.argv[1], 'w') as f:
    g = f.create_group('exchange')
    stack(g, 'data', np.zeros((3, 2, 3)))
    stack(g, 'data_dark', [[[1, 2, 3], [4, 5, 6]], [[3, 2, 1], [6, 6, 6]]])
    stack(g, 'data_white', np.zeros((1, 2, 3)))
    f['defaults/NDArrayUniqueId'] = np.array([7, 8, 9, 10], dtype='i4')
    f['defaults/HDF5FrameLocation'] = np.array([b'/exchange/data'] * 3 + [b'/exchange/data_dark'], dtype='S256')`;
  await python(make, path);
  return { directory, files, path, make };
}

test("stored frames have ids and destinations", needsPython, async (t) => {
  const { files, path } = await capture(t);
  assert.deepEqual(await files.storedFrames(path), {
    ids: [7, 8, 9, 10],
    locations: ["/exchange/data", "/exchange/data", "/exchange/data", "/exchange/data_dark"],
  });
});

test("theta is written as float64 degrees and can be replaced", needsPython, async (t) => {
  const { files, path } = await capture(t);
  await files.writeTheta(path, Float64Array.of(0, 0.5));
  await files.writeTheta(path, Float64Array.of(0, 0.25, 0.1 + 0.2));
  const theta = await python(
    `
with h5py.File(sys.argv[1], 'r') as f:
    d = f['/exchange/theta']
    print(json.dumps([d[:].tolist(), str(d.dtype), d.attrs['units'].decode()]))`,
    path,
  );
  assert.deepEqual(theta, [[0, 0.25, 0.1 + 0.2], "float64", "deg"]);
});

test("the mean of a stack is taken over its frames", needsPython, async (t) => {
  const { files, path } = await capture(t);
  const { mean, sizeX, sizeY, frames } = await files.mean(path, "/exchange/data_dark");
  assert.deepEqual(Array.from(mean), [2, 2, 2, 5, 5.5, 6]);
  assert.deepEqual([sizeX, sizeY, frames], [3, 2, 2]);
});

test("a stack takes the place of another file's, whose attributes stay", needsPython, async (t) => {
  const { directory, files, path, make } = await capture(t);
  const other = join(directory, "other.h5");
  await python(make, other);
  await python("with h5py.File(sys.argv[1], 'a') as f: f['/exchange/data_dark'].resize((1, 2, 3))", other);
  assert.equal(await files.copyStack(path, other, "/exchange/data_dark"), 2);
  const copied = await python(
    `
with h5py.File(sys.argv[1], 'r') as f:
    d = f['/exchange/data_dark']
    print(json.dumps([d[:].tolist(), d.attrs['units']]))`,
    other,
  );
  assert.deepEqual(copied, [
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [3, 2, 1],
        [6, 6, 6],
      ],
    ],
    "counts",
  ]);
});

test("a file or dataset that is not there is named", needsPython, async (t) => {
  const { files, path } = await capture(t);
  await assert.rejects(files.mean("/nowhere.h5", "/exchange/data"), /nowhere.h5|No such file/);
  await assert.rejects(files.mean(path, "/exchange/absent"), /capture.h5 has no \/exchange\/absent/);
});
