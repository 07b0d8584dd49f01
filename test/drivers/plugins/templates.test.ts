import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { loadDatabaseFile } from "../../../src/database/index.js";
import { asynDeviceSupports } from "../../../src/drivers/asyn/asynDeviceSupport.js";
import { PortRegistry } from "../../../src/drivers/asyn/portRegistry.js";
import { NDFileHDF5Configure } from "../../../src/drivers/hdf5/configure.js";
import { ArrayPorts, ImageStreams } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import {
  NDBadPixelConfigure,
  NDCircularBuffConfigure,
  NDFFTConfigure,
  NDGatherConfigure,
  NDPosPluginConfigure,
  NDPvaConfigure,
  NDROIConfigure,
  NDScatterConfigure,
  NDStatsConfigure,
  NDStdArraysConfigure,
  NDTimeSeriesConfigure,
  type PluginContext,
} from "../../../src/drivers/plugins/configure.js";
import { SharedPvProvider } from "../../../src/pva/index.js";
import { RecordEngine } from "../../../src/records/index.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../../support/paths.js";
import { FrameSource, makeFrame, shown, waitFor } from "./frames.js";

const templates = join(sharedDirectory, "beamline/areaDetector/db");
const database = (name: string) => join(repositoryRoot, "db", `${name}.yaml`);
const template = (name: string) => join(templates, `${name}.template`);

const plugins = [
  ["NDROI", "ROI1", NDROIConfigure],
  ["NDCircularBuff", "CB1", NDCircularBuffConfigure],
  ["NDFileHDF5", "HDF1", NDFileHDF5Configure],
  ["NDStdArrays", "IMAGE1", NDStdArraysConfigure],
] as const;

const common = { queueSize: 10, blockingCallbacks: 0, arrayPort: "CAM", arrayAddress: 0 };

/** A record engine over the plugins of a camera port that a test feeds. */
function beamline(
  t: TestContext,
  fileOf: (name: string) => string,
  more: Readonly<Record<string, string>> = {},
  start = true,
) {
  const context: PluginContext = {
    ports: new PortRegistry(),
    arrayPorts: new ArrayPorts(),
    imageStreams: new ImageStreams(),
    pool: new NDArrayPool(),
    sharedPvs: new SharedPvProvider(),
  };
  const camera = new FrameSource("CAM");
  context.arrayPorts.add(camera);
  const engine = new RecordEngine();
  const problems: string[] = [];
  for (const support of asynDeviceSupports(context.ports)) {
    const attach: typeof support.attach = (record, ...rest) => {
      try {
        return support.attach(record, ...rest);
      } catch (error) {
        problems.push(`${record.name}: ${String(error)}`);
        throw error;
      }
    };
    engine.addDeviceSupport({ ...support, attach });
  }
  const load = (name: string, portName: string) => {
    const macros = {
      P: "t:",
      R: `${portName}:`,
      PORT: portName,
      NDARRAY_PORT: "CAM",
      TYPE: "Int8",
      FTVL: "UCHAR",
      NELEMENTS: "12",
      ...more,
    };
    const options = { catalog: engine.catalog, searchPath: [templates] };
    const { definition, problems: found } = loadDatabaseFile(fileOf(name), macros, options);
    const refused = [...found, ...engine.load(definition)].map(({ message }) => message);
    // The asyn record of a plugin is another part's matter.
    problems.push(...refused.filter((message) => !message.startsWith(`unknown record type "asyn"`)));
  };
  for (const [name, portName, configure] of plugins) {
    configure(context, { portName, ...common });
    load(name, portName);
  }
  NDPvaConfigure(context, { portName: "PVA1", ...common, pvName: "t:Pva1:Image" });
  load("NDPva", "PVA1");
  if (start) engine.iocInit();
  t.after(() => {
    engine.stop();
    context.ports.close();
  });
  return { context, camera, engine, load, problems };
}

for (const [form, fileOf, options] of [
  ["areaDetector's templates load", template, needsShared],
  ["our databases load", database, {}],
] as const) {
  test(`${form} on our plugins and every record finds its parameter`, options, (t) => {
    const { engine, problems } = beamline(t, fileOf);
    assert.deepEqual(problems, []);
    assert.equal(engine.getString("t:HDF1:PluginType_RBV"), "NDFileHDF5");
  });
}

test("our statistics database loads on the statistics plugin", (t) => {
  const { context, engine, load, problems } = beamline(t, database, {}, false);
  NDTimeSeriesConfigure(context, { portName: "STATS1_TS", ...common, maxSignals: 23 });
  NDStatsConfigure(context, { portName: "STATS1", ...common });
  load("NDStats", "STATS1");
  engine.iocInit();
  assert.deepEqual(problems, []);
});

test("the databases of the FFT, bad pixels, positions, scatterer and gatherer load on their plugins", async (t) => {
  const more = { NCHANS: "16", NAME: "one", N: "2", NDARRAY_PORT: "CAM" };
  const { context, camera, engine, load, problems } = beamline(t, database, more, false);
  NDFFTConfigure(context, { portName: "FFT1", ...common });
  NDBadPixelConfigure(context, { portName: "BADPIX1", ...common });
  NDPosPluginConfigure(context, { portName: "POS1", ...common });
  NDScatterConfigure(context, { portName: "SCATTER1", ...common });
  NDGatherConfigure(context, { portName: "GATHER1", ...common, arrayPort: "", maxPorts: 8 });
  load("NDFFT", "FFT1");
  load("NDBadPixel", "BADPIX1");
  load("NDPosPlugin", "POS1");
  load("NDScatter", "SCATTER1");
  load("NDGather", "GATHER1");
  load("NDGatherN", "GATHER1");
  engine.iocInit();
  assert.deepEqual(problems, []);
  assert.equal(engine.getString("t:GATHER1:NDArrayPort_2_RBV"), "CAM");
  assert.equal(engine.getString("t:SCATTER1:ScatterMethod"), "Round robin");
  assert.equal(engine.get("t:FFT1:FFTTimePerPoint_RBV"), 0.1);
  engine.put("t:FFT1:EnableCallbacks", "Enable");
  camera.emit(makeFrame(context.pool, 1, { fill: () => 4 }));
  const fft = context.ports.get("FFT1");
  assert.ok(fft);
  await waitFor(fft, "ARRAY_COUNTER", 1);
  await new Promise((resolve) => setImmediate(resolve));
  // A frame of 4 x 3 pixels in 4 x 4 points.
  assert.deepEqual(engine.get("t:FFT1:FFTAbsValue"), Float64Array.of(3, 0));
  assert.deepEqual(engine.get("t:FFT1:FFTTimeSeries"), Float64Array.of(4, 4, 4, 4));
});

test("records drive a plugin and show what it does", async (t) => {
  const { context, camera, engine } = beamline(t, database);
  assert.equal(engine.getString("t:ROI1:PortName_RBV"), "ROI1");
  engine.put("t:ROI1:EnableCallbacks", "Enable");
  engine.put("t:ROI1:BinX", 2);
  engine.put("t:IMAGE1:NDArrayPort", "ROI1");
  engine.put("t:IMAGE1:EnableCallbacks", 1);
  camera.emit(makeFrame(context.pool, 3, { dataType: "UInt8" }));
  const image = context.ports.get("IMAGE1");
  assert.ok(image);
  await waitFor(image, "ARRAY_COUNTER", 1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(engine.get("t:ROI1:ArraySizeX_RBV"), 2);
  assert.equal(engine.get("t:IMAGE1:UniqueId_RBV"), 3);
  assert.deepEqual(engine.get("t:IMAGE1:ArrayData"), Uint8Array.of(7, 11, 15, 19, 23, 27));
});

test("what the database gives reaches a plugin at start, but for numbers that the plugin has", (t) => {
  const { context, engine } = beamline(t, database, { ENABLED: "1", NDARRAY_PORT: "ELSEWHERE" });
  const roi = context.ports.get("ROI1");
  assert.ok(roi);
  assert.deepEqual(
    ["ENABLE_CALLBACKS", "DIM0_SIZE", "ROI_DATA_TYPE", "NDARRAY_PORT"].map((name) => shown(roi, name)),
    [1, 1_000_000, -1, "ELSEWHERE"],
  );
  assert.equal(engine.getString("t:ROI1:NDArrayPort"), "ELSEWHERE");
});

test("a put-callback on Capture of the circular buffer completes when it is stopped", async (t) => {
  const { engine } = beamline(t, database);
  const capture = engine.putNotify("t:CB1:Capture", "Capture");
  assert.equal(engine.getString("t:CB1:StatusMessage"), "Buffer filling");
  engine.put("t:CB1:Capture", "Done");
  assert.equal((await capture).ok, true);
  assert.equal(engine.getString("t:CB1:StatusMessage"), "Acquisition Stopped");
});

test("a put-callback on Capture of the file plugin completes when the file is closed", async (t) => {
  const { context, camera, engine } = beamline(t, database);
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-capture-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const text = (value: string) => Uint8Array.from(Buffer.from(`${value}\0`));
  for (const [field, value] of [
    ["FilePath", text(directory)],
    ["FileName", text("scan")],
    ["FileTemplate", text("%s%s_%3.3d.h5")],
    ["FileWriteMode", "Stream"],
    ["AutoIncrement", "Yes"],
    ["FileNumber", 7],
    ["NumCapture", 2],
    ["EnableCallbacks", "Enable"],
  ] as const)
    assert.equal((await engine.putNotify(`t:HDF1:${field}`, value)).ok, true, field);
  const capture = engine.putNotify("t:HDF1:Capture", "Capture");
  const hdf = context.ports.get("HDF1");
  assert.ok(hdf);
  await waitFor(hdf, "CAPTURE", 1);
  assert.equal(engine.getString("t:HDF1:Capture_RBV"), "Capturing");
  const name = Buffer.from(engine.get("t:HDF1:FullFileName_RBV") as Uint8Array).toString();
  assert.equal(name.replace(/\0.*$/, ""), join(directory, "scan_007.h5"));
  camera.emit(makeFrame(context.pool, 1));
  camera.emit(makeFrame(context.pool, 2));
  assert.equal((await capture).ok, true);
  assert.equal(engine.getString("t:HDF1:Capture_RBV"), "Done");
  assert.equal(engine.get("t:HDF1:NumCaptured_RBV"), 2);
  assert.equal(engine.get("t:HDF1:FileNumber"), 8);
  assert.equal(engine.getString("t:HDF1:WriteStatus"), "Write OK");
});
