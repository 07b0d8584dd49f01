import assert from "node:assert/strict";
import { test } from "node:test";
import { imageDimensions } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";

const frame = (sizeX: number, sizeY: number) =>
  ({
    uniqueId: 1,
    timeStamp: 0,
    epicsTimestamp: { seconds: 0, nanoseconds: 0 },
    dataType: "UInt16",
    dimensions: imageDimensions(sizeX, sizeY),
    attributes: [],
  }) as const;

test("memory is reused once every holder has released the frame", () => {
  const pool = new NDArrayPool();
  const first = pool.allocate(frame(8, 4));
  first?.retain();
  first?.release();
  assert.notEqual(pool.allocate(frame(8, 4))?.buffer, first?.buffer);
  first?.release();
  assert.equal(pool.allocate(frame(8, 4))?.buffer, first?.buffer);
});

test("an exhausted pool answers undefined and recovers after a release", () => {
  const pool = new NDArrayPool(64);
  const held = pool.allocate(frame(8, 4));
  assert.equal(pool.allocate(frame(8, 4)), undefined);
  held?.release();
  assert.notEqual(pool.allocate(frame(4, 4)), undefined);
});

test("a frame released twice is an error that names it", () => {
  const array = new NDArrayPool().allocate(frame(2, 2));
  array?.release();
  assert.throws(() => array?.release(), /NDArray 1 was released twice/);
});

test("the pool is idle once every queued frame is done with", async () => {
  const pool = new NDArrayPool();
  pool.countQueued(1);
  let idle = false;
  const waiting = pool.whenIdle().then(() => {
    idle = true;
  });
  await Promise.resolve();
  assert.equal(idle, false);
  pool.countQueued(-1);
  await waiting;
  assert.equal(idle, true);
});
