import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { filter, firstValueFrom, Subject, timeout } from "rxjs";
import { toText } from "../../../src/channel/text.js";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { imageDimensions, type NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { pvInt, SharedPV, SharedPvProvider, scalarArray, structure } from "../../../src/pva/index.js";
import { startTomoStream, type TomoStream } from "../../../src/recon/index.js";
import { unitsOf } from "../../../src/recon/solver/parameters.js";
import { createPvDirectory, RecordEngine } from "../../../src/records/index.js";
import { becomes, database, put } from "../../records/support.js";
import { repositoryRoot } from "../../support/paths.js";

const TR = "2bmb:TomoStream:";
const TS = "2bmb:TomoScanStream:";
const size = { width: 24, height: 8 };

const macros = {
  ...{ P: "2bmb:", R: "TomoStream:", TOMO_SCAN: TS, IMAGE_P: `${TS}PvaPluginPVPrefix` },
  ...{ DARK_PVA: `${TS}StreamDarkFields`, FLAT_PVA: `${TS}StreamFlatFields` },
  ...{ THETA_PVA: `${TS}StreamTheta`, RECON_PVA: `${TR}StreamRecon` },
};

/** tomoStream's database as it is shipped, and the few records of the scan that the server reads. */
function startedEngine(): RecordEngine {
  const engine = new RecordEngine();
  for (const file of ["tomoStream.yaml", "tomoStreamLive.yaml"]) {
    const path = join(repositoryRoot, "db", file);
    const { definition, problems } = loadDatabaseFile(path, macros, { catalog: engine.catalog });
    assert.deepEqual([...problems, ...engine.load(definition)], []);
  }
  const scan = database({
    [`${TS}PvaPluginPVPrefix`]: ["stringout", { VAL: "2bmSP2:Pva1:" }],
    [`${TS}FirstProjid`]: ["longout"],
  });
  assert.deepEqual(engine.load(scan), []);
  engine.iocInit();
  return engine;
}

async function withServer(
  body: (parts: { engine: RecordEngine; server: TomoStream; take(id: number): void }) => Promise<void>,
): Promise<void> {
  const engine = startedEngine();
  const publish = new SharedPvProvider();
  const theta = Float32Array.from({ length: 30 }, (_, i) => i * 6);
  const thetaType = structure("", { value: scalarArray("float"), sizex: pvInt });
  publish.add(`${TS}StreamTheta`, new SharedPV(thetaType, { value: theta, sizex: 30 }));
  const images$ = new Subject<NDArray>();
  const imageStreams = new ImageStreams();
  imageStreams.add("2bmSP2:Pva1:Image", images$);
  const pool = new NDArrayPool();
  const take = (id: number): void => {
    const array = pool.allocate({
      ...{ uniqueId: id, timeStamp: id, epicsTimestamp: { seconds: id, nanoseconds: 0 }, attributes: [] },
      ...{ dataType: "UInt8", dimensions: imageDimensions(size.width, size.height) },
    });
    assert.ok(array);
    new Uint8Array(array.buffer).fill(100);
    images$.next(array);
    array.release();
  };
  const pvs = createPvDirectory(engine, undefined);
  const server = startTomoStream({ pvs, prefix: TR, imageStreams, publish, backend: "cpu" });
  try {
    await server.backend;
    await body({ engine, server, take });
  } finally {
    await server.stop();
    engine.stop();
  }
}

test("the shipped database: a put-callback of StartRecon completes when the reconstruction is aborted", async () => {
  await withServer(async ({ engine, server, take }) => {
    assert.equal(toText(engine.get(`${TR}ReconStatus`)), "Stopped");
    assert.equal(engine.getString(`${TR}AbortRecon`), "Yes");
    let isOver = false;
    const over = engine.putNotify(`${TR}StartRecon`, "Acquire").then(() => {
      isOver = true;
    });
    await becomes(engine, `${TR}AbortRecon`, 1);
    for (const id of [1, 2, 3]) {
      const shown = firstValueFrom(
        server.results$.pipe(
          filter((r) => r.views === id),
          timeout(30_000),
        ),
      );
      take(id);
      await shown;
    }
    assert.equal(engine.getString(`${TR}BufferSize`), "3/30");
    assert.equal(toText(engine.get(`${TR}ReconStatus`)), "Running");
    assert.ok(!isOver);
    put(engine, `${TR}AbortRecon`, "No");
    await over;
    assert.equal(engine.getString(`${TR}StartRecon`), "Done");
  });
});

test("the shipped database: CenterTweakUp moves the center of slices that are shown", async () => {
  await withServer(async ({ engine, server, take }) => {
    put(engine, `${TR}Center`, 11.5);
    put(engine, `${TR}CenterTweak`, 0.25);
    put(engine, `${TR}FilterType`, "Shepp-logan");
    put(engine, `${TR}Dezinger`, "Radius 3");
    put(engine, `${TR}StartRecon`, 1);
    const first = firstValueFrom(
      server.results$.pipe(
        filter((r) => r.views === 1),
        timeout(30_000),
      ),
    );
    take(1);
    const { geometry, parameters } = await first;
    assert.equal(geometry.center, 11.5);
    assert.equal(parameters.filter, "Shepp-logan");
    assert.equal(parameters.dezingerRadius, 3);
    const moved = firstValueFrom(
      server.results$.pipe(
        filter((r) => r.geometry.center === 11.75),
        timeout(30_000),
      ),
    );
    put(engine, `${TR}CenterTweakUp.PROC`, 1);
    await moved;
  });
});

test("the shipped database: backend, counts and statistics of the slices are shown", async () => {
  await withServer(async ({ engine, server, take }) => {
    await becomes(engine, `${TR}ReconBackend`, "cpu");
    assert.equal(toText(engine.get(`${TR}ReconBackendReason`)), "as chosen");
    put(engine, `${TR}StartRecon`, 1);
    const shown = firstValueFrom(
      server.results$.pipe(
        filter((r) => r.views === 1),
        timeout(30_000),
      ),
    );
    take(1);
    const { statistics } = await shown;
    await becomes(engine, `${TR}ProjectionsAccepted`, 1);
    assert.equal(engine.get(`${TR}ProjectionsDropped`), 0);
    assert.equal(engine.get(`${TR}SliceZMax`), statistics.z.maximum);
    assert.equal(engine.get(`${TR}SliceXSharpness`), statistics.x.sharpness);
    assert.equal(engine.get(`${TR}SliceYQuality`), statistics.y.quality);
  });
});

test("the shipped database: slices are in 1/cm once PixelSize is set, unless SliceUnits says otherwise", async () => {
  await withServer(async ({ engine, server, take }) => {
    put(engine, `${TR}StartRecon`, 1);
    const shown = (units: string) =>
      firstValueFrom(
        server.results$.pipe(
          filter(({ parameters }) => unitsOf(parameters) === units),
          timeout(30_000),
        ),
      );
    const first = shown("1/pixel");
    take(1);
    await first;
    assert.equal(engine.get(`${TR}SliceYMean.EGU`), "1/pixel");
    const inCm = shown("1/cm");
    put(engine, `${TR}PixelSize`, 1.2);
    await inCm;
    await becomes(engine, `${TR}SliceYMean.EGU`, "1/cm");
    const again = shown("1/pixel");
    put(engine, `${TR}SliceUnits`, "1/pixel");
    await again;
    await becomes(engine, `${TR}SliceXMax.EGU`, "1/pixel");
  });
});

test("the shipped database: the watchdog is kept alive", async () => {
  await withServer(async ({ engine }) => {
    assert.ok(Number(engine.get(`${TR}Watchdog`)) > 0);
  });
});
