import assert from "node:assert/strict";
import { test } from "node:test";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { NDPluginTimeSeries } from "../../../src/drivers/plugins/ndPluginTimeSeries.js";
import { makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

const make = (setup: ConstructorParameters<typeof NDPluginStats>[0]) => new NDPluginStats(setup);

const near = (actual: unknown, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(Number(actual) - expected) <= tolerance, `${String(actual)} is not ${expected}`);

/** A spot about (12, 7) that is twice as wide along x as along y. */
const spot = (index: number) =>
  1000 * Math.exp(-(((index % 32) - 12) ** 2) / 32 - (Math.floor(index / 32) - 7) ** 2 / 8);

test("extremes have a place, and the mean of the edges is taken off the total", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(make, { COMPUTE_STATISTICS: 1, BGD_WIDTH: 1 });
  const values = [5, 5, 5, 5, 5, 90, 3, 5, 5, 5, 5, 5];
  camera.emit(makeFrame(pool, 1, { sizeX: 4, sizeY: 3, fill: (index) => values[index] ?? 0 }));
  const names = ["MIN_VALUE", "MIN_X", "MIN_Y", "MAX_VALUE", "MAX_X", "MAX_Y", "TOTAL"];
  assert.deepEqual(
    names.map((name) => shown(stats, name)),
    [3, 2, 1, 90, 1, 1, 143],
  );
  // Every pixel of the edges is 5, whatever the corners count.
  near(shown(stats, "NET"), 143 - 12 * 5);
});

test("without a background width net is the total", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(make, { COMPUTE_STATISTICS: 1, BGD_WIDTH: 0 });
  camera.emit(makeFrame(pool, 1));
  assert.equal(shown(stats, "NET"), shown(stats, "TOTAL"));
});

test("the centroid of a spot is where the spot is, and as wide", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(make, { COMPUTE_CENTROID: 1, CENTROID_THRESHOLD: 0 });
  camera.emit(makeFrame(pool, 1, { sizeX: 32, sizeY: 16, dataType: "Float64", fill: spot }));
  near(shown(stats, "CENTROIDX_VALUE"), 12, 0.05);
  near(shown(stats, "CENTROIDY_VALUE"), 7, 0.05);
  near(shown(stats, "SIGMAX_VALUE"), 4, 0.1);
  near(shown(stats, "SIGMAY_VALUE"), 2, 0.02);
  near(shown(stats, "SIGMAXY_VALUE"), 0, 0.01);
  near(shown(stats, "ORIENTATION_VALUE"), 0, 0.1);
  near(shown(stats, "ECCENTRICITY_VALUE"), ((16 - 4) / (16 + 4)) ** 2, 0.02);
  near(shown(stats, "KURTOSISY_VALUE"), 0, 0.1);
});

test("a frame below the threshold has no centroid, and none is left over from the last", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(make, { COMPUTE_CENTROID: 1, CENTROID_THRESHOLD: 10 });
  camera.emit(makeFrame(pool, 1, { fill: () => 20 }));
  assert.equal(shown(stats, "CENTROID_TOTAL"), 240);
  camera.emit(makeFrame(pool, 2, { fill: () => 5 }));
  assert.equal(shown(stats, "CENTROID_TOTAL"), 0);
  assert.equal(shown(stats, "CENTROIDX_VALUE"), 0);
});

test("profiles: means, what the threshold leaves, through the centroid and through the cursor", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const values = {
    COMPUTE_CENTROID: 1,
    COMPUTE_PROFILES: 1,
    CENTROID_THRESHOLD: 8,
    CURSOR_X: 3,
    CURSOR_Y: 99,
  };
  const stats = await add(make, values);
  // 0 1 2 3 / 4 5 6 7 / 8 9 10 11
  camera.emit(makeFrame(pool, 1, { fill: (index) => index }));
  const profile = (name: string) => Array.from(shown(stats, `PROFILE_${name}`) as Float64Array);
  assert.deepEqual(profile("AVERAGE_X"), [4, 5, 6, 7]);
  assert.deepEqual(profile("AVERAGE_Y"), [1.5, 5.5, 9.5]);
  assert.deepEqual(profile("THRESHOLD_Y"), [0, 0, 9.5]);
  assert.deepEqual(profile("CENTROID_X"), [8, 9, 10, 11]);
  assert.deepEqual(profile("CURSOR_X"), [8, 9, 10, 11], "the cursor is moved into the image");
  assert.deepEqual(profile("CURSOR_Y"), [3, 7, 11]);
  assert.equal(shown(stats, "CURSOR_VAL"), 11);
  assert.deepEqual([shown(stats, "PROFILE_SIZE_X"), shown(stats, "PROFILE_SIZE_Y")], [4, 3]);
});

test("the histogram counts what is in its range and what is not", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(make, { COMPUTE_HISTOGRAM: 1, HIST_SIZE: 4, HIST_MIN: 2, HIST_MAX: 8 });
  // 1 to 12; bins are 2 wide about 2, 4, 6, 8.
  camera.emit(makeFrame(pool, 1));
  const entropy = -(4 * Math.log(2) * 2 - 2 * Math.log(2)) / 12;
  assert.deepEqual(Array.from(shown(stats, "HIST_ARRAY") as Float64Array), [1, 2, 2, 2]);
  assert.deepEqual([shown(stats, "HIST_BELOW"), shown(stats, "HIST_ABOVE")], [1, 4]);
  near(shown(stats, "HIST_ENTROPY"), entropy);
  assert.deepEqual(Array.from(shown(stats, "HIST_X_ARRAY") as Float64Array), [2, 3.5, 5, 6.5]);
});

test("the statistics of each frame come at address 1, for a time series", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  await add(make, { COMPUTE_STATISTICS: 1 }, { portName: "STATS" });
  const series = await add(
    (setup) => new NDPluginTimeSeries(setup, 23),
    { TS_NUM_POINTS: 3, TS_ACQUIRE: 1 },
    { portName: "TS", arrayPort: "STATS", arrayAddress: 1 },
  );
  for (let id = 1; id <= 4; id++) camera.emit(makeFrame(pool, id, { fill: () => 10 * id }));
  const signal = (address: number) =>
    Array.from(series.parameter("TS_TIME_SERIES", address)?.value as Float64Array);
  assert.equal(shown(series, "TS_ACQUIRE"), 0, "a fixed series ends when it is full");
  assert.deepEqual(signal(0), [10, 20, 30], "minima");
  assert.deepEqual(signal(8), [120, 240, 360], "totals");
  assert.deepEqual(signal(22), [1001.5, 1002.5, 1003.5], "time stamps");
  assert.deepEqual(Array.from(shown(series, "TS_TIMESTAMP") as Float64Array), [1001.5, 1002.5, 1003.5]);
});

test("a time series averages, and goes on over its oldest points when it is circular", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const series = await add((setup) => new NDPluginTimeSeries(setup, 2), {
    TS_NUM_POINTS: 3,
    TS_ACQUIRE_MODE: 1,
    TS_TIME_PER_POINT: 0.5,
    TS_AVERAGING_TIME: 1.1,
    TS_ACQUIRE: 1,
  });
  assert.equal(shown(series, "TS_NUM_AVERAGE"), 2);
  assert.equal(shown(series, "TS_AVERAGING_TIME"), 1);
  assert.deepEqual(Array.from(shown(series, "TS_TIME_AXIS") as Float64Array), [-2, -1, 0]);
  // Each frame is two samples of two signals.
  for (let id = 1; id <= 4; id++)
    camera.emit(makeFrame(pool, id, { sizeX: 2, sizeY: 2, dataType: "Float64", fill: (i) => id + 10 * i }));
  await put(series, "TS_READ", 1);
  assert.deepEqual(Array.from(series.parameter("TS_TIME_SERIES", 0)?.value as Float64Array), [12, 13, 14]);
  assert.equal(shown(series, "TS_CURRENT_POINT"), 1);
});

test("the address that frames come from can be changed while they come", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  await add(make, { COMPUTE_STATISTICS: 1 }, { portName: "STATS" });
  const next = await add(make, {}, { portName: "NEXT", arrayPort: "STATS" });
  camera.emit(makeFrame(pool, 1));
  assert.deepEqual([shown(next, "ARRAY_COUNTER"), shown(next, "ARRAY_SIZE_X")], [1, 4]);
  await put(next, "NDARRAY_ADDR", 1);
  camera.emit(makeFrame(pool, 2));
  assert.deepEqual([shown(next, "ARRAY_COUNTER"), shown(next, "ARRAY_SIZE_X")], [2, 23]);
});
