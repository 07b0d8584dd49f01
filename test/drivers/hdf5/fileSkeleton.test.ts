import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import h5wasm from "h5wasm/node";
import { Skeletons } from "../../../src/drivers/hdf5/fileSkeleton.js";
import { type FileSummary, FileWriter } from "../../../src/drivers/hdf5/fileWriter.js";
import { valuesOf } from "../../../src/drivers/hdf5/frameAttributes.js";
import { parseLayout } from "../../../src/drivers/hdf5/layout.js";
import type { NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { H5pyReader } from "../../support/h5py.js";
import { needsPython } from "../../support/python.js";
import { makeFrame, stringAttribute } from "../plugins/frames.js";
import { smallFrames } from "./smallFrames.js";

const h5py = new H5pyReader();
after(() => h5py.close());

/** One link leads nowhere, and one dataset has no place. */
const LAYOUT = `<hdf5_layout>
  <group name="exchange">
    <dataset name="data" source="detector"><attribute name="units" source="constant" value="counts" type="string"/></dataset>
    <dataset name="begun" source="ndattribute" ndattribute="Sample" when="OnFileOpen"/>
    <dataset name="ended" source="ndattribute" ndattribute="Sample" when="OnFileClose"/>
    <attribute name="sample" source="ndattribute" ndattribute="Sample" when="OnFileOpen"/>
    <dataset name="version" source="constant" value="3" type="int"/>
    <hardlink name="nowhere" target="/exchange/missing"/>
  </group>
  <group name="defaults" ndattr_default="true"/>
</hdf5_layout>`;

/** In Python: everything in the file, with its type, its attributes and its values. */
const CONTENTS = `(lambda all: (f.visititems(lambda path, entity: all.append([path,
  {n: [str(v.dtype), v] for n, v in entity.attrs.items()},
  [str(entity.dtype), entity.maxshape, entity.chunks, entity[()]] if isinstance(entity, h5py.Dataset) and path != 'defaults/timestamp' else None])), all)[1])([])`;

const pool = new NDArrayPool();

test(
  "a file that begins with the skeleton of the last one is as if made from nothing",
  needsPython,
  async (t) => {
    const directory = mkdtempSync(join(tmpdir(), "tomoioc-skeleton-"));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    await h5wasm.ready;
    const layout = parseLayout(LAYOUT, "layout");
    assert.ok(layout.ok);
    const write = async (
      name: string,
      frames: readonly NDArray[],
      skeletons?: Skeletons,
    ): Promise<FileSummary> => {
      const [first] = frames;
      assert.ok(first !== undefined);
      const writer = new FileWriter(
        join(directory, name),
        layout.value.layout,
        first,
        smallFrames,
        skeletons,
      );
      for (const frame of frames) await writer.write(frame.data, valuesOf(frame));
      return writer.close();
    };
    const frame = (id: number, sample: string) =>
      makeFrame(pool, id, { attributes: [stringAttribute("Sample", sample)] });
    const skeletons = new Skeletons();
    await write("before.h5", [frame(1, "stone"), frame(2, "bone")], skeletons);
    const frames = [frame(3, "wood"), frame(4, "leaf"), frame(5, "seed")];
    const known = await write("known.h5", frames, skeletons);
    const made = await write("made.h5", frames);
    assert.deepEqual(known.warnings, ["cannot link /exchange/nowhere to /exchange/missing: no such target"]);
    assert.deepEqual(known, made);
    const contents = await h5py.read<readonly unknown[]>(join(directory, "known.h5"), CONTENTS);
    assert.equal(contents.length, 11);
    assert.deepEqual(contents, await h5py.read(join(directory, "made.h5"), CONTENTS));

    // Frames of another kind have a skeleton of their own.
    const wide = makeFrame(pool, 6, { sizeX: 7, dataType: "Float32" });
    write("wide.h5", [wide], skeletons);
    const shape = "[f['exchange/data'].shape, str(f['exchange/data'].dtype), 'exchange/begun' in f]";
    assert.deepEqual(await h5py.read(join(directory, "wide.h5"), shape), [[1, 3, 7], "float32", false]);
  },
);
