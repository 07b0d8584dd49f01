import assert from "node:assert/strict";
import { test } from "node:test";
import type { Parameter } from "../../../src/drivers/asyn/portDriver.js";
import { infoOf, wholeAxis } from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginROIStat } from "../../../src/drivers/plugins/ndPluginROIStat.js";
import { measureRegions } from "../../../src/drivers/plugins/regionFigures.js";
import { collectIds, makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginROIStat>[0]) => new NDPluginROIStat(setup, 3);

async function putAt(plugin: NDPluginROIStat, address: number, values: Readonly<Record<string, number>>) {
  for (const [name, value] of Object.entries(values)) {
    const parameter = plugin.parameter(`ROISTAT_${name}`, address);
    assert.equal(parameter?.type, "Int32", name);
    await (parameter as Parameter<"Int32">).write(value);
  }
}

const FIGURES = ["MIN_VALUE", "MAX_VALUE", "MEAN_VALUE", "TOTAL", "NET"];
const shownAt = (plugin: NDPluginROIStat, address: number, names: readonly string[]) =>
  names.map((name) => plugin.parameter(`ROISTAT_${name}`, address)?.value);

test("each region that is used has its own minimum, maximum, mean and total", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stat = await add(make);
  await putAt(stat, 0, { USE: 1, DIM0_MIN: 1, DIM0_SIZE: 2, DIM1_MIN: 1, DIM1_SIZE: 2 });
  await putAt(stat, 2, { USE: 1, DIM0_MIN: 0, DIM0_SIZE: 4, DIM1_MIN: 0, DIM1_SIZE: 1 });
  // 4 x 3: 0 1 2 3 / 4 5 6 7 / 8 9 10 11
  camera.emit(makeFrame(pool, 0));
  assert.deepEqual(shownAt(stat, 0, FIGURES), [5, 10, 7.5, 30, 30]);
  assert.deepEqual(shownAt(stat, 1, FIGURES), [0, 0, 0, 0, 0]);
  assert.deepEqual(shownAt(stat, 2, FIGURES), [0, 3, 1.5, 6, 6]);
});

test("a region beyond the image is brought within it, and its readbacks show where", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stat = await add(make);
  await putAt(stat, 1, { USE: 1, DIM0_MIN: 2, DIM0_SIZE: 100, DIM1_MIN: 9, DIM1_SIZE: 0 });
  camera.emit(makeFrame(pool, 0));
  const names = ["DIM0_MIN", "DIM0_SIZE", "DIM0_MAX_SIZE", "DIM1_MIN", "DIM1_SIZE", "DIM1_MAX_SIZE", "TOTAL"];
  assert.deepEqual(shownAt(stat, 1, names), [2, 2, 4, 2, 1, 3, 21]);
});

test("net is without the mean of the edges: rows at top and bottom, columns between them", () => {
  const rows = [
    [1, 1, 1, 1, 1],
    [2, 9, 9, 9, 2],
    [2, 9, 9, 9, 2],
    [3, 3, 3, 3, 3],
  ];
  const region = { minX: 0, minY: 0, sizeX: 5, sizeY: 4, backgroundWidth: 1 };
  const [figures] = measureRegions({
    data: Uint16Array.from(rows.flat()),
    rowLength: 5,
    isLine: false,
    regions: [region],
  });
  const background = (5 * 1 + 4 * 2 + 5 * 3) / 14;
  assert.equal(figures?.total, 82);
  assert.ok(Math.abs((figures?.net ?? 0) - (82 - background * 20)) < 1e-12);
});

test("the edges of a line are its ends", () => {
  const region = { minX: 1, minY: 0, sizeX: 4, sizeY: 1, backgroundWidth: 1 };
  const [figures] = measureRegions({
    data: Float32Array.of(100, 1, 7, 7, 3, 100),
    rowLength: 6,
    isLine: true,
    regions: [region],
  });
  assert.deepEqual([figures?.total, figures?.net], [18, 18 - 2 * 4]);
});

test("reset clears one region, ResetAll all of them", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stat = await add(make);
  for (const address of [0, 1]) await putAt(stat, address, { USE: 1, DIM0_SIZE: 4, DIM1_SIZE: 3 });
  camera.emit(makeFrame(pool, 1));
  await putAt(stat, 0, { RESET: 1 });
  assert.deepEqual(shownAt(stat, 0, FIGURES), [0, 0, 0, 0, 0]);
  assert.deepEqual(shownAt(stat, 1, ["MAX_VALUE"]), [12]);
  await put(stat, "ROISTAT_RESETALL", 1);
  assert.deepEqual(shownAt(stat, 1, FIGURES), [0, 0, 0, 0, 0]);
});

test("a time series of each region ends when it has all its points, and goes on where it was stopped", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stat = await add(make, { ROISTAT_TS_NUM_POINTS: 3 });
  await putAt(stat, 1, { USE: 1, DIM0_SIZE: 1, DIM1_SIZE: 1 });
  const seriesOf = () => Array.from(stat.parameter("ROISTAT_TS_TOTAL", 1)?.value as Float64Array);
  await put(stat, "ROISTAT_TS_CONTROL", 0);
  camera.emit(makeFrame(pool, 5));
  await put(stat, "ROISTAT_TS_CONTROL", 2);
  camera.emit(makeFrame(pool, 6));
  assert.deepEqual(seriesOf(), [5], "stopped");
  await put(stat, "ROISTAT_TS_CONTROL", 1);
  for (const id of [7, 8, 9]) camera.emit(makeFrame(pool, id));
  assert.deepEqual(seriesOf(), [5, 7, 8]);
  assert.deepEqual(
    Array.from(stat.parameter("ROISTAT_TS_TIMESTAMP", 1)?.value as Float64Array),
    [1005.5, 1007.5, 1008.5],
  );
  assert.deepEqual([shown(stat, "ROISTAT_TS_ACQUIRING"), shown(stat, "ROISTAT_TS_CURRENT_POINT")], [0, 3]);
  await put(stat, "ROISTAT_TS_CONTROL", 4);
  assert.deepEqual([seriesOf(), shown(stat, "ROISTAT_TS_CURRENT_POINT")], [[], 0]);
});

test("frames go on as they are; one with colors is refused", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stat = await add(make, { ARRAY_CALLBACKS: 1 });
  const ids = collectIds(stat);
  camera.emit(makeFrame(pool, 1));
  const colors = pool.allocate({ ...infoOf(makeFrame(pool, 2)), dimensions: [3, 4, 3].map(wholeAxis) });
  assert.ok(colors !== undefined);
  camera.emit(colors);
  assert.deepEqual(ids, [1]);
});
