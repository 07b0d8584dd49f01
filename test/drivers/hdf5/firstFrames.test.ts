import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DataExchangeFiles } from "../../../src/drivers/hdf5/dataExchangeFiles.js";
import { needsPython, runPython } from "../../support/python.js";

const python = async (program: string, ...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await runPython(`import h5py, sys, numpy as np\n${program}`, { args });
  assert.equal(code, 0, stderr);
  return stdout.trim();
};

/** Seven projections, the third stored frame is a dark one; compressed, with all kinds of things beside them. */
const MAKE = `
with h5py.File(sys.argv[1], 'w') as f:
    d = f.create_dataset('exchange/data', data=np.arange(7 * 6, dtype='u2').reshape(7, 2, 3), maxshape=(None, 2, 3), chunks=(1, 2, 3), compression=4)
    d.attrs['units'] = np.bytes_('counts')
    d.attrs['NDArrayDimOffset'] = np.array([0, 1], 'i4')
    f.create_dataset('exchange/data_dark', data=np.ones((1, 2, 3), 'u2'), maxshape=(None, 2, 3), chunks=(1, 2, 3))
    f['defaults/NDArrayUniqueId'] = np.arange(8, dtype='i4')
    f['defaults/HDF5FrameLocation'] = np.array([b'/exchange/data'] * 2 + [b'/exchange/data_dark'] + [b'/exchange/data'] * 5, 'S256')
    f.create_dataset('defaults/time', data=np.arange(8.), maxshape=(None,), chunks=(64,))
    f['defaults'].attrs['hostname'] = np.bytes_('here')
    f['defaults/once'] = np.array([b'text'], 'S256')
    f['process/number'] = np.float64(1.5)
    f['measurement/list'] = np.array([1, 2, 3], 'i8')
    f.create_group('measurement/empty')`;

const COMPARE = `
with h5py.File(sys.argv[1]) as whole, h5py.File(sys.argv[2]) as part:
    paths = []
    whole.visititems(lambda path, entity: paths.append(path))
    others = []
    part.visititems(lambda path, entity: others.append(path))
    assert paths == others, (paths, others)
    rows = {'exchange/data': 3, 'defaults/NDArrayUniqueId': 4, 'defaults/HDF5FrameLocation': 4, 'defaults/time': 4}
    for path in paths:
        a, b = whole[path], part[path]
        assert {n: (v.tolist(), v.dtype) for n, v in a.attrs.items()} == {n: (v.tolist(), v.dtype) for n, v in b.attrs.items()}, path
        if isinstance(a, h5py.Group): continue
        assert (a.dtype, a.chunks, a.maxshape if a.chunks else 0, a.compression) == (b.dtype, b.chunks, b.maxshape if b.chunks else 0, b.compression), path
        wanted = a[: rows[path]] if path in rows else a[()]
        assert np.array_equal(wanted, b[()]), path
    print('the same')`;

test(
  "the first frames of a capture are copied with all that the file says besides",
  needsPython,
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "tomoioc-first-"));
    const files = new DataExchangeFiles();
    t.after(async () => {
      await files.close();
      rmSync(directory, { recursive: true });
    });
    const [whole, part] = [join(directory, "whole.h5"), join(directory, "part.h5")];
    await python(MAKE, whole);
    writeFileSync(part, "from an earlier capture");
    await files.copyFirstFrames(whole, part, 4);
    assert.equal(await python(COMPARE, whole, part), "the same");
    await assert.rejects(files.copyFirstFrames(join(directory, "none.h5"), part, 4));
    assert.equal(await python(COMPARE, whole, part), "the same");
    assert.ok(!existsSync(`${part}.part`));
  },
);

test("the number of projections from before a capture is noted once", needsPython, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-first-"));
  const files = new DataExchangeFiles();
  t.after(async () => {
    await files.close();
    rmSync(directory, { recursive: true });
  });
  const path = join(directory, "capture.h5");
  await python(MAKE, path);
  await files.writePreCount(path, 5);
  await files.writePreCount(path, 3);
  const read = `print(h5py.File(sys.argv[1])['exchange/data'].attrs['pre_count'])`;
  assert.equal(await python(read, path), "2");
});
