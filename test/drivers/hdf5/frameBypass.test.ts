import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import h5wasm from "h5wasm/node";
import { FrameBypass } from "../../../src/drivers/hdf5/frameBypass.js";
import type { H5File } from "../../../src/drivers/hdf5/h5.js";

const SIDE = 256;
const frames = [1, 2, 3].map((value) => new Uint8Array(SIDE * SIDE).fill(value));

interface OpenFile {
  readonly path: string;
  readonly file: H5File;
  readonly bypass: FrameBypass;
  /** Gives all three frames to be written. */
  readonly writeAll: () => Promise<PromiseSettledResult<void>[]>;
}

async function openFile(t: TestContext): Promise<OpenFile> {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-bypass-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "frames.h5");
  await h5wasm.ready;
  const file = new h5wasm.File(path, "w", { libver: ["v110", "v110"] });
  const dataset = file.create_dataset({
    name: "data",
    data: [],
    shape: [0, SIDE, SIDE],
    maxshape: [null, SIDE, SIDE],
    chunks: [1, SIDE, SIDE],
    dtype: "<B",
  });
  dataset.resize([frames.length, SIDE, SIDE]);
  const bypass = new FrameBypass(path, 1);
  const writeAll = () =>
    Promise.allSettled(
      frames.map((frame, index) => bypass.write(file.file_id, "/data", [index, 0, 0], frame)),
    );
  return { path, file, bypass, writeAll };
}

test("what the library writes besides frames finds all of them in the file", async (t) => {
  const { path, file, bypass, writeAll } = await openFile(t);
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
