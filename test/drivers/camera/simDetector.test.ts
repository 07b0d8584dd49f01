import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, map, type Observable, take, timeout, toArray } from "rxjs";
import { SimDetector } from "../../../src/drivers/camera/simDetector.js";
import { SimMode } from "../../../src/drivers/camera/simImage.js";
import type { NDArray, NDDataType } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { put } from "../plugins/frames.js";

function detector(t: TestContext, dataType: NDDataType = "UInt8", pool = new NDArrayPool()) {
  const camera = new SimDetector({ portName: "SIM1", maxSizeX: 8, maxSizeY: 4, dataType, pool });
  t.after(() => camera.close());
  return camera;
}

const FAST = { ACQ_TIME: 0, ACQ_PERIOD: 0, GAIN: 1, IMAGE_MODE: 1, ARRAY_CALLBACKS: 1 };

/** What is taken when parameters are written in this order and then Acquire. */
async function frames<V>(
  camera: SimDetector,
  count: number,
  values: Readonly<Record<string, number>>,
  show: (frame: NDArray) => V,
): Promise<V[]> {
  for (const [name, value] of Object.entries({ ...FAST, NIMAGES: count, ...values }))
    await put(camera, name, value);
  const taken = firstValueFrom(camera.arrays$.pipe(map(show), take(count), toArray(), timeout(30_000)));
  await put(camera, "ACQUIRE", 1);
  return taken;
}

const idle = (busy$: Observable<number>) =>
  firstValueFrom(
    busy$.pipe(
      filter((busy) => busy === 0),
      timeout(30_000),
    ),
  );

const pixels = ({ data }: NDArray) => Array.from(data, Number);

test("a ramp begins with gain x (GainX x column + GainY x row) and grows by gain with each frame", async (t) => {
  const camera = detector(t);
  const [first, second] = await frames(camera, 2, { GAIN: 2, SIM_GAIN_Y: 10 }, pixels);
  assert.deepEqual(first?.slice(0, 10), [0, 2, 4, 6, 8, 10, 12, 14, 20, 22]);
  assert.deepEqual(second?.slice(0, 3), [2, 4, 6]);
  await idle(camera.params.ACQUIRE_BUSY.value$);
  const { ACQUIRE, STATUS_MESSAGE, NIMAGES_COUNTER, ARRAY_COUNTER } = camera.params;
  assert.deepEqual(
    [ACQUIRE.value, STATUS_MESSAGE.value, NIMAGES_COUNTER.value, ARRAY_COUNTER.value],
    [0, "Waiting for acquisition", 2, 2],
  );
});

test("a change of what is drawn begins anew, and unsigned bytes wrap", async (t) => {
  const camera = detector(t);
  await frames(camera, 3, {}, pixels);
  await idle(camera.params.ACQUIRE_BUSY.value$);
  const [first] = await frames(camera, 1, { GAIN: 40 }, pixels);
  assert.deepEqual(first?.slice(0, 8), [0, 40, 80, 120, 160, 200, 240, 24]);
});

test("a peak stands where it is put", async (t) => {
  const camera = detector(t, "Float64");
  const values = {
    SIM_MODE: SimMode.Peaks,
    GAIN: 100,
    SIM_PEAK_START_X: 5,
    SIM_PEAK_START_Y: 2,
    SIM_PEAK_WIDTH_X: 1,
    SIM_PEAK_WIDTH_Y: 1,
  };
  const [frame = []] = await frames(camera, 1, values, pixels);
  assert.equal(frame.indexOf(Math.max(...frame)), 2 * 8 + 5);
  assert.equal(frame[2 * 8 + 5], 100);
  assert.equal(frame[2 * 8 + 4], 100 * Math.exp(-0.5));
});

test("waves go on from frame to frame", async (t) => {
  const camera = detector(t, "Float64");
  const values = {
    SIM_MODE: SimMode.Sine,
    SIM_XSINE1_AMPLITUDE: 3,
    SIM_XSINE1_FREQUENCY: 0.5,
    SIM_OFFSET: 10,
  };
  const [first = [], second = []] = await frames(camera, 2, values, pixels);
  assert.equal(first[0], 10);
  assert.ok(Math.abs((first[4] ?? 0) - (10 + 3 * Math.sin(Math.PI / 4 + Math.PI / 4))) < 3);
  assert.ok(Math.abs((second[4] ?? 0) - 7) < 3);
  assert.ok((second[4] ?? 0) < 10, "the second half of the wave");
});

test("noise lies between the offset and the offset plus the noise", async (t) => {
  const camera = detector(t, "UInt16");
  const values = { SIM_MODE: SimMode.OffsetNoise, SIM_OFFSET: 100, SIM_NOISE: 20 };
  const [frame = []] = await frames(camera, 1, values, pixels);
  assert.ok(frame.every((value) => value >= 100 && value < 120));
});

test("color images have the color where their mode puts it", async (t) => {
  for (const [mode, expected] of [
    [2, [3, 8, 4]],
    [3, [8, 3, 4]],
    [4, [8, 4, 3]],
  ] as const) {
    const camera = detector(t);
    const sizes = ({ dimensions, attributes }: NDArray) => ({
      sizes: dimensions.map(({ size }) => size),
      mode: attributes.find(({ name }) => name === "ColorMode")?.value,
    });
    const seen = await frames(camera, 1, { COLOR_MODE: mode }, sizes);
    assert.deepEqual(seen, [{ sizes: [...expected], mode }]);
    assert.deepEqual([camera.params.ARRAY_SIZE_X.value, camera.params.ARRAY_SIZE_Y.value], [8, 4]);
  }
});

test("region, binning and reversal apply, and what does not fit is corrected", async (t) => {
  const camera = detector(t, "UInt16");
  const values = { MIN_X: 2, SIZE_X: 99, BIN_X: 2, SIZE_Y: 1, REVERSE_X: 1 };
  const [frame] = await frames(camera, 1, values, pixels);
  // Columns 2 to 7 in pairs, from the right.
  assert.deepEqual(frame, [13, 9, 5]);
  assert.equal(camera.params.SIZE_X.value, 6);
});

test("a stop ends an exposure; every frame goes back to the pool", async (t) => {
  const pool = new NDArrayPool();
  const camera = detector(t, "UInt8", pool);
  for (const [name, value] of Object.entries({ ...FAST, ACQ_TIME: 1000, IMAGE_MODE: 2 }))
    await put(camera, name, value);
  await put(camera, "ACQUIRE", 1);
  assert.equal(camera.params.ACQUIRE_BUSY.value, 1);
  await put(camera, "ACQUIRE", 0);
  await idle(camera.params.ACQUIRE_BUSY.value$);
  assert.equal(camera.params.STATUS_MESSAGE.value, "Acquisition stopped");
  assert.equal(pool.inUse, 0);
});
