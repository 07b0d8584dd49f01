import assert from "node:assert/strict";
import { after, test } from "node:test";
import { firstValueFrom, take, toArray } from "rxjs";
import {
  bytesPerElement,
  ND_DATA_TYPES,
  type NDDataType,
  viewOf,
  wholeAxis,
} from "../../../src/drivers/ndarray/ndArray.js";
import { NDPluginProcess } from "../../../src/drivers/plugins/ndPluginProcess.js";
import { NDPluginROI } from "../../../src/drivers/plugins/ndPluginROI.js";
import { NDPluginStats } from "../../../src/drivers/plugins/ndPluginStats.js";
import { OVERLAY_SHAPES } from "../../../src/drivers/plugins/overlayDrawing.js";
import { finallyDo, OrderedTasks } from "../../../src/drivers/plugins/tasks/orderedTasks.js";
import {
  performTask,
  type TaskName,
  type TaskRequest,
} from "../../../src/drivers/plugins/tasks/taskTable.js";
import { TaskWorkers } from "../../../src/drivers/plugins/tasks/taskWorkers.js";
import { makeFrame, put, shown } from "./frames.js";
import { pluginRig } from "./rig.js";

const SIZE_X = 40;
const SIZE_Y = 30;
const PIXELS = SIZE_X * SIZE_Y;
/** A frame that is not computed in the call that delivers it. */
const LARGE = { sizeX: 320, sizeY: 240 };
const LARGE_PIXELS = LARGE.sizeX * LARGE.sizeY;
const dimensions = [wholeAxis(SIZE_X), wholeAxis(SIZE_Y)];

const workers = new TaskWorkers(2);
after(() => workers.terminate());

/** Memory as a frame's: shared, with pixels that differ from each other. */
function pixels(dataType: NDDataType, seed = 0, length = PIXELS) {
  const data = viewOf(dataType, new SharedArrayBuffer(length * 8), length);
  for (let index = 0; index < length; index++) {
    const value = (index * 37 + seed * 101 + (index % 251)) % 113;
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(value);
    else data[index] = value;
  }
  return data;
}

const SETTINGS = {
  zlibLevel: 6,
  bloscCompressor: "lz4",
  bloscLevel: 5,
  bloscShuffle: 1,
  blockSize: 0,
} as const;

/** One request for each task, with memory of its own. */
const REQUESTS: { readonly [N in TaskName]: (dataType: NDDataType) => TaskRequest<N> } = {
  measure: (dataType) => ({
    data: pixels(dataType),
    dimensions,
    statistics: { backgroundWidth: 3 },
    centroid: { threshold: 20 },
    profiles: { x: 10, y: 20 },
    histogram: { bins: 50, minimum: 10, maximum: 90 },
  }),
  badPixels: (dataType) => ({
    from: pixels(dataType),
    to: pixels(dataType, 1),
    pixels: [{ x: 3, y: 4, mode: "median", halfX: 2, halfY: 1 }],
    x: wholeAxis(SIZE_X),
    y: wholeAxis(SIZE_Y),
  }),
  fourier: (dataType) => ({ from: pixels(dataType), sizeX: SIZE_X, sizeY: SIZE_Y, suppressDC: false }),
  colors: (dataType) => ({
    from: pixels(dataType),
    to: pixels(dataType, 1, 3 * PIXELS),
    sizeX: SIZE_X,
    sizeY: SIZE_Y,
    input: { x: 1, y: SIZE_X, color: 0 },
    output: { x: 3, y: 3 * SIZE_X, color: 1 },
    conversion: { kind: "bayer", column: 1, row: 0 },
  }),
  overlay: (dataType) => ({
    from: pixels(dataType),
    to: pixels(dataType, 1),
    sizeX: SIZE_X,
    sizeY: SIZE_Y,
    strides: { x: 1, y: SIZE_X, color: 0 },
    overlays: OVERLAY_SHAPES.map((shape, index) => ({
      shape,
      x: 2 + index,
      y: 3,
      sizeX: 30,
      sizeY: 20,
      widthX: 2,
      widthY: 3,
      isXor: index % 2 === 0,
      color: [1, 100 + index, 3],
      text: "Tomo",
      font: 2,
    })),
  }),
  jpeg: (dataType) => ({
    data: pixels(dataType),
    sizeX: SIZE_X,
    sizeY: SIZE_Y,
    strides: { x: 1, y: SIZE_X, color: 0 },
    quality: 80,
  }),
  pack: (dataType) => ({
    data: pixels(dataType),
    elementBytes: bytesPerElement(dataType),
    by: { codec: "bslz4", settings: SETTINGS },
    to: new Uint8Array(new SharedArrayBuffer(PIXELS * 9)),
  }),
  unpack: (dataType) => ({
    codec: "lz4",
    bytes: new Uint8Array(new SharedArrayBuffer(100)).fill(7),
    elementBytes: bytesPerElement(dataType),
    colors: 1,
    to: pixels(dataType, 1),
  }),
  region: (dataType) => ({
    from: pixels(dataType),
    sizes: [SIZE_X, SIZE_Y],
    axes: [
      { min: 1, size: 36, binning: 3, reverse: true, count: 12 },
      { min: 2, size: 20, binning: 2, reverse: false, count: 10 },
    ],
    scale: 6,
    to: pixels(dataType, 1, 120),
  }),
  regions: (dataType) => ({
    data: pixels(dataType),
    rowLength: SIZE_X,
    isLine: false,
    regions: [
      { minX: 3, minY: 4, sizeX: 20, sizeY: 10, backgroundWidth: 2 },
      { minX: 0, minY: 0, sizeX: SIZE_X, sizeY: SIZE_Y, backgroundWidth: 0 },
    ],
  }),
  orient: (dataType) => ({
    from: pixels(dataType),
    dimensions,
    layout: { x: 0, y: 1, color: 2 },
    orientation: "Rot90Mirror",
    to: pixels(dataType, 1),
  }),
  correct: (dataType) => ({
    from: pixels(dataType),
    background: pixels("UInt8", 2),
    flatField: { pixels: pixels("Float32", 3), scale: 50 },
    offsetScale: { offset: 1.5, scale: 1.25 },
    highClip: { threshold: 100, value: 99 },
    lowClip: { threshold: 2, value: 3 },
    filter: {
      coefficients: {
        oOffset: 0,
        oScale: 1,
        oc: [1, -1, 0, 1],
        fOffset: 0,
        fScale: 1,
        fc: [1, -1, 0, 1],
        rOffset: 0,
        rc: [0, 1],
      },
      memory: new Float64Array(new SharedArrayBuffer(PIXELS * 8)).fill(7),
      isNew: false,
      reset: false,
      filtered: 3,
    },
    to: pixels(dataType, 1),
    wantsRange: true,
  }),
};

async function agree<N extends TaskName>(name: N, dataType: NDDataType): Promise<void> {
  const [here, there] = [REQUESTS[name](dataType), REQUESTS[name](dataType)];
  assert.deepEqual(
    await workers.run(name, there),
    await performTask(name, here),
    `the result for ${dataType}`,
  );
  assert.deepEqual(there, here, `the memory written for ${dataType}`);
}

for (const name of [
  "colors",
  "correct",
  "jpeg",
  "measure",
  "orient",
  "overlay",
  "region",
  "regions",
] as const)
  test(`${name}: a worker computes what a call does, for each type of pixel`, async () => {
    for (const dataType of ND_DATA_TYPES) await agree(name, dataType);
  });

test("results are used in the order in which they were asked for", async () => {
  const tasks = new OrderedTasks();
  const used: number[] = [];
  const slow = REQUESTS.measure("Float64");
  const quick = { ...slow, data: slow.data.subarray(0, 4), dimensions: [wholeAxis(2), wholeAxis(2)] };
  const all = [slow, quick, slow, quick].map((request, index) =>
    tasks.run("measure", request, index === 3, () => void used.push(index)),
  );
  all.push(tasks.after(() => used.push(4)));
  await Promise.all(all);
  assert.deepEqual(used, [0, 1, 2, 3, 4]);
  assert.equal(
    tasks.run("measure", quick, true, () => {}),
    undefined,
    "nothing is under way any more: in the call",
  );
});

test("a task that fails tells why, and the worker goes on", async () => {
  const request = { ...REQUESTS.orient("UInt8"), to: pixels("Int64") };
  await assert.rejects(workers.run("orient", request), /within one type/);
  await agree("orient", "UInt8");
});

test("what has to be done in the end is done, however it ends", async () => {
  const done: string[] = [];
  const end = (how: string) => () => void done.push(how);
  finallyDo(() => {}, end("returned"));
  assert.throws(() =>
    finallyDo(() => {
      throw new Error("thrown");
    }, end("thrown")),
  );
  await assert.rejects(Promise.resolve(finallyDo(() => Promise.reject(new Error("later")), end("rejected"))));
  assert.deepEqual(done, ["returned", "thrown", "rejected"]);
});

test("large frames are computed beside the main thread, in their order, with as many at once as NumThreads", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const setup = { blocking: false, queueSize: 20, maxThreads: 3 };
  const region = {
    DIM0_ENABLE: 1,
    DIM0_SIZE: 1000,
    DIM1_ENABLE: 1,
    DIM1_SIZE: 1000,
    DIM1_BIN: 2,
    NUM_THREADS: 3,
  };
  const roi = await add((given) => new NDPluginROI(given), region, setup);
  const ten = firstValueFrom(roi.arrays$.pipe(take(10), toArray()));
  const firstPixels: number[] = [];
  roi.arrays$.subscribe(({ data }) => firstPixels.push(Number(data[0])));
  for (let id = 1; id <= 10; id++) camera.emit(makeFrame(pool, id, { ...LARGE, fill: () => id }));
  assert.equal(shown(roi, "QUEUE_FREE"), 10);
  assert.deepEqual(
    (await ten).map(({ uniqueId }) => uniqueId),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  assert.deepEqual(firstPixels, [2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  await pool.whenIdle();
  assert.deepEqual([shown(roi, "QUEUE_FREE"), shown(roi, "DROPPED_ARRAYS")], [20, 0]);
});

test("frames that come while the workers compute fill the queue, and are dropped when it is full", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add(
    (given) => new NDPluginStats(given),
    { COMPUTE_STATISTICS: 1 },
    { blocking: false, queueSize: 2 },
  );
  for (let id = 1; id <= 5; id++) camera.emit(makeFrame(pool, id, { ...LARGE, fill: () => id }));
  assert.deepEqual([shown(stats, "DROPPED_ARRAYS"), shown(stats, "QUEUE_FREE")], [3, 0]);
  await pool.whenIdle();
  assert.deepEqual([shown(stats, "ARRAY_COUNTER"), shown(stats, "MAX_VALUE")], [2, 2]);
});

test("with blocking callbacks a large frame is through when the call that delivers it returns", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const stats = await add((given) => new NDPluginStats(given), { COMPUTE_STATISTICS: 1 });
  camera.emit(makeFrame(pool, 1, { ...LARGE, fill: () => 5 }));
  assert.equal(shown(stats, "TOTAL"), 5 * LARGE_PIXELS);
});

test("a filter over successive frames is the same beside the main thread as in it", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const values = {
    PROCESS_DATA_TYPE: 9,
    ENABLE_FILTER: 1,
    NUM_FILTER: 10,
    FILTER_OC1: 1,
    FILTER_OC2: -1,
    FILTER_OC4: 1,
    FILTER_FC1: 1,
    FILTER_FC2: -1,
    FILTER_FC4: 1,
    FILTER_OSCALE: 1,
    FILTER_FSCALE: 1,
    FILTER_RC2: 1,
  };
  const process = await add((given) => new NDPluginProcess(given), values, { blocking: false });
  const means: number[] = [];
  process.arrays$.subscribe(({ data }) => means.push(Number(data[LARGE_PIXELS - 1])));
  for (const value of [3, 5, 7]) camera.emit(makeFrame(pool, value, { ...LARGE, fill: () => value }));
  await pool.whenIdle();
  assert.deepEqual(means, [3, 4, 5]);
  assert.equal(shown(process, "NUM_FILTERED"), 3);
});

test("a background that is replaced stays in place for the frames that are being corrected by it", async (t) => {
  const { camera, pool, add } = pluginRig(t);
  const values = { PROCESS_DATA_TYPE: -1, ENABLE_BACKGROUND: 1 };
  const process = await add((given) => new NDPluginProcess(given), values, { blocking: false });
  const results: number[] = [];
  process.arrays$.subscribe(({ data }) => results.push(Number(data[LARGE_PIXELS - 1])));
  const emit = async (value: number) => {
    camera.emit(makeFrame(pool, value, { ...LARGE, fill: () => value }));
    await new Promise((resolve) => setImmediate(resolve));
  };
  await emit(10);
  await pool.whenIdle();
  await put(process, "SAVE_BACKGROUND", 1);
  await emit(30);
  await pool.whenIdle();
  await emit(50);
  await put(process, "SAVE_BACKGROUND", 1);
  // Takes the memory of the first background if nobody holds it.
  makeFrame(pool, 99, { ...LARGE, fill: () => 99 });
  await pool.whenIdle();
  assert.deepEqual(results, [10, 20, 40]);
});
