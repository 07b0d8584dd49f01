import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { File, ready } from "h5wasm/node";
import { filter, firstValueFrom, map, Subject, take, timeout, toArray } from "rxjs";
import { PixelFormat, TriggerMode } from "../../../src/drivers/camera/cameraParameters.js";
import type { Illumination } from "../../../src/drivers/camera/frameSource.js";
import { SimulatedCamera } from "../../../src/drivers/camera/simulatedCamera.js";
import type { NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import type { TriggerPulse } from "../../../src/drivers/pso/positionOutput.js";
import { systemClock } from "../../../src/drivers/stage/clock.js";
import { needsShared, sharedDirectory } from "../../support/paths.js";

const cameras: SimulatedCamera[] = [];
after(() => {
  for (const camera of cameras) camera.close();
});

interface Rig {
  readonly camera: SimulatedCamera;
  readonly triggers$: Subject<TriggerPulse>;
  readonly pool: NDArrayPool;
  illumination: Illumination;
}

async function rig(options: { pluginsIdle?: () => Promise<void> } = {}): Promise<Rig> {
  const triggers$ = new Subject<TriggerPulse>();
  const pool = new NDArrayPool();
  const state: Rig = {
    triggers$,
    pool,
    illumination: "projection",
    camera: new SimulatedCamera({
      portName: "SP1",
      pool,
      source: { kind: "phantom", size: 32 },
      triggers$,
      angleAt: (time) => time,
      illumination: () => state.illumination,
      ...options,
    }),
  };
  cameras.push(state.camera);
  await state.camera.ready;
  state.camera.params.ACQ_TIME.write(0.002);
  state.camera.params.ACQ_PERIOD.write(0.002);
  return state;
}

/** Frames as numbers, because a frame is only valid while it is delivered. */
const describe = (array: NDArray) => ({
  uniqueId: array.uniqueId,
  theta: array.attributes.find(({ name }) => name === "StageAngle")?.value,
  mean: Array.from(array.data, Number).reduce((a, b) => a + b, 0) / array.data.length,
});

const frames = (camera: SimulatedCamera, count: number) => {
  const seen: ReturnType<typeof describe>[] = [];
  return new Promise<typeof seen>((resolve, reject) => {
    camera.arrays$.pipe(take(count), timeout(5000)).subscribe({
      next: (array) => seen.push(describe(array)),
      complete: () => resolve(seen),
      error: reject,
    });
  });
};

const until = (parameter: { value$: import("rxjs").Observable<number> }, wanted: number) =>
  firstValueFrom(
    parameter.value$.pipe(
      filter((value) => value === wanted),
      timeout(5000),
    ),
  );

/** Triggers `interval` seconds apart that begin now; the sensor sees their nominal times. */
function trigger({ triggers$ }: Rig, count: number, interval: number): void {
  const start = systemClock.now();
  for (let i = 0; i < count; i++) triggers$.next({ time: start + i * interval, position: i * 1.5 });
}

test("Multiple takes NumImages frames with ids from 1, then Acquire and AcquireBusy return to 0", async () => {
  const { camera } = await rig();
  const { params } = camera;
  params.IMAGE_MODE.write(1);
  params.NIMAGES.write(3);
  for (let acquisition = 0; acquisition < 2; acquisition++) {
    const taken = frames(camera, 3);
    params.ACQUIRE.write(1);
    assert.equal(params.ACQUIRE_BUSY.value, 1);
    assert.deepEqual(
      (await taken).map(({ uniqueId }) => uniqueId),
      [1, 2, 3],
    );
    await until(params.ACQUIRE_BUSY, 0);
    assert.equal(params.ACQUIRE.value, 0);
    assert.equal(params.NIMAGES_COUNTER.value, 3);
  }
  assert.equal(params.ARRAY_COUNTER.value, 6);
});

test("a triggered camera takes one frame per pulse, at the pulse's angle", async () => {
  const state = await rig();
  const { params } = state.camera;
  params.TRIGGER_MODE.write(TriggerMode.On);
  const taken = frames(state.camera, 5);
  params.ACQUIRE.write(1);
  await Promise.resolve();
  trigger(state, 5, 0.01);
  assert.deepEqual(
    (await taken).map(({ theta }) => theta),
    [0, 1.5, 3, 4.5, 6],
  );
  assert.equal(params.SP_DROPPED_FRAME_COUNT.value, 0);
  await params.ACQUIRE.write(0);
  await until(params.ACQUIRE_BUSY, 0);
});

test("triggers that come during an exposure are dropped and counted", async () => {
  const state = await rig();
  const { params } = state.camera;
  params.TRIGGER_MODE.write(TriggerMode.On);
  params.ACQ_TIME.write(0.01);
  const taken = frames(state.camera, 4);
  params.ACQUIRE.write(1);
  await Promise.resolve();
  trigger(state, 8, 0.006);
  assert.deepEqual(
    (await taken).map(({ uniqueId, theta }) => [uniqueId, theta]),
    [
      [1, 0],
      [2, 3],
      [3, 6],
      [4, 9],
    ],
  );
  assert.equal(params.SP_DROPPED_FRAME_COUNT.value, 4);
});

test("frames are dark without beam, brighter with the sample, brightest without it", async () => {
  const state = await rig();
  const { params } = state.camera;
  params.IMAGE_MODE.write(0);
  const means: number[] = [];
  for (const illumination of ["dark", "projection", "flat"] as const) {
    state.illumination = illumination;
    const taken = frames(state.camera, 1);
    params.ACQUIRE.write(1);
    means.push((await taken)[0]?.mean ?? 0);
    await until(params.ACQUIRE_BUSY, 0);
  }
  assert.deepEqual(
    means,
    means.toSorted((a, b) => a - b),
  );
  assert.ok((means[1] ?? 0) > (means[0] ?? 0) + 50);
});

test("a stop during a long exposure gives the frame up, and every frame goes back to the pool", async () => {
  const { camera, pool } = await rig();
  camera.params.ACQ_TIME.write(100);
  camera.params.ACQUIRE.write(1);
  await firstValueFrom(
    camera.params.SP_STARTED_FRAME_COUNT.value$.pipe(
      filter((n) => n === 1),
      timeout(5000),
    ),
  );
  await camera.params.ACQUIRE.write(0);
  assert.equal(camera.params.NIMAGES_COUNTER.value, 0);
  assert.equal(pool.inUse, 0);
});

test("AcquireBusy waits for the plugins when WaitForPlugins is Yes", async () => {
  let release = () => {};
  const idle = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { camera } = await rig({ pluginsIdle: () => idle });
  camera.params.WAIT_FOR_PLUGINS.write(1);
  camera.params.IMAGE_MODE.write(0);
  camera.params.ACQUIRE.write(1);
  await until(camera.params.ACQUIRE, 0);
  assert.equal(camera.params.ACQUIRE_BUSY.value, 1);
  release();
  await until(camera.params.ACQUIRE_BUSY, 0);
});

test("pixel format, region and binning show in the frames", async () => {
  const { camera } = await rig();
  const { params } = camera;
  params.GC_PIXEL_FORMAT.write(PixelFormat.Mono8);
  params.MIN_X.write(4);
  params.SIZE_X.write(20);
  params.SIZE_Y.write(99);
  params.BIN_Y.write(2);
  assert.deepEqual([params.SIZE_Y.value, params.ARRAY_SIZE_X.value, params.ARRAY_SIZE_Y.value], [32, 20, 16]);
  params.IMAGE_MODE.write(0);
  const shapes = firstValueFrom(camera.arrays$.pipe(take(1), toArray(), timeout(5000))).then(([array]) => [
    array?.dataType,
    array?.dimensions.map(({ size }) => size),
  ]);
  params.ACQUIRE.write(1);
  assert.deepEqual(await shapes, ["UInt8", [20, 16]]);
});

test("a phantom camera knows its size at once, before its thread runs", () => {
  const camera = new SimulatedCamera({
    portName: "SP8",
    pool: new NDArrayPool(),
    source: { kind: "phantom", size: 48 },
    triggers$: new Subject(),
    angleAt: () => 0,
    illumination: () => "flat",
  });
  cameras.push(camera);
  assert.deepEqual([camera.params.SIZE_X.value, camera.params.ARRAY_SIZE.value], [48, 48 * 48 * 2]);
});

test("a recorded measurement comes through the camera bit for bit", needsShared, async () => {
  const file = join(sharedDirectory, "data", "tooth.h5");
  const triggers$ = new Subject<TriggerPulse>();
  const camera = new SimulatedCamera({
    portName: "SP7",
    pool: new NDArrayPool(),
    source: { kind: "replay", file },
    triggers$,
    angleAt: () => 0,
    illumination: () => "projection",
  });
  cameras.push(camera);
  await camera.ready;
  const { params } = camera;
  params.ACQ_TIME.write(0.001);
  params.TRIGGER_MODE.write(TriggerMode.On);
  params.ACQUIRE.write(1);
  await Promise.resolve();
  const taken: { type: string; data: unknown }[] = [];
  const all = firstValueFrom(
    camera.arrays$.pipe(
      map((array) => taken.push({ type: array.dataType, data: Float32Array.from(array.data, Number) })),
      filter((count) => count === 3),
      timeout(5000),
    ),
  );
  const start = systemClock.now();
  for (const index of [0, 90, 180])
    triggers$.next({ time: start + index / 1000, position: (index * 180) / 181 });
  await all;
  await ready;
  const recorded = new File(file, "r").get("exchange/data");
  assert.ok(recorded !== null && "slice" in recorded);
  for (const [position, index] of [0, 90, 180].entries())
    assert.deepEqual(taken[position], {
      type: "Float32",
      data: recorded.slice([[index, index + 1], [], []]),
    });
});

test("a source that cannot be opened shows in the detector state and stops an acquisition", async () => {
  const camera = new SimulatedCamera({
    portName: "SP9",
    pool: new NDArrayPool(),
    source: { kind: "replay", file: "/nowhere.h5" },
    triggers$: new Subject(),
    angleAt: () => 0,
    illumination: () => "flat",
  });
  cameras.push(camera);
  await assert.rejects(camera.ready, /nowhere\.h5/);
  assert.match(camera.params.STATUS_MESSAGE.value ?? "", /nowhere\.h5/);
  camera.params.ACQUIRE.write(1);
  await until(camera.params.ACQUIRE, 0);
  await until(camera.params.ACQUIRE_BUSY, 0);
});
