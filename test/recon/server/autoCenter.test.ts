import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, firstValueFrom, map, timeout } from "rxjs";
import { toNumber } from "../../../src/channel/number.js";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { imageDimensions, type NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import type { CenterRequest } from "../../../src/recon/center/centerMessages.js";
import { RowStore } from "../../../src/recon/center/rowStore.js";
import { AutoCenter, type CenterSource } from "../../../src/recon/server/autoCenter.js";
import { thetaTable } from "../../../src/recon/solver/thetaTable.js";
import { MemoryPvs } from "../support/memoryPvs.js";
import { project } from "../support/projection.js";

const P = "2bmb:TomoStream:";
const size = { width: 128, height: 10 };
const CENTER = 70.3;
const VIEWS = 120;
const pixels = size.width * size.height;
const table = thetaTable(Float32Array.from({ length: VIEWS }, (_, i) => (i * 180) / VIEWS)) ?? assert.fail();
const pool = new NDArrayPool();

function frame(index: number): NDArray {
  const epicsTimestamp = { seconds: index, nanoseconds: 0 };
  const array = pool.allocate({
    ...{ uniqueId: index, timeStamp: index, epicsTimestamp, attributes: [] },
    ...{ dataType: "UInt16", dimensions: imageDimensions(size.width, size.height) },
  });
  assert.ok(array);
  const integrals = project(
    staticPhantom(size.width * 0.8),
    { ...size, center: CENTER },
    (index * 180) / VIEWS,
  );
  integrals.forEach((p, i) => {
    array.data[i] = 100 + 50_000 * Math.exp(-p);
  });
  return array;
}

const store = new RowStore(size, table);
for (let index = 0; index < 1.4 * VIEWS; index++) {
  const array = frame(index);
  store.take(array, index);
  array.release();
}

const source = (taken = store.taken): CenterSource => ({
  taken,
  capacity: store.capacity,
  question: (start, range): CenterRequest => {
    const rows = store.rows.length * size.width;
    const dark = new Float32Array(rows).fill(100);
    return { ...store.stored(), dark, flat: new Float32Array(rows).fill(50_100), start, range };
  },
});

const records = {
  ...{ [`${P}Center`]: 64, [`${P}AutoCenter`]: 0, [`${P}AutoCenterMode`]: 0, [`${P}AutoCenterApply`]: 0 },
  ...{ [`${P}AutoCenterRange`]: 4, [`${P}AutoCenterValue`]: 0, [`${P}AutoCenterQuality`]: 0 },
  ...{
    [`${P}AutoCenterAgreement`]: 0,
    [`${P}AutoCenterTime`]: 0,
    [`${P}AutoCenterStatus`]: new Uint8Array(256),
  },
};

async function withSearch(
  sourceNow: () => CenterSource | undefined,
  body: (pvs: MemoryPvs) => Promise<void>,
): Promise<void> {
  const pvs = new MemoryPvs(records);
  const autoCenter = new AutoCenter(pvs, P, pvs.pv(`${P}Center`), sourceNow);
  const running = autoCenter.operation$.subscribe();
  try {
    await body(pvs);
  } finally {
    running.unsubscribe();
    await autoCenter.close();
  }
}

const becomes = (pvs: MemoryPvs, name: string, is: (value: number) => boolean): Promise<number> =>
  firstValueFrom(
    pvs.pv(P + name).sample$.pipe(
      map(({ value }) => toNumber(value)),
      filter(is),
      timeout(20_000),
    ),
  );

const isFound = (value: number): boolean => Math.abs(value - CENTER) < 0.25;

test("pressing AutoCenter finds the center, and leaves Center alone unless it is to be applied", async () => {
  await withSearch(source, async (pvs) => {
    pvs.put(`${P}AutoCenter`, 1);
    await becomes(pvs, "AutoCenter", (value) => value === 0);
    assert.ok(isFound(Number(pvs.get(`${P}AutoCenterValue`))), `${pvs.get(`${P}AutoCenterValue`)}`);
    assert.equal(pvs.text(`${P}AutoCenterStatus`), "Found");
    assert.ok(Number(pvs.get(`${P}AutoCenterQuality`)) > 0.05);
    assert.ok(Number(pvs.get(`${P}AutoCenterAgreement`)) > 0.8);
    assert.ok(Number(pvs.get(`${P}AutoCenterTime`)) > 0);
    assert.equal(pvs.get(`${P}Center`), 64);
    pvs.put(`${P}AutoCenterApply`, 1);
    pvs.put(`${P}AutoCenter`, 1);
    await becomes(pvs, "Center", isFound);
  });
});

test("the mode Once searches after a half turn of each scan, Continuous after each half turn", async () => {
  let questions = 0;
  const scan = {
    capacity: VIEWS,
    taken: VIEWS - 1,
    question: (start: number, range: number) => {
      questions += 1;
      return source().question(start, range);
    },
  };
  await withSearch(
    () => scan,
    async (pvs) => {
      pvs.put(`${P}AutoCenterMode`, 1);
      scan.taken = VIEWS + 1;
      await becomes(pvs, "AutoCenterValue", isFound);
      pvs.put(`${P}AutoCenterValue`, 0);
      scan.taken = 2 * VIEWS + 3;
      pvs.put(`${P}AutoCenterMode`, 2);
      await becomes(pvs, "AutoCenterValue", isFound);
      assert.equal(questions, 2);
    },
  );
});

test("without a reconstruction, or with too few projections, AutoCenter is done at once and says why", async () => {
  const empty = {
    ...source(1),
    question: () => ({
      ...source().question(64, 4),
      places: new Uint32Array(0),
      degrees: new Float64Array(0),
    }),
  };
  for (const [sourceNow, text] of [
    [undefined, "No projections"],
    [empty, "Too few projections"],
  ] as const)
    await withSearch(
      () => sourceNow,
      async (pvs) => {
        pvs.put(`${P}AutoCenter`, 1);
        await becomes(pvs, "AutoCenter", (value) => value === 0);
        assert.equal(pvs.text(`${P}AutoCenterStatus`), text);
      },
    );
});

test("the store has the newest views of its rows, the oldest first", () => {
  const { degrees, places, counts, rows } = store.stored();
  assert.equal(degrees.length, Math.ceil(1.2 * VIEWS));
  assert.deepEqual([degrees.at(-1), rows], [((store.taken - 1) * 180) / VIEWS, [1, 3, 5, 7, 9]]);
  const newest = frame(store.taken - 1);
  const start = (places.at(-1) ?? 0) * rows.length * size.width;
  const row = counts.subarray(start + size.width, start + 2 * size.width);
  assert.deepEqual(Array.from(row), Array.from(newest.data.subarray(3 * size.width, 4 * size.width), Number));
  newest.release();
  assert.equal(pixels, newest.data.length);
});

test("of a scan that turns back the store has two half turns, so that every direction is there", () => {
  const sweep = Array.from({ length: 30 }, (_, i) => 6 * i);
  const cycle = Float32Array.from([...sweep, ...sweep.toReversed()]);
  const backAndForth = new RowStore(size, thetaTable(cycle) ?? assert.fail());
  const array = frame(0);
  for (let index = 0; index < 100; index++) backAndForth.take(array, index);
  array.release();
  const { degrees } = backAndForth.stored();
  assert.deepEqual([degrees.length, Math.min(...degrees), Math.max(...degrees)], [60, 0, 174]);
});
