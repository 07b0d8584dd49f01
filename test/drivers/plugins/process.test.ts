import assert from "node:assert/strict";
import { test } from "node:test";
import type { NDPlugin } from "../../../src/drivers/plugins/ndPlugin.js";
import { NDPluginProcess } from "../../../src/drivers/plugins/ndPluginProcess.js";
import { makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginProcess>[0]) => new NDPluginProcess(setup);

/** The pixels of what a plugin emits. */
function collectPixels(plugin: NDPlugin): number[][] {
  const frames: number[][] = [];
  plugin.arrays$.subscribe(({ data }) => frames.push(Array.from(data, Number)));
  return frames;
}

const FLOATS = { PROCESS_DATA_TYPE: 9 };
/** The coefficients of areaDetector's filter types. */
const AVERAGE = {
  FILTER_OC1: 1,
  FILTER_OC2: -1,
  FILTER_OC3: 0,
  FILTER_OC4: 1,
  FILTER_FC1: 1,
  FILTER_FC2: -1,
  FILTER_FC3: 0,
  FILTER_FC4: 1,
  FILTER_OSCALE: 1,
  FILTER_FSCALE: 1,
  FILTER_RC2: 1,
};
const SUM = {
  ...AVERAGE,
  FILTER_OC2: 0,
  FILTER_OC3: 1,
  FILTER_OC4: 0,
  FILTER_FC2: 0,
  FILTER_FC3: 1,
  FILTER_FC4: 0,
  FILTER_RC2: 0,
};

test("without any processing a frame only gets the output's type", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, { PROCESS_DATA_TYPE: 8 });
  const types: string[] = [];
  process.arrays$.subscribe(({ dataType }) => types.push(dataType));
  camera.emit(makeFrame(pool, 1));
  await put(process, "PROCESS_DATA_TYPE", -1);
  camera.emit(makeFrame(pool, 2));
  assert.deepEqual(types, ["Float32", "UInt16"]);
});

test("background and flat field are taken from the last output and applied while their size fits", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, { ...FLOATS, SCALE_FLAT_FIELD: 100, ENABLE_BACKGROUND: 1 });
  const frames = collectPixels(process);
  await put(process, "SAVE_BACKGROUND", 1);
  assert.equal(shown(process, "VALID_BACKGROUND"), 0, "nothing came out yet");
  const emit = (values: readonly number[]) =>
    camera.emit(makeFrame(pool, 1, { sizeX: 4, sizeY: 1, fill: (index) => values[index] ?? 0 }));
  emit([10, 10, 20, 20]);
  await put(process, "SAVE_BACKGROUND", 1);
  emit([30, 50, 20, 220]);
  await put(process, "SAVE_FLAT_FIELD", 1);
  await put(process, "ENABLE_FLAT_FIELD", 1);
  emit([20, 20, 30, 70]);
  camera.emit(makeFrame(pool, 2, { sizeX: 1, sizeY: 1, fill: () => 7 }));
  assert.deepEqual(frames, [
    [10, 10, 20, 20],
    [20, 40, 0, 200],
    // A pixel without flat field is left as it is.
    [50, 25, 10, 25],
    [7],
  ]);
  assert.deepEqual([shown(process, "VALID_BACKGROUND"), shown(process, "VALID_FLAT_FIELD")], [0, 0]);
});

test("offset and scale come before clipping", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, {
    ...FLOATS,
    ENABLE_OFFSET_SCALE: 1,
    OFFSET: -3,
    SCALE: 2,
    ENABLE_LOW_CLIP: 1,
    LOW_CLIP_THRESH: 0,
    LOW_CLIP_VALUE: -1,
    ENABLE_HIGH_CLIP: 1,
    HIGH_CLIP_THRESH: 4,
    HIGH_CLIP_VALUE: 99,
  });
  const frames = collectPixels(process);
  camera.emit(makeFrame(pool, 1, { sizeX: 6, sizeY: 1 }));
  assert.deepEqual(frames, [[-1, -1, 0, 2, 4, 99]]);
});

test("automatic offset and scale make the frame's range that of the output's type, once", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, { PROCESS_DATA_TYPE: 1, AUTO_OFFSET_SCALE: 1 });
  const frames = collectPixels(process);
  for (const id of [1, 2]) camera.emit(makeFrame(pool, id, { sizeX: 3, sizeY: 1, fill: (i) => 10 + 5 * i }));
  assert.deepEqual(frames[1], [0, 127, 255]);
  const names = ["AUTO_OFFSET_SCALE", "ENABLE_OFFSET_SCALE", "ENABLE_LOW_CLIP", "HIGH_CLIP_THRESH", "OFFSET"];
  assert.deepEqual(
    names.map((name) => shown(process, name)),
    [0, 1, 1, 255, -10],
  );
});

test("the recursive average is the mean of what came, up to NumFilter frames", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, { ...FLOATS, ...AVERAGE, ENABLE_FILTER: 1, NUM_FILTER: 3 });
  const frames = collectPixels(process);
  for (const value of [3, 5, 7, 11])
    camera.emit(makeFrame(pool, value, { sizeX: 1, sizeY: 1, fill: () => value }));
  assert.deepEqual(frames, [[3], [4], [5], [5 * (2 / 3) + 11 / 3]]);
  assert.equal(shown(process, "NUM_FILTERED"), 3);
  await put(process, "RESET_FILTER", 1);
  camera.emit(makeFrame(pool, 9, { sizeX: 1, sizeY: 1, fill: () => 100 }));
  assert.deepEqual(frames[4], [100]);
  assert.deepEqual([shown(process, "RESET_FILTER"), shown(process, "NUM_FILTERED")], [0, 1]);
});

test("a sum can be given out only when it is complete, and begin anew by itself", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const process = await add(make, {
    ...FLOATS,
    ...SUM,
    ENABLE_FILTER: 1,
    NUM_FILTER: 2,
    AUTO_RESET_FILTER: 1,
    FILTER_CALLBACKS: 1,
  });
  const frames = collectPixels(process);
  for (const value of [3, 5, 7, 11])
    camera.emit(makeFrame(pool, value, { sizeX: 1, sizeY: 1, fill: () => value }));
  assert.deepEqual(frames, [[8], [18]]);
});
