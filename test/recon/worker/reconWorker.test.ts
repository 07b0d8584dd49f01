import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, firstValueFrom, map, scan, timeout } from "rxjs";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { imageDimensions, type NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { BACKEND_NAMES } from "../../../src/recon/backend/backend.js";
import { defaultParameters } from "../../../src/recon/solver/parameters.js";
import type { ReconResult } from "../../../src/recon/worker/messages.js";
import { ReconWorker, type ReconWorkerOptions } from "../../../src/recon/worker/reconWorker.js";
import { project } from "../support/projection.js";

const size = { width: 48, height: 20 };
const VIEWS = 60;
const theta = Float32Array.from({ length: VIEWS }, (_, i) => (i * 180) / VIEWS);
const parameters = { ...defaultParameters(size), center: 24 };
const fields = {
  dark: new Float32Array(size.width * size.height).fill(10),
  flat: new Float32Array(size.width * size.height).fill(50_010),
};

function frame(pool: NDArrayPool, index: number): NDArray {
  const array = pool.allocate({
    ...{ uniqueId: index + 1, timeStamp: index, epicsTimestamp: { seconds: index, nanoseconds: 0 } },
    ...{ dataType: "UInt16", dimensions: imageDimensions(size.width, size.height), attributes: [] },
  });
  assert.ok(array);
  const integrals = project(staticPhantom(size.width), { ...size, center: 24 }, theta[index % VIEWS] ?? 0);
  integrals.forEach((p, i) => {
    array.data[i] = 10 + 50_000 * Math.exp(-p);
  });
  return array;
}

async function withWorker(
  options: ReconWorkerOptions,
  body: (worker: ReconWorker, pool: NDArrayPool) => Promise<void>,
): Promise<void> {
  const worker = new ReconWorker({ backend: "cpu", longestWaitSeconds: 60, ...options });
  try {
    await body(worker, new NDArrayPool());
  } finally {
    await worker.close();
  }
}

const first = (worker: ReconWorker, wanted: (result: ReconResult) => boolean): Promise<ReconResult> =>
  firstValueFrom(worker.results$.pipe(filter(wanted), map(copied), timeout(30_000)));

/** The slices in memory of their own. */
function copied(result: ReconResult): ReconResult {
  const { z, y, x } = result.slices;
  return { ...result, slices: { z: z.slice(), y: y.slice(), x: x.slice() } };
}

/** A place where there is nothing but rock, and what its attenuation is. */
const inTheRock = (result: ReconResult): number => result.slices.z[20 * size.width + 36] ?? Number.NaN;
const ROCK = 0.9 / 24;

const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? Number.NaN))), 0);

test("projections handed over by handle come back as slices, and every frame is given back", async () => {
  await withWorker({ maximumUnderway: VIEWS, maximumPending: VIEWS }, async (worker, pool) => {
    worker.start({ size, theta, parameters, ...fields });
    const complete = first(worker, (result) => result.views === VIEWS);
    for (let index = 0; index < VIEWS; index++) {
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
    }
    const result = await complete;
    assert.ok(Math.abs(inTheRock(result) / ROCK - 1) < 0.08, `${inTheRock(result)}`);
    assert.equal(result.newest?.uniqueId, VIEWS);
    assert.equal(result.capacity, VIEWS);
    assert.equal(pool.inUse, 0);
    assert.deepEqual(worker.counts, { accepted: VIEWS, dropped: 0, ignored: 0 });
  });
});

test("while it keeps up, every projection is published", async () => {
  await withWorker({}, async (worker, pool) => {
    worker.start({ size, theta, parameters, ...fields });
    await worker.ready;
    const ids: number[] = [];
    for (let index = 0; index < 20; index++) {
      const shown = first(worker, (result) => result.newest?.uniqueId === index + 1);
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
      ids.push((await shown).newest?.uniqueId ?? 0);
    }
    assert.deepEqual(
      ids,
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });
});

test("slices stay as they are while they are retained, and results go on once they are released", async () => {
  await withWorker({}, async (worker, pool) => {
    worker.start({ size, theta, parameters, ...fields });
    await worker.ready;
    const held: ReconResult[] = [];
    const copies: ReconResult[] = [];
    const subscription = worker.results$.subscribe((result) => {
      held.push(result.retain());
      copies.push(copied(result));
    });
    const take = (index: number): void => {
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
    };
    for (let index = 0; index < 3; index++) {
      const shown = first(worker, (result) => result.newest?.uniqueId === index + 1);
      take(index);
      await shown;
    }
    held.forEach((result, i) => {
      assert.deepEqual(result.slices.z, copies[i]?.slices.z);
    });
    subscription.unsubscribe();
    const last = first(worker, (result) => result.newest?.uniqueId === 30);
    for (let index = 3; index < 30; index++) take(index);
    for (const result of held) result.release();
    assert.equal((await last).views, 30);
    assert.throws(() => held[0]?.release(), /released twice/);
  });
});

test("new parameters give new slices without new projections", async () => {
  await withWorker({ maximumUnderway: VIEWS, maximumPending: VIEWS }, async (worker, pool) => {
    worker.start({ size, theta, parameters, ...fields });
    const complete = first(worker, (result) => result.views === VIEWS);
    for (let index = 0; index < VIEWS; index++) {
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
    }
    const before = await complete;
    worker.setParameters({ ...parameters, center: 27 });
    worker.setParameters({ ...parameters, orthoZ: 3 });
    const after = await first(worker, (r) => r.isComplete && r.parameters.orthoZ === 3);
    assert.equal(after.parameters.center, 24);
    assert.equal(after.views, VIEWS);
    assert.ok(largestDifference(after.slices.y, before.slices.y) < 1e-6, "the y-slice stays where it was");
    assert.ok(largestDifference(after.slices.z, before.slices.z) > 1e-3, "the z-slice has moved");
  });
});

test("frames that come faster than they are taken are dropped whole and counted, and the main thread goes on", async () => {
  await withWorker({ maximumUnderway: 3, maximumPending: 2 }, async (worker, pool) => {
    worker.start({ size, theta, parameters, ...fields });
    const settled = firstValueFrom(
      worker.results$.pipe(
        scan((last, result) => Math.max(last, result.newest?.uniqueId ?? 0), 0),
        map(() => worker.counts),
        filter(({ accepted, dropped, ignored }) => accepted + dropped + ignored === 50),
        timeout(30_000),
      ),
    );
    const handedOver = Array.from({ length: 50 }, (_, index) => {
      const array = frame(pool, index);
      const taken = worker.project(array, index);
      array.release();
      return taken;
    }).filter(Boolean).length;
    assert.equal(handedOver, 3);
    const counts = await settled;
    assert.ok(counts.dropped >= 47);
    assert.equal(pool.inUse, 0);
  });
});

test("results of an earlier start never come after a later one", async () => {
  await withWorker({}, async (worker, pool) => {
    for (const index of [0, 1, 2]) {
      worker.start({ size, theta, parameters, ...fields });
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
    }
    assert.equal((await first(worker, () => true)).newest?.uniqueId, 3);
  });
});

test("a scan without angles is refused with a message, and the next start works", async () => {
  await withWorker({}, async (worker, pool) => {
    worker.start({ size, theta: new Float32Array(0), parameters, ...fields });
    worker.start({ size, theta, parameters, ...fields });
    const result = first(worker, () => true);
    const array = frame(pool, 0);
    worker.project(array, 0);
    array.release();
    assert.equal((await result).views, 1);
  });
});

for (const backend of BACKEND_NAMES)
  test(`closing while projections come gives every frame back: ${backend}`, async () => {
    const pool = new NDArrayPool();
    const worker = new ReconWorker({ backend, longestWaitSeconds: 60 });
    await worker.ready;
    worker.start({ size, theta, parameters, ...fields });
    const shown = first(worker, () => true);
    for (let index = 0; index < 30; index++) {
      const array = frame(pool, index);
      worker.project(array, index);
      array.release();
    }
    await shown;
    await worker.close();
    assert.equal(pool.inUse, 0);
  });
