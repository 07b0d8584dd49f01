import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, firstValueFrom, map, Subject, timeout } from "rxjs";
import { toText } from "../../../src/channel/text.js";
import { staticPhantom } from "../../../src/drivers/camera/phantom.js";
import { ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { imageDimensions, type NDArray, type NDAttribute } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import {
  NTNDARRAY_TYPE,
  ntNdArrayValue,
  PvaClient,
  pvInt,
  readNtNdArray,
  SharedPV,
  SharedPvProvider,
  scalarArray,
  structure,
} from "../../../src/pva/index.js";
import { startTomoStream, type TomoStream } from "../../../src/recon/server/tomoStream.js";
import { startLoopbackServer } from "../../pva/support/loopback.js";
import { MemoryPvs } from "../support/memoryPvs.js";
import { project } from "../support/projection.js";

const TR = "2bmb:TomoStream:";
const TS = "2bmb:TomoScanStream:";
const VIEWS = 36;
const size = { width: 32, height: 12 };

const records = {
  [`${TR}TomoScanPVPrefix`]: TS,
  [`${TR}ImagePVAPName`]: `${TS}PvaPluginPVPrefix`,
  [`${TR}DarkPVAName`]: `${TS}StreamDarkFields`,
  [`${TR}FlatPVAName`]: `${TS}StreamFlatFields`,
  [`${TR}ThetaPVAName`]: `${TS}StreamTheta`,
  [`${TR}ReconPVAName`]: `${TR}StreamRecon`,
  [`${TR}BufferSize`]: "",
  ...Object.fromEntries(
    [
      "Center",
      "FilterType",
      "Dezinger",
      "RingRemoval",
      "OrthoX",
      "OrthoY",
      "OrthoZ",
      "RotX",
      "RotY",
      "RotZ",
      "Energy",
      "Distance",
    ]
      .concat(["Alpha", "PixelSize", "ReconTime", "Watchdog"])
      .map((name) => [`${TR}${name}`, 0]),
  ),
  ...Object.fromEntries(
    ["OrthoLines", "StreamReconBinning", "ZoomX", "ZoomY", "ZoomZ", "ZoomSize"].map((name) => [
      `${TR}${name}`,
      0,
    ]),
  ),
  [`${TR}ReconStatus`]: new Uint8Array(256),
  [`${TR}StartRecon`]: 0,
  [`${TR}AbortRecon`]: 0,
  [`${TS}PvaPluginPVPrefix`]: "2bmSP2:Pva1:",
  [`${TS}FirstProjid`]: 0,
  [`${TS}FrameType`]: 2,
};

const FIELD_TYPE = structure("", { value: scalarArray("float"), sizex: pvInt, sizey: pvInt });
const field = (value: Float32Array): SharedPV =>
  new SharedPV(FIELD_TYPE, { value, sizex: value.length, sizey: 1 });

/** A beamline in memory: records, broadcasts, and a camera that takes the phantom. */
class Beamline {
  readonly pvs = new MemoryPvs(records);
  readonly provider = new SharedPvProvider();
  readonly streams = new ImageStreams();
  readonly pool = new NDArrayPool();
  readonly images$ = new Subject<NDArray>();
  readonly theta = field(Float32Array.from({ length: VIEWS }, (_, i) => (i * 180) / VIEWS));
  readonly dark = field(new Float32Array(size.width * size.height).fill(10));
  readonly flat = field(new Float32Array(size.width * size.height).fill(60_010));

  constructor() {
    this.provider.add(`${TS}StreamTheta`, this.theta);
    this.provider.add(`${TS}StreamDarkFields`, this.dark);
    this.provider.add(`${TS}StreamFlatFields`, this.flat);
  }

  start(more: { pvaClient?: PvaClient } = {}): TomoStream {
    return startTomoStream({
      ...{ pvs: this.pvs, prefix: TR, imageStreams: this.streams, publish: this.provider, backend: "cpu" },
      ...more,
    });
  }

  /** Takes frame `uniqueId` at the scan's angle of `index`. */
  frame(uniqueId: number, index = uniqueId - 1, location?: string, shape = size): NDArray {
    const epicsTimestamp = { seconds: uniqueId, nanoseconds: 0 };
    const attributes = location === undefined ? [] : [locationAttribute(location)];
    const dimensions = imageDimensions(shape.width, shape.height);
    const array = this.pool.allocate({
      ...{ uniqueId, timeStamp: uniqueId, epicsTimestamp, dataType: "UInt16", dimensions, attributes },
    });
    assert.ok(array);
    const integrals = project(
      staticPhantom(shape.width),
      { ...shape, center: shape.width / 2 },
      (index * 180) / VIEWS,
    );
    integrals.forEach((p, i) => {
      array.data[i] = 10 + 60_000 * Math.exp(-p);
    });
    return array;
  }

  take(uniqueId: number, index?: number, location?: string, shape = size): void {
    const array = this.frame(uniqueId, index, location, shape);
    this.images$.next(array);
    array.release();
  }
}

const locationAttribute = (value: string): NDAttribute => ({
  ...{ name: "HDF5FrameLocation", value, type: "String", description: "", source: "", sourceType: "Driver" },
});

async function withBeamline(body: (beamline: Beamline, server: TomoStream) => Promise<void>): Promise<void> {
  const beamline = new Beamline();
  beamline.streams.add("2bmSP2:Pva1:Image", beamline.images$);
  const server = beamline.start();
  try {
    await server.backend;
    await body(beamline, server);
  } finally {
    await server.stop();
  }
}

const views = (server: TomoStream, count: number) =>
  firstValueFrom(
    server.results$.pipe(
      filter((result) => result.views === count && result.isComplete),
      timeout(30_000),
    ),
  );

const recon = (beamline: Beamline, suffix = "") => {
  const image = readNtNdArray(beamline.provider.get(`${TR}StreamRecon${suffix}`)?.value ?? {});
  assert.ok(image);
  return image;
};

test("a scan is shown as StreamRecon, with id, time, size and settings of its newest projection", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const full = views(server, VIEWS);
    for (let id = 1; id <= VIEWS; id++) {
      beamline.take(id);
      await firstValueFrom(
        server.results$.pipe(
          filter((r) => r.newest?.uniqueId === id),
          timeout(30_000),
        ),
      );
    }
    await full;
    const image = recon(beamline);
    assert.deepEqual(image.sizes, [96, 32]);
    assert.equal(image.uniqueId, VIEWS);
    assert.equal(image.dataTimeStamp?.seconds, VIEWS);
    assert.equal(image.attributes.get("Center"), 16);
    assert.equal(image.attributes.get("FilterType"), "Parzen");
    assert.equal(image.data.length, 96 * 32);
    const rock = Number(image.data[13 * 96 + 23]);
    assert.ok(Math.abs(rock / (0.9 / 16) - 1) < 0.15, `${rock}`);
    for (const [suffix, rows, panel] of [
      ["Z", 32, 0],
      ["Y", 12, 32],
      ["X", 12, 64],
    ] as const) {
      const slice = recon(beamline, suffix);
      assert.deepEqual([slice.sizes, slice.uniqueId], [[32, rows], VIEWS]);
      assert.equal(slice.data[5 * 32 + 17], image.data[5 * 96 + panel + 17], `slice ${suffix}`);
    }
    assert.equal(beamline.pvs.get(`${TR}BufferSize`), `${VIEWS}/${VIEWS}`);
    assert.ok(Number(beamline.pvs.get(`${TR}ReconTime`)) > 0);
    assert.equal(beamline.pool.inUse, 0);
  });
});

test("a start shows Running, an abort by releasing the button ends it, and it can start again", async () => {
  await withBeamline(async (beamline, server) => {
    assert.equal(beamline.pvs.text(`${TR}ReconStatus`), "Stopped");
    assert.equal(beamline.pvs.get(`${TR}AbortRecon`), 1);
    for (let round = 0; round < 2; round++) {
      beamline.pvs.put(`${TR}StartRecon`, 1);
      const one = views(server, 1);
      beamline.take(1);
      await one;
      assert.equal(beamline.pvs.text(`${TR}ReconStatus`), "Running");
      beamline.pvs.put(`${TR}AbortRecon`, 1);
      assert.equal(beamline.pvs.get(`${TR}StartRecon`), 1, "pressing does nothing");
      beamline.pvs.put(`${TR}AbortRecon`, 0);
      assert.equal(beamline.pvs.get(`${TR}StartRecon`), 0);
      assert.equal(beamline.pvs.text(`${TR}ReconStatus`), "Stopped");
      assert.equal(server.status().isRunning, false);
    }
  });
});

test("without rotation angles the reconstruction says what it waits for, and goes on when they come", async () => {
  await withBeamline(async (beamline, server) => {
    const degrees = beamline.theta.value["value"];
    beamline.theta.post({ value: new Float32Array(0) });
    beamline.pvs.put(`${TR}StartRecon`, 1);
    beamline.take(1);
    assert.equal(beamline.pvs.text(`${TR}ReconStatus`), "Waiting for rotation angles");
    assert.ok(degrees !== undefined);
    beamline.theta.post({ value: degrees });
    const one = views(server, 1);
    beamline.take(2);
    assert.equal((await one).newest?.uniqueId, 2);
  });
});

test("angles that are no scan are shown as the problem, and the next angles go on", async () => {
  await withBeamline(async (beamline, server) => {
    const degrees = beamline.theta.value["value"];
    assert.ok(degrees !== undefined);
    beamline.theta.post({ value: Float32Array.of(7, 7, 7) });
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const problem = firstValueFrom(
      beamline.pvs.pv(`${TR}ReconStatus`).sample$.pipe(
        filter(({ value }) => toText(value).includes("do not make a scan")),
        timeout(30_000),
      ),
    );
    beamline.take(1);
    await problem;
    beamline.theta.post({ value: degrees });
    const one = views(server, 1);
    beamline.take(2);
    await one;
    assert.equal(beamline.pvs.text(`${TR}ReconStatus`), "Running");
  });
});

test("settings act on slices that are shown", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TR}StartRecon`, 1);
    for (let id = 1; id <= 6; id++) {
      const shown = views(server, id);
      beamline.take(id);
      await shown;
    }
    const changed = firstValueFrom(
      server.results$.pipe(
        filter(
          ({ parameters, isComplete }) => isComplete && parameters.orthoZ === 4 && parameters.center === 17.5,
        ),
        timeout(30_000),
      ),
    );
    beamline.pvs.put(`${TR}Center`, 17.5);
    beamline.pvs.put(`${TR}FilterType`, 2);
    beamline.pvs.put(`${TR}Dezinger`, 1);
    beamline.pvs.put(`${TR}RingRemoval`, 1);
    beamline.pvs.put(`${TR}OrthoZ`, 4);
    const { parameters } = await changed;
    assert.equal(parameters.filter, "Ramp");
    assert.equal(parameters.dezingerRadius, 2);
    assert.equal(parameters.ringRemoval, "fw");
  });
});

test("slices that are shown follow OrthoLines, StreamReconBinning and the Zoom records at once", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const one = views(server, 1);
    beamline.take(1);
    await one;
    const plain = recon(beamline);
    beamline.pvs.put(`${TR}OrthoLines`, 1);
    const lines = recon(beamline);
    // OrthoX and Y are 16, OrthoZ is 6: lines three pixels wide in each panel, down to its own end.
    for (const [x, y, isLine] of [
      [16, 3, true],
      [3, 17, true],
      [18, 3, false],
      [32 + 15, 2, true],
      [32 + 3, 7, true],
      [32 + 15, 12, false],
      [64 + 3, 5, true],
    ] as const)
      assert.equal(Number.isNaN(lines.data[y * 96 + x]), isLine, `pixel ${x}, ${y}`);
    beamline.pvs.put(`${TR}OrthoLines`, 0);
    assert.deepEqual(recon(beamline).data, plain.data);
    beamline.pvs.put(`${TR}StreamReconBinning`, 1);
    const binned = recon(beamline);
    assert.deepEqual(binned.sizes, [48, 16]);
    const four = [0, 1, 96, 97].map((step) => Number(plain.data[10 * 96 + 20 + step]));
    const mean = four.reduce((sum, value) => sum + value, 0) / 4;
    assert.ok(Math.abs(Number(binned.data[5 * 48 + 10]) - mean) < 1e-6);
    for (const [name, value] of Object.entries({ ZoomX: 20, ZoomY: 10, ZoomZ: 2, ZoomSize: 8 }))
      beamline.pvs.put(`${TR}${name}`, value);
    const zoom = recon(beamline, "Zoom");
    assert.deepEqual(zoom.sizes, [24, 8]);
    assert.equal(zoom.data[3 * 24 + 5], plain.data[(6 + 3) * 96 + 16 + 5]);
    assert.equal(zoom.data[4 * 24 + 8 + 5], plain.data[2 * 96 + 32 + 16 + 5]);
    assert.equal(zoom.data[0 * 24 + 8 + 5], 0, "above the slice there is nothing");
    assert.equal(zoom.data[4 * 24 + 16 + 5], plain.data[2 * 96 + 64 + 6 + 5]);
  });
});

test("frames that are no projections are left out, by their own attribute or by FrameType", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TR}StartRecon`, 1);
    beamline.take(1, 0, "/exchange/data_dark");
    beamline.pvs.put(`${TS}FrameType`, 1);
    beamline.take(2, 1);
    const one = views(server, 1);
    beamline.take(3, 2, "/exchange/data");
    assert.equal((await one).newest?.uniqueId, 3);
    assert.deepEqual(server.status().projections, { accepted: 1, dropped: 0, ignored: 0 });
  });
});

test("ids count from FirstProjid: after a sync the next id has the first angle", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TS}FirstProjid`, 100);
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const taken = firstValueFrom(
      server.results$.pipe(
        map(() => server.status().projections),
        filter(({ accepted }) => accepted === 1),
        timeout(30_000),
      ),
    );
    beamline.take(100, 0);
    beamline.take(101, 0);
    assert.deepEqual(await taken, { accepted: 1, dropped: 0, ignored: 1 });
  });
});

test("another binning begins a new buffer and moves center and slices along", async () => {
  await withBeamline(async (beamline, server) => {
    beamline.pvs.put(`${TR}Center`, 17.5);
    beamline.pvs.put(`${TR}OrthoX`, 20);
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const one = views(server, 1);
    beamline.take(1);
    await one;
    const binned = firstValueFrom(
      server.results$.pipe(
        filter((r) => r.geometry.width === 16),
        timeout(30_000),
      ),
    );
    beamline.take(2, 1, undefined, { width: 16, height: 6 });
    const { geometry } = await binned;
    assert.equal(geometry.center, 8.5);
    assert.equal(beamline.pvs.get(`${TR}OrthoX`), 10);
    assert.deepEqual(recon(beamline).sizes, [48, 16]);
  });
});

test("images and broadcasts of another process come by pvAccess", async () => {
  const beamline = new Beamline();
  const image = new SharedPV(NTNDARRAY_TYPE);
  const elsewhere = new SharedPvProvider();
  elsewhere.add("2bmSP2:Pva1:Image", image);
  for (const name of [`${TS}StreamTheta`, `${TS}StreamDarkFields`, `${TS}StreamFlatFields`]) {
    const pv = beamline.provider.get(name) ?? assert.fail();
    beamline.provider.remove(name);
    elsewhere.add(name, pv);
  }
  const { server: pvaServer, udpPort } = await startLoopbackServer({ structures: [elsewhere] });
  const pvaClient = new PvaClient({
    ...{ addressList: [{ address: "127.0.0.1", port: udpPort }], autoAddressList: false, nameServers: [] },
  });
  const server = beamline.start({ pvaClient });
  try {
    await server.backend;
    beamline.pvs.put(`${TR}StartRecon`, 1);
    const shown = firstValueFrom(
      server.results$.pipe(
        filter((r) => r.newest?.uniqueId === 5),
        timeout(20_000),
      ),
    );
    const timer = setInterval(() => {
      if (image.subscribers === 0 || beamline.pvs.text(`${TR}ReconStatus`) !== "Waiting for projections")
        return;
      clearInterval(timer);
      const frame = beamline.frame(5);
      const { uniqueId, dimensions, epicsTimestamp } = frame;
      const data = Uint16Array.from(frame.data, Number);
      image.post(ntNdArrayValue({ data, dimensions, uniqueId, timeStamp: epicsTimestamp, attributes: [] }));
    }, 20);
    const result = await shown;
    clearInterval(timer);
    assert.equal(result.views, 1);
    assert.equal(result.newest?.epicsTimestamp.seconds, 5);
  } finally {
    await server.stop();
    pvaClient.close();
    await pvaServer.stop();
  }
});
