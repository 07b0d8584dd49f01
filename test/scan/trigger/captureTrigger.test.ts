import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { distinctUntilChanged, filter, firstValueFrom, Subject, timeout } from "rxjs";
import { textToChars } from "../../../src/channel/text.js";
import { ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { imageDimensions, type NDArray } from "../../../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { UNDEFINED_TIME } from "../../../src/libcom/epicsTime.js";
import { NTNDARRAY_TYPE, ntNdArrayValue, SharedPV } from "../../../src/pva/index.js";
import { number$ } from "../../../src/records/pvStreams.js";
import { startCaptureTrigger } from "../../../src/scan/index.js";
import { repositoryRoot } from "../../support/paths.js";
import { readDataset } from "../h5.js";
import { PREFIX, ScanRig, STREAM_DATABASES } from "../scanRig.js";
import { TestBeamline } from "../testBeamline.js";
import { pixelModel } from "./measure/tinyModel.js";

const FRAMES = "2bmSP2:Pva1:Image";
const PROJECTION = 2;
const DARK_FIELD = 0;
const SENSOR = "sample:temperature";

/**
 * The trigger beside a stream server that is played: while a scan runs StreamCapture takes until `finish` is called, and
 * springs back at once while the server is `busy`.
 */
class Rig extends ScanRig {
  readonly frames$ = new Subject<NDArray>();
  readonly pool = new NDArrayPool();
  captures = 0;
  busy = false;
  #id = 0;

  constructor(context: TestContext, settings: Readonly<Record<string, number | string>> = {}) {
    super(context);
    this.loadServer({}, ["tomoScan", "tomoScanStream", "captureTrigger"]);
    this.load(join(repositoryRoot, "test/scan/trigger/sensor.db"), {});
    this.engine.iocInit();
    for (const [name, value] of Object.entries({ FrameType: PROJECTION, ...settings })) this.set(name, value);
    const imageStreams = new ImageStreams();
    imageStreams.add(FRAMES, this.frames$);
    const trigger = startCaptureTrigger({
      ...{ pvs: this.directory, prefix: PREFIX, imageStreams, structures: this.structures },
    });
    const pressed$ = number$(this.pv(`${PREFIX}StreamCapture`)).pipe(
      distinctUntilChanged(),
      filter((value) => value === 1),
    );
    const server = pressed$.subscribe(() => {
      if (this.busy) return this.set("StreamCapture", 0);
      this.captures += 1;
      this.set("StreamMessage", textToChars("Capturing projections"));
    });
    this.after(() => {
      server.unsubscribe();
      trigger.stop();
      this.engine.stop();
    });
  }

  /** Ends the capture that runs. */
  finish(): void {
    this.set("StreamMessage", textToChars("Done"));
    this.set("StreamCapture", 0);
  }

  sense(value: number): void {
    this.pv(SENSOR).write(value);
  }

  /** Heats the sample up again after it was as cold as that, each when the one before was measured. */
  async heatAgain(from: number, measures: readonly [cold: number, hot: number]): Promise<void> {
    this.sense(from);
    await this.shows("TriggerMeasure", measures[0]);
    this.sense(31);
    await this.shows("TriggerMeasure", measures[1]);
  }

  /** A frame of 4 x 4 pixels of one brightness. */
  frame(brightness: number): void {
    this.#id += 1;
    const stamp = { uniqueId: this.#id, timeStamp: 0, epicsTimestamp: { seconds: 0, nanoseconds: 0 } };
    const array = this.pool.allocate({
      ...{ ...stamp, dataType: "UInt8", dimensions: imageDimensions(4, 4), attributes: [] },
    });
    assert.ok(array);
    new Uint8Array(array.buffer).fill(brightness);
    this.frames$.next(array);
    array.release();
  }

  /** A frame that has been measured. */
  async measured(brightness: number): Promise<void> {
    const shown = firstValueFrom(
      number$(this.pv(`${PREFIX}TriggerMeasure`)).pipe(
        filter((value) => value === brightness),
        timeout(15_000),
      ),
    );
    // The thread may not be there yet for the first.
    const sending = setInterval(() => this.frame(brightness), 20);
    await shown.finally(() => clearInterval(sending));
  }
}

type Slice = readonly [number, number, number, number, number, number];

/** An image of 3 x 2 pixels as the reconstruction publishes it. */
const published = (pixels: Slice) =>
  ntNdArrayValue({
    ...{ data: Float32Array.from(pixels), dimensions: imageDimensions(3, 2), uniqueId: 1 },
    ...{ timeStamp: UNDEFINED_TIME, attributes: [] },
  });

const uniform = (value: number): Slice => [value, value, value, value, value, value];

/** The reconstruction, played. */
class Slices {
  readonly #shared = new SharedPV(NTNDARRAY_TYPE, published(uniform(0)));

  constructor(rig: Rig) {
    rig.structures.add("2bmb:TomoStream:StreamRecon", this.#shared);
  }

  /** Publishes slices in turn until something has come of it. */
  async until<T>(slices: readonly Slice[], awaited: Promise<T>): Promise<T> {
    let index = 0;
    const publishing = setInterval(() => {
      this.#shared.post(published(slices[index % slices.length] ?? uniform(0)));
      index += 1;
    }, 20);
    return awaited.finally(() => clearInterval(publishing));
  }
}

/** Settings of a trigger on the sensor, above 30. */
const EXPRESSION = {
  "TriggerExpression.INPA": `${SENSOR} CP MS`,
  "TriggerExpression.CALC": "A>30",
  TriggerLevel: 0.5,
};

async function ready(rig: Rig): Promise<void> {
  rig.set("StartScan", 1);
  rig.set("TriggerArm", 1);
  await rig.shows("TriggerStatus", 2);
}

describe("the capture trigger", () => {
  it("captures when an expression over PVs turns true, then disarms", async (context) => {
    const rig = new Rig(context, EXPRESSION);
    await ready(rig);
    rig.sense(25);
    assert.equal(rig.captures, 0);
    rig.sense(31);
    await rig.shows("StreamMessage", "Capturing projections");
    assert.equal(rig.number("TriggerStatus"), 3);
    rig.finish();
    await rig.shows("TriggerStatus", 0);
    assert.deepEqual([rig.captures, rig.number("TriggerArm"), rig.number("TriggerCount")], [1, 0, 1]);
    assert.equal(rig.text("TriggerMessage"), "Captured");
    assert.match(rig.text("TriggerTime"), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it("waits for a scan, and for the next when one ends", async (context) => {
    const rig = new Rig(context, EXPRESSION);
    rig.set("TriggerArm", 1);
    await rig.shows("TriggerStatus", 1);
    rig.sense(40);
    rig.sense(20);
    rig.set("StartScan", 1);
    await rig.shows("TriggerStatus", 2);
    rig.set("StartScan", 0);
    await rig.shows("TriggerStatus", 1);
    assert.equal(rig.captures, 0);
  });

  it("captures again and again, as often as was asked for", async (context) => {
    const rig = new Rig(context, { ...EXPRESSION, TriggerMode: 1, TriggerMaxCount: 2 });
    await ready(rig);
    for (const count of [1, 2]) {
      await rig.shows("TriggerStatus", 2);
      rig.sense(31);
      await rig.shows("StreamMessage", "Capturing projections");
      rig.sense(20);
      await rig.shows("TriggerMeasure", 0);
      rig.finish();
      await rig.shows("TriggerCount", count);
    }
    await rig.shows("TriggerStatus", 0);
    assert.equal(rig.captures, 2);
  });

  it("holds off after a capture: what comes meanwhile does not count", async (context) => {
    const rig = new Rig(context, { ...EXPRESSION, TriggerMode: 1, TriggerHoldOff: 0.3 });
    await ready(rig);
    rig.sense(31);
    await rig.shows("StreamMessage", "Capturing projections");
    rig.finish();
    await rig.shows("TriggerStatus", 4);
    await rig.heatAgain(20, [0, 1]);
    await rig.shows("TriggerStatus", 2);
    assert.equal(rig.captures, 1);
    await rig.heatAgain(20, [0, 1]);
    await rig.shows("TriggerStatus", 3);
    assert.equal(rig.captures, 2);
    rig.finish();
    await rig.shows("TriggerCount", 2);
  });

  it("triggers again only after the measure went back by the hysteresis", async (context) => {
    const temperature = { ...EXPRESSION, "TriggerExpression.CALC": "A", TriggerLevel: 30 };
    const rig = new Rig(context, { ...temperature, TriggerHysteresis: 5, TriggerMode: 1 });
    await ready(rig);
    await rig.heatAgain(20, [20, 31]);
    await rig.shows("StreamMessage", "Capturing projections");
    rig.finish();
    await rig.shows("TriggerStatus", 2);
    await rig.heatAgain(26, [26, 31]);
    assert.deepEqual([rig.captures, rig.number("TriggerStatus")], [1, 2]);
    await rig.heatAgain(24, [24, 31]);
    await rig.shows("StreamMessage", "Capturing projections");
    rig.finish();
    await rig.shows("TriggerCount", 2);
  });

  it("waits until the measure has stayed beyond the level for TriggerMinTime", async (context) => {
    const rig = new Rig(context, { ...EXPRESSION, TriggerMinTime: 0.2 });
    await ready(rig);
    rig.sense(31);
    await rig.shows("TriggerMeasure", 1);
    await rig.heatAgain(20, [0, 1]);
    assert.equal(rig.captures, 0);
    await rig.shows("StreamMessage", "Capturing projections");
    rig.finish();
    await rig.shows("TriggerStatus", 0);
    assert.equal(rig.captures, 1);
  });

  it("does not count what a busy server refused", async (context) => {
    const rig = new Rig(context, { ...EXPRESSION, TriggerMode: 1 });
    await ready(rig);
    rig.busy = true;
    rig.sense(31);
    await rig.shows("TriggerMessage", "Not captured: the stream server was busy");
    assert.equal(rig.number("TriggerCount"), 0);
    await rig.shows("TriggerStatus", 2);
  });

  it("is not met by an expression whose input cannot be read", async (context) => {
    const rig = new Rig(context, { ...EXPRESSION, "TriggerExpression.CALC": "A<30" });
    rig.sense(40);
    await ready(rig);
    rig.set("TriggerExpression.INPA", "sample:absent CP MS");
    await rig.shows("TriggerMeasure", "NaN");
    assert.equal(rig.captures, 0);
  });

  it("captures at a press of TriggerForce", async (context) => {
    const rig = new Rig(context, EXPRESSION);
    await ready(rig);
    rig.set("TriggerForce", 1);
    await rig.shows("StreamMessage", "Capturing projections");
    assert.equal(rig.number("TriggerForce"), 0);
    rig.finish();
    await rig.shows("TriggerStatus", 0);
  });

  it("lets a capture go on when it is disarmed meanwhile", async (context) => {
    const rig = new Rig(context, EXPRESSION);
    await ready(rig);
    rig.sense(31);
    await rig.shows("StreamMessage", "Capturing projections");
    rig.set("TriggerArm", 0);
    await rig.shows("TriggerStatus", 0);
    assert.equal(rig.number("StreamCapture"), 1);
    rig.finish();
    await rig.shows("TriggerCount", 1);
  });

  it("captures when frames change, and tells which one it was", async (context) => {
    const rig = new Rig(context, { TriggerSource: 1, TriggerLevel: 100, TriggerPeriod: 0 });
    await rig.measured(50);
    await ready(rig);
    await rig.measured(120);
    await rig.shows("StreamMessage", "Capturing projections");
    assert.ok(rig.number("TriggerUniqueId") > 1);
    rig.finish();
    await rig.shows("TriggerStatus", 0);
  });

  interface ImageCase {
    readonly source: string;
    /** The user's own. */
    readonly file?: { readonly name: string; readonly content: string | Buffer };
    readonly settings: Readonly<Record<string, number>>;
    readonly quiet: readonly Slice[];
    readonly measure: number;
    readonly changed: Slice;
  }

  const cases: Readonly<Record<string, ImageCase>> = {
    "their mean": {
      source: "Mean",
      settings: { TriggerLevel: 20 },
      quiet: [uniform(5)],
      measure: 5,
      changed: uniform(50),
    },
    "their contrast": {
      source: "Sigma",
      settings: { TriggerLevel: 3 },
      quiet: [[1, 3, 1, 3, 1, 3]],
      measure: 1,
      changed: [0, 10, 0, 10, 0, 10],
    },
    "the difference from the one before": {
      source: "Change",
      settings: { TriggerLevel: 20 },
      quiet: [uniform(5), uniform(6)],
      measure: 1,
      changed: uniform(50),
    },
    "the fraction of foreground": {
      source: "Foreground",
      settings: { TriggerLevel: 0.8, TriggerThreshold: 10 },
      quiet: [[0, 20, 0, 20, 0, 20]],
      measure: 0.5,
      changed: uniform(20),
    },
    "a user's TypeScript function": {
      source: "Function",
      file: {
        name: "brightest.ts",
        content: "export default ({ data }: { data: Float32Array }): number => Math.max(...data);",
      },
      settings: { TriggerLevel: 20 },
      quiet: [[0, 1, 2, 3, 4, 5]],
      measure: 5,
      changed: [0, 0, 30, 0, 0, 0],
    },
    "an ONNX model": {
      source: "Model",
      file: { name: "negative.onnx", content: pixelModel("Neg", "h", "w") },
      settings: { TriggerLevel: -20, TriggerSlope: 1 },
      quiet: [uniform(5)],
      measure: -5,
      changed: uniform(50),
    },
  };

  for (const [name, { source, file, settings, quiet, measure, changed }] of Object.entries(cases))
    it(`captures when reconstructed slices change, by ${name}`, async (context) => {
      const rig = new Rig(context, { TriggerImages: 1, TriggerPeriod: 0, ...settings });
      if (file !== undefined) {
        writeFileSync(join(rig.folder, file.name), file.content);
        rig.set("TriggerFile", textToChars(join(rig.folder, file.name)));
      }
      rig.set("TriggerSource", source);
      const slices = new Slices(rig);
      await slices.until(quiet, rig.shows("TriggerMeasure", measure));
      await ready(rig);
      assert.equal(rig.captures, 0);
      await slices.until([changed], rig.shows("StreamMessage", "Capturing projections"));
      rig.finish();
      await rig.shows("TriggerStatus", 0);
    });

  it("does not look at dark and flat fields", async (context) => {
    const rig = new Rig(context, { TriggerSource: 1, TriggerSlope: 1, TriggerLevel: 20, TriggerPeriod: 0 });
    await rig.measured(50);
    await ready(rig);
    rig.set("FrameType", DARK_FIELD);
    rig.frame(5);
    rig.set("FrameType", PROJECTION);
    await rig.measured(51);
    assert.deepEqual([rig.captures, rig.number("TriggerStatus")], [0, 2]);
  });

  it("does not take a change of the source for one of the sample", async (context) => {
    const rig = new Rig(context, { TriggerLevel: 100, TriggerPeriod: 0 });
    await ready(rig);
    rig.set("TriggerSource", "Mean");
    await rig.measured(120);
    assert.deepEqual([rig.captures, rig.number("TriggerStatus")], [0, 2]);
  });

  it("says what is wrong with a user's function, and goes on when it is mended", async (context) => {
    const rig = new Rig(context, { TriggerPeriod: 0 });
    rig.set("TriggerFile", textToChars(`${rig.folder}/absent.ts`));
    rig.set("TriggerSource", "Function");
    await rig.shows("TriggerMessage", /absent\.ts/);
    rig.set("TriggerSource", "Mean");
    await rig.measured(10);
  });
});

describe("the capture trigger beside the stream server", () => {
  it("has the moment before in the capture, as long as StreamPreCount", async (context) => {
    const databases = [...STREAM_DATABASES, "tomoScanStreamFiles", "captureTrigger"];
    const sensor = `${PREFIX}SampleOutAngle`;
    const beamline = new TestBeamline(
      context,
      { StreamPreCount: 400, TriggerLevel: 30, "TriggerExpression.INPA": `${sensor} CP` },
      {},
      { databases },
    );
    beamline.set("TriggerExpression.CALC", "A");
    const { directory: pvs, structures } = beamline;
    const trigger = startCaptureTrigger({
      pvs,
      prefix: PREFIX,
      imageStreams: new ImageStreams(),
      structures,
    });
    beamline.after(() => trigger.stop());
    const { ended } = await beamline.stream();
    await beamline.shows("StreamPreCounted", 400);
    beamline.set("TriggerArm", 1);
    await beamline.shows("TriggerStatus", 2);
    const triggeredAt = beamline.detector.frames.at(-1)?.id ?? 0;
    beamline.pv(sensor).write(31);
    await beamline.shows("TriggerCount", 1);
    beamline.set("AbortScan", 1);
    await ended;
    const ids = readDataset(join(beamline.folder, "scan_001.h5"), "defaults/NDArrayUniqueId").values;
    assert.equal(ids.length, 420);
    assert.ok(ids.includes(triggeredAt), `${triggeredAt} of ${ids[0]} to ${ids.at(-1)}`);
  });
});
