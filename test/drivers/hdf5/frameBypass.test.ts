import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import h5wasm from "h5wasm/node";
import { giveTraits } from "../../../src/drivers/hdf5/datasetHeader.js";
import { FrameBypass } from "../../../src/drivers/hdf5/frameBypass.js";
import type { H5File } from "../../../src/drivers/hdf5/h5.js";

const SIDE = 256;
const frames = [1, 2, 3].map((value) => new Uint8Array(SIDE * SIDE).fill(value));

interface OpenFile {
  readonly path: string;
  readonly file: H5File;
  readonly bypass: FrameBypass;
  /** Gives all three frames to be written. */
  readonly writeAll: (grown?: () => void) => Promise<PromiseSettledResult<void>[]>;
}

/** With a dataset for three frames, or one that makes room for each when it grows to hold it. */
async function openFile(t: TestContext, hasRoom: boolean): Promise<OpenFile> {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-bypass-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "frames.h5");
  await h5wasm.ready;
  const create = new h5wasm.File(path, "w", { libver: ["v110", "v110"] });
  const shape = [SIDE, SIDE];
  const layout = {
    data: [],
    shape: [0, 0, 0],
    maxshape: [null, ...shape],
    chunks: [1, ...shape],
    dtype: "<B",
  };
  create.create_dataset({ name: "data", ...layout });
  create.close();
  const bytes = readFileSync(path);
  if (hasRoom) assert.equal(giveTraits(bytes, [1, ...shape, 1], { allocatesEarly: true }), 1);
  writeFileSync(path, bytes);
  const file = new h5wasm.File(path, "a", { libver: ["v110", "v110"] });
  const dataset = new h5wasm.Dataset(file.file_id, "/data");
  const bypass = new FrameBypass(path, 1);
  const writeAll = (grown = () => {}) =>
    Promise.allSettled(
      frames.map((frame, index) => {
        const grow = () => {
          dataset.resize([index + 1, ...shape]);
          grown();
        };
        const place = { fileId: file.file_id, path: "/data", offset: [index, 0, 0] };
        return bypass.write({ ...place, hasRoom, grow }, frame);
      }),
    );
  return { path, file, bypass, writeAll };
}

test("what the library writes besides frames finds all of them in the file", async (t) => {
  const { path, file, bypass, writeAll } = await openFile(t, false);
  const { FS } = await h5wasm.ready;
  const written = writeAll();
  const write = FS.write;
  const inFile: boolean[] = [];
  FS.write = (...parameters) => {
    const bytes = write.apply(FS, parameters);
    inFile.push(readFileSync(path).includes(Buffer.concat(frames)));
    return bytes;
  };
  file.flush();
  FS.write = write;
  await written;
  bypass.close();
  file.close();
  assert.ok(inFile.length > 0);
  assert.ok(inFile.every(Boolean));
});

test("what it writes while the room of a frame is not known finds the file long enough", async (t) => {
  const { path, file, bypass, writeAll } = await openFile(t, true);
  const sizes: number[] = [];
  const results = await writeAll(() => {
    file.flush();
    sizes.push(statSync(path).size);
  });
  bypass.close();
  file.close();
  assert.deepEqual(
    results.map(({ status }) => status),
    ["fulfilled", "fulfilled", "fulfilled"],
  );
  for (const [index, size] of sizes.entries()) assert.ok(size > (index + 1) * SIDE * SIDE);
  const stored = readFileSync(path);
  for (const frame of frames) assert.ok(stored.includes(Buffer.from(frame)));
});
