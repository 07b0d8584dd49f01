import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type NDArray, wholeAxis } from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginBadPixel } from "../../../src/drivers/plugins/ndPluginBadPixel.js";
import { makeFrame, put } from "./frames.js";
import { pluginRig } from "./rig.js";

const SIZE = { sizeX: 4, sizeY: 4 };

/** A plugin with these bad pixels, and what it makes of a frame whose pixels are 0, 1, 2 ... of 4 x 4. */
async function rig(t: TestContext, pixels: unknown) {
  const directory = mkdtempSync(join(tmpdir(), "bad-pixels-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "bad.json");
  const write = (list: unknown) => writeFileSync(file, JSON.stringify({ "Bad pixels": list }));
  write(pixels);
  const { pool, camera, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPluginBadPixel(setup), { BAD_PIXEL_FILE_NAME: file });
  const seen: number[][] = [];
  plugin.arrays$.subscribe(({ data }) => seen.push(Array.from(data, Number)));
  const fixed = (frame: NDArray = makeFrame(pool, 0, SIZE)): number[] => {
    camera.emit(frame);
    return seen.at(-1) ?? [];
  };
  return { plugin, pool, file, write, fixed };
}

/** The pixels 0 to 15, but for these. */
const except = (changes: Readonly<Record<number, number>>) =>
  Array.from({ length: 16 }, (_, index) => changes[index] ?? index);

test("a bad pixel is set to a value", async (t) => {
  const { fixed } = await rig(t, [{ Pixel: [1, 2], Set: 500 }]);
  assert.deepEqual(fixed(), except({ 9: 500 }));
});

test("a bad pixel takes the value of a neighbor, unless that is bad or not in the frame", async (t) => {
  const { fixed } = await rig(t, [
    { Pixel: [1, 1], Replace: [1, 0] },
    { Pixel: [0, 3], Replace: [0, 1] },
    { Pixel: [3, 0], Replace: [0, 1] },
    { Pixel: [3, 1], Replace: [-3, 0] },
  ]);
  assert.deepEqual(fixed(), except({ 5: 6, 7: 4 }));
});

test("a bad pixel takes the median of the good pixels around it", async (t) => {
  const { fixed } = await rig(t, [
    { Pixel: [1, 1], Median: [1, 1] },
    { Pixel: [0, 0], Median: [1, 1] },
    { Pixel: [3, 3], Median: [1, 0] },
  ]);
  // Around 5: 1 2 4 6 8 9 10, without the bad 0. Around 0: 1 and 4, whose mean 2.5 an integer cannot hold.
  assert.deepEqual(fixed(), except({ 5: 6, 0: 2, 15: 14 }));
});

test("coordinates are the sensor's: a region and binning are taken into account", async (t) => {
  const { pool, fixed } = await rig(t, [
    { Pixel: [12, 20], Set: 100 },
    { Pixel: [17, 27], Replace: [-1, 0] },
    { Pixel: [9, 20], Set: 200 },
  ]);
  const whole = makeFrame(pool, 0, SIZE);
  const binned = pool.allocate({
    ...whole,
    dimensions: [10, 20].map((offset) => ({ ...wholeAxis(4), offset, binning: 2 })),
  });
  assert.ok(binned !== undefined && binned.data instanceof Uint16Array);
  binned.data.set(Uint16Array.from({ length: 16 }, (_, index) => index));
  whole.release();
  assert.deepEqual(fixed(binned), except({ 1: 100, 15: 14 }));
});

test("pixels of 64 bits are fixed as others", async (t) => {
  const { pool, fixed } = await rig(t, [{ Pixel: [0, 0], Median: [1, 1] }]);
  assert.deepEqual(fixed(makeFrame(pool, 0, { ...SIZE, dataType: "Int64" })), except({ 0: 4 }));
});

test("a file is read again when it is named again; one that is wrong changes nothing and is refused by name", async (t) => {
  const { plugin, file, write, fixed } = await rig(t, [{ Pixel: [0, 0], Set: 7 }]);
  write([{ Pixel: [0, 0], Set: 8 }]);
  await put(plugin, "BAD_PIXEL_FILE_NAME", file);
  assert.equal(fixed()[0], 8);
  write([{ Pixel: [0, 0] }]);
  await assert.rejects(
    put(plugin, "BAD_PIXEL_FILE_NAME", file),
    /pixel \[0, 0\] has none of Median, Set and/,
  );
  write([{ Pixel: [0] }]);
  await assert.rejects(put(plugin, "BAD_PIXEL_FILE_NAME", file), /bad\.json: .*/);
  await assert.rejects(put(plugin, "BAD_PIXEL_FILE_NAME", "/nowhere/x.json"), /\/nowhere\/x\.json: ENOENT/);
  assert.equal(fixed()[0], 8);
});
