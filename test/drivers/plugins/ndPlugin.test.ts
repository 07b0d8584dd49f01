import assert from "node:assert/strict";
import { test } from "node:test";
import { ArrayPorts } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { NDPluginROI } from "../../../src/drivers/plugins/ndPluginROI.js";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { collectIds, FrameSource, makeFrame, put, shown, waitFor } from "./frames.js";

function chain(options: { queueSize?: number; blocking?: boolean; source?: string } = {}) {
  const arrayPorts = new ArrayPorts();
  const pool = new NDArrayPool();
  const camera = new FrameSource("CAM");
  arrayPorts.add(camera);
  const plugin = new NDPluginROI({
    portName: "ROI1",
    queueSize: options.queueSize ?? 5,
    blocking: options.blocking ?? false,
    arrayPort: options.source ?? "CAM",
    arrayAddress: 0,
    arrayPorts,
    pool,
  });
  arrayPorts.add(plugin);
  return { arrayPorts, pool, camera, plugin };
}

test("a plugin takes no frame until its callbacks are enabled", async () => {
  const { camera, plugin, pool } = chain({ blocking: true });
  camera.emit(makeFrame(pool, 1));
  await put(plugin, "ENABLE_CALLBACKS", 1);
  camera.emit(makeFrame(pool, 2));
  assert.equal(shown(plugin, "UNIQUE_ID"), 2);
  assert.equal(shown(plugin, "ARRAY_COUNTER"), 1);
});

test("the parameters tell what the last frame is", async () => {
  const { camera, plugin, pool } = chain({ blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  camera.emit(makeFrame(pool, 7, { sizeX: 4, sizeY: 3, dataType: "UInt16" }));
  const names = [
    "ARRAY_SIZE_X",
    "ARRAY_SIZE_Y",
    "ARRAY_NDIMENSIONS",
    "DATA_TYPE",
    "TIME_STAMP",
    "EPICS_TS_SEC",
  ];
  assert.deepEqual(
    names.map((name) => shown(plugin, name)),
    [4, 3, 2, 3, 1007.5, 1007],
  );
  assert.deepEqual(Array.from((shown(plugin, "ARRAY_DIMENSIONS") as Int32Array).slice(0, 3)), [4, 3, 0]);
});

test("queued frames come out in order", async () => {
  const { camera, plugin, pool } = chain({ queueSize: 10 });
  const ids = collectIds(plugin);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  await waitFor(plugin, "ARRAY_COUNTER", 5);
  assert.deepEqual(ids, [1, 2, 3, 4, 5]);
});

test("frames that find the queue full are dropped and counted", async () => {
  const { camera, plugin, pool } = chain({ queueSize: 2 });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  assert.equal(shown(plugin, "DROPPED_ARRAYS"), 3);
  assert.equal(shown(plugin, "QUEUE_FREE"), 0);
  await waitFor(plugin, "QUEUE_FREE", 2);
});

test("with blocking callbacks nothing is queued or dropped", async () => {
  const { camera, plugin, pool } = chain({ queueSize: 1, blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  assert.equal(shown(plugin, "ARRAY_COUNTER"), 5);
  assert.equal(shown(plugin, "DROPPED_ARRAYS"), 0);
});

test("frames within MinCallbackTime are passed over", async () => {
  const { camera, plugin, pool } = chain({ blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "MIN_CALLBACK_TIME", 60);
  camera.emit(makeFrame(pool, 1));
  camera.emit(makeFrame(pool, 2));
  assert.equal(shown(plugin, "UNIQUE_ID"), 1);
});

test("NDArrayPort can be changed while frames flow", async () => {
  const { arrayPorts, camera, plugin, pool } = chain({ blocking: true });
  const other = new FrameSource("CAM2");
  arrayPorts.add(other);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "NDARRAY_PORT", "CAM2");
  camera.emit(makeFrame(pool, 1));
  other.emit(makeFrame(pool, 2));
  assert.equal(shown(plugin, "UNIQUE_ID"), 2);
  assert.equal(camera.consumers.size, 0);
});

test("a port that is made later is listened to from then on", async () => {
  const { arrayPorts, plugin, pool } = chain({ blocking: true, source: "LATE" });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  const late = new FrameSource("LATE");
  arrayPorts.add(late);
  late.emit(makeFrame(pool, 9));
  assert.equal(shown(plugin, "UNIQUE_ID"), 9);
});

test("a plugin that listens to itself gets nothing", async () => {
  const { plugin, camera, pool } = chain({ blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "NDARRAY_PORT", "ROI1");
  camera.emit(makeFrame(pool, 1));
  assert.equal(shown(plugin, "ARRAY_COUNTER"), 0);
});

test("ProcessPlugin handles the last frame again", async () => {
  const { plugin, camera, pool } = chain({ blocking: true });
  const ids = collectIds(plugin);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  camera.emit(makeFrame(pool, 4));
  await put(plugin, "PROCESS_PLUGIN", 1);
  assert.deepEqual(ids, [4, 4]);
});

test("the region's parameters show what fits the frame", async () => {
  const { plugin, camera, pool } = chain({ blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "DIM0_MIN", 2);
  await put(plugin, "DIM0_SIZE", 100);
  camera.emit(makeFrame(pool, 1));
  assert.deepEqual([shown(plugin, "DIM0_SIZE"), shown(plugin, "ARRAY_SIZE_X")], [2, 2]);
});

test("a frame size asked for comes back when larger frames arrive", async () => {
  const { plugin, camera, pool } = chain({ blocking: true });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "DIM0_SIZE", 6);
  camera.emit(makeFrame(pool, 1, { sizeX: 4 }));
  camera.emit(makeFrame(pool, 2, { sizeX: 8 }));
  assert.equal(shown(plugin, "DIM0_SIZE"), 6);
});

test("no frame is held once callbacks are disabled and the queue is empty", async () => {
  const { arrayPorts, plugin, camera, pool } = chain({ queueSize: 10 });
  const stats = new NDPluginStats({
    portName: "STATS1",
    queueSize: 10,
    blocking: false,
    arrayPort: "ROI1",
    arrayAddress: 0,
    arrayPorts,
    pool,
  });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "DIM0_BIN", 2);
  await put(stats, "ENABLE_CALLBACKS", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  await waitFor(stats, "ARRAY_COUNTER", 5);
  await put(plugin, "ENABLE_CALLBACKS", 0);
  await put(stats, "ENABLE_CALLBACKS", 0);
  assert.equal(pool.inUse, 0);
  assert.equal(pool.queued$.value, 0);
});

test("a plugin that closes gives up every frame", async () => {
  const { plugin, camera, pool } = chain({ queueSize: 10 });
  await put(plugin, "ENABLE_CALLBACKS", 1);
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id));
  plugin.close();
  assert.equal(pool.inUse, 0);
});

test("frames beyond MaxByteRate are not passed on, and counted", async () => {
  const { plugin, camera, pool } = chain({ blocking: true });
  const ids = collectIds(plugin);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  await put(plugin, "MAX_BYTE_RATE", 30);
  for (let id = 1; id <= 3; id++) camera.emit(makeFrame(pool, id));
  assert.deepEqual(ids, [1]);
  assert.equal(shown(plugin, "DROPPED_OUTPUT_ARRAYS"), 2);
});
