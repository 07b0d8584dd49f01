import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type NDArray, wholeAxis } from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginFFT } from "../../../src/drivers/plugins/ndPluginFFT.js";
import { makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

const near = (found: ArrayLike<number>, wanted: readonly number[]) => {
  assert.equal(found.length, wanted.length);
  for (const [index, value] of wanted.entries())
    assert.ok(
      Math.abs((found[index] ?? Number.NaN) - value) < 1e-9,
      `${index}: ${found[index]}, not ${value}`,
    );
};

async function rig(t: TestContext, values: Readonly<Record<string, number>> = {}) {
  const { pool, camera, add } = pluginRig(t);
  const plugin = await add((setup) => new NDPluginFFT(setup), {
    FFT_TIME_PER_POINT: 0.1,
    FFT_NUM_AVERAGE: 1,
    ARRAY_CALLBACKS: 1,
    ...values,
  });
  const frames: { id: number; sizes: number[]; data: number[] }[] = [];
  plugin.arrays$.subscribe(({ uniqueId: id, dimensions, data }) =>
    frames.push({ id, sizes: dimensions.map(({ size }) => size), data: Array.from(data, Number) }),
  );
  const series = (length: number, valueAt: (index: number) => number): NDArray => {
    const frame = pool.allocate({
      uniqueId: 9,
      timeStamp: 0,
      epicsTimestamp: { seconds: 0, nanoseconds: 0 },
      dataType: "Float64",
      dimensions: [wholeAxis(length)],
      attributes: [],
    });
    assert.ok(frame !== undefined && frame.data instanceof Float64Array);
    for (let index = 0; index < length; index++) frame.data[index] = valueAt(index);
    return frame;
  };
  const array = (name: string) => {
    const value = shown(plugin, name);
    assert.ok(value instanceof Float64Array);
    return value;
  };
  return { pool, camera, plugin, frames, series, array };
}

test("a wave is one frequency, with the sign of exp(+iwt)", async (t) => {
  const { camera, series, array } = await rig(t);
  camera.emit(series(16, (index) => 3 + 2 * Math.sin((2 * Math.PI * 2 * index) / 16)));
  near(array("FFT_ABS_VALUE"), [3, 0, 1, 0, 0, 0, 0, 0]);
  near(array("FFT_REAL"), [48, 0, 0, 0, 0, 0, 0, 0]);
  near(array("FFT_IMAGINARY"), [0, 0, 16, 0, 0, 0, 0, 0]);
});

test("SuppressDC leaves the mean out", async (t) => {
  const { camera, series, array } = await rig(t, { FFT_SUPPRESS_DC: 1 });
  camera.emit(series(16, (index) => 3 + 2 * Math.cos((2 * Math.PI * 4 * index) / 16)));
  near(array("FFT_ABS_VALUE"), [0, 0, 0, 0, 1, 0, 0, 0]);
  near(array("FFT_REAL"), [0, 0, 0, 0, 16, 0, 0, 0]);
});

test("a series is filled up with zeros to a power of two; the axes are seconds and hertz", async (t) => {
  const { camera, plugin, series, array } = await rig(t);
  camera.emit(series(6, () => 1));
  near(array("FFT_TIME_SERIES"), [1, 1, 1, 1, 1, 1, 0, 0]);
  near(array("FFT_TIME_AXIS"), [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  near(array("FFT_FREQ_AXIS"), [0, 5 / 3, 10 / 3, 5]);
  await put(plugin, "FFT_TIME_PER_POINT", 1);
  camera.emit(series(6, () => 1));
  near(array("FFT_FREQ_AXIS"), [0, 1 / 6, 1 / 3, 0.5]);
});

test("an image has frequencies of both axes; its frames are numbered anew", async (t) => {
  const { pool, camera, frames } = await rig(t);
  const fill = (index: number) =>
    10 + 4 * Math.cos((2 * Math.PI * ((index % 8) + 2 * Math.floor(index / 8))) / 8);
  for (const id of [7, 8])
    camera.emit(makeFrame(pool, id, { sizeX: 8, sizeY: 8, dataType: "Float64", fill }));
  assert.deepEqual(
    frames.map(({ id, sizes }) => [id, sizes]),
    [
      [0, [4, 4]],
      [1, [4, 4]],
    ],
  );
  // One wave along x and two along y: 4 cos is 2 at this frequency and 2 at its negative.
  near(frames[0]?.data ?? [], [10, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
});

test("several frames are averaged, until the mean is reset", async (t) => {
  const { camera, plugin, series, array } = await rig(t, { FFT_NUM_AVERAGE: 3 });
  const mean = (value: number) => {
    camera.emit(series(4, () => value));
    return array("FFT_ABS_VALUE")[0];
  };
  assert.deepEqual([mean(1), mean(3), mean(8)], [1, 2, 4]);
  assert.equal(shown(plugin, "FFT_NUM_AVERAGED"), 3);
  // From now on each frame has a third of the weight.
  near([mean(10) ?? 0], [6]);
  await put(plugin, "FFT_RESET_AVERAGE", 1);
  assert.equal(mean(5), 5);
  assert.equal(shown(plugin, "FFT_RESET_AVERAGE"), 0);
});

test("a series of another length begins a mean of its own", async (t) => {
  const { camera, series, array } = await rig(t, { FFT_NUM_AVERAGE: 5 });
  camera.emit(series(4, () => 1));
  camera.emit(series(8, () => 3));
  near(array("FFT_ABS_VALUE"), [3, 0, 0, 0]);
});
