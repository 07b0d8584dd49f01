import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import h5wasm from "h5wasm/node";
import type { Value } from "../../src/channel/dbf.js";
import { asynDeviceSupports } from "../../src/drivers/asyn/asynDeviceSupport.js";
import { asynRecordDeviceSupport } from "../../src/drivers/asyn/asynRecordDevice.js";
import { PortRegistry } from "../../src/drivers/asyn/portRegistry.js";
import type { FrameSourceOptions } from "../../src/drivers/camera/frameSource.js";
import { NDFileHDF5Configure } from "../../src/drivers/hdf5/configure.js";
import { meanOfStack, readStoredFrames } from "../../src/drivers/hdf5/dataExchange.js";
import { ArrayPorts, ImageStreams } from "../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../src/drivers/ndarray/ndArrayPool.js";
import {
  NDCircularBuffConfigure,
  NDPvaConfigure,
  NDROIConfigure,
} from "../../src/drivers/plugins/configure.js";
import { COUNTS_PER_ROTATION, createSimulatedBeamline } from "../../src/drivers/simulatedBeamline.js";
import { motorDeviceSupport } from "../../src/drivers/stage/motorDeviceSupport.js";
import { H5pyReader } from "../support/h5py.js";
import { repositoryRoot } from "../support/paths.js";
import { needsPython } from "../support/python.js";
import { readDataset } from "./h5.js";
import { PREFIX, ScanRig, STREAM_DATABASES } from "./scanRig.js";

await h5wasm.ready;

const SIZE = 32;

/**
 * How soon threads get a processor is not what these tests look at: on a computer under load a frame that was exposed before
 * the shutter moved may come a while after.
 */
const PATIENT = { capture: 60, frames: 30, put: 60, fastShutter: 0.5 };
const EXPOSURE_SECONDS = 0.03;

/** The whole simulated 2-BM with the scan server: camera, plugins, stage, controller and shutters are the real drivers. */
async function rig(
  context: TestContext,
  settings: Readonly<Record<string, Value>>,
  databases?: readonly string[],
  source: FrameSourceOptions = { kind: "phantom", size: SIZE },
): Promise<ScanRig> {
  const beamline = new ScanRig(context);
  const ports = new PortRegistry();
  const arrayPorts = new ArrayPorts();
  const pool = new NDArrayPool();
  const simulated = createSimulatedBeamline({
    ports,
    arrayPorts,
    pool,
    source,
    lookupPv: (name) => beamline.directory.pv(name),
  });
  const plugins = {
    ports,
    arrayPorts,
    pool,
    imageStreams: new ImageStreams(),
    sharedPvs: beamline.structures,
  };
  const from = (portName: string, arrayPort: string) => ({
    portName,
    queueSize: 200,
    blockingCallbacks: 0,
    arrayPort,
    arrayAddress: 0,
  });
  const file = NDFileHDF5Configure(plugins, from("HDF1", "SP1"));
  NDROIConfigure(plugins, from("ROI1", "SP1"));
  NDCircularBuffConfigure(plugins, from("CB1", "SP1"));
  NDPvaConfigure(plugins, { ...from("PVA1", "ROI1"), pvName: "2bmSP1:Pva1:Image" });

  beamline.after(async () => {
    simulated.close();
    ports.close();
    await file.closed;
  });

  const { engine } = beamline;
  const supports = [...asynDeviceSupports(ports), asynRecordDeviceSupport(ports), motorDeviceSupport(ports)];
  for (const support of supports) engine.addDeviceSupport(support);
  const load = (name: string, macros: Record<string, string> = {}): void =>
    beamline.load(join(repositoryRoot, "db", `${name}.yaml`), macros);
  load("simCamera", { P: "2bmSP1:", R: "cam1:", PORT: "SP1" });
  load("beamline");
  for (const [name, record, port] of [
    ["NDFileHDF5", "HDF1:", "HDF1"],
    ["NDROI", "ROI1:", "ROI1"],
    ["NDCircularBuff", "CB1:", "CB1"],
    ["NDPva", "Pva1:", "PVA1"],
  ] as const)
    load(name, { P: "2bmSP1:", R: record, PORT: port, NDARRAY_PORT: "SP1" });
  beamline.loadServer(
    {
      SHUTTER_STATUS: "PA:02BM:STA_A_FES_OPEN_PL",
      PSO_ENC_PER_ROTATION: String(COUNTS_PER_ROTATION),
    },
    databases,
  );
  await simulated.camera.ready;
  engine.iocInit();
  beamline.pv("2bmSP1:HDF1:FileTemplate").write("%s%s_%3.3d.h5");
  beamline.serve(
    {
      RotationStart: 0,
      RotationStep: 1,
      NumDarkFields: 5,
      NumFlatFields: 5,
      ExposureTime: EXPOSURE_SECONDS,
      FilePath: `${beamline.folder}/`,
      FileName: "scan",
      SampleOutX: 2,
      FlatFieldAxis: "X",
      ...settings,
    },
    PATIENT,
  );
  return beamline;
}

const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("a scan of the simulated beamline: dark and flat fields, a capture with pre-count, abort", async (context) => {
  const beamline = await rig(context, {
    NumAngles: 20_000,
    StreamPreCount: 15,
    StreamNumCapture: 60,
    StreamScanType: "continuous",
  });
  const { ended } = await beamline.stream();
  await beamline.press("StreamRetakeDark");
  await beamline.press("StreamRetakeFlat");
  await beamline.shows("StreamPreCounted", 15);
  await beamline.press("StreamCapture");
  assert.equal(beamline.text("StreamFileName"), "scan_000.h5");
  assert.equal(beamline.number("StreamNumTotalCaptured"), 75);
  beamline.set("AbortScan", 1);
  await ended;
  assert.equal(beamline.text("ScanStatus"), "Scan aborted");

  const path = join(beamline.folder, "scan_000.h5");
  const { ids, locations } = readStoredFrames(path);
  assert.equal(ids.length, 60);
  assert.deepEqual(new Set(locations), new Set(["/exchange/data"]));
  const dark = meanOfStack(path, "/exchange/data_dark");
  const flat = meanOfStack(path, "/exchange/data_white");
  assert.deepEqual([dark.frames, flat.frames, dark.sizeX], [5, 5, SIZE]);
  assert.ok(mean(flat.mean) > 2 * mean(dark.mean), `${mean(flat.mean)} and ${mean(dark.mean)}`);
  const broadcast = beamline.structures.get(`${PREFIX}StreamFlatFields`)?.value["value"];
  assert.deepEqual(broadcast, flat.mean);
});

/** In Python, over an open capture of a test pattern: its metadata, and what of each frame is not as its id says. */
const CONTENTS = `(lambda data, ids, theta: {
  'frames': len(data), 'ids': ids, 'theta': theta, 'thetaType': str(f['/exchange/theta'].dtype),
  'wrong': [int(i) for d, i in zip(data, ids) if (d != (np.add.outer(np.arange(d.shape[0]), np.arange(d.shape[1])) + int(d[0, 0])) % 65536).any()
    or (int(d[0, 0]) - int(i) - int(data[0, 0, 0]) + int(ids[0])) % 65536],
  'before': f['/exchange/data'].attrs.get('pre_count'),
  'fields': [len(f['/exchange/data_dark']), len(f['/exchange/data_white'])],
  'model': f['/measurement/instrument/detector/model'][0], 'exposure': f['/measurement/instrument/detector/exposure_time'][0],
  'step': f['/process/acquisition/rotation/step'][0], 'angles': f['/process/acquisition/rotation/num_angles'][0],
})(f['/exchange/data'][:], f['/defaults/NDArrayUniqueId'][:], f['/exchange/theta'][:])`;

interface CaptureContents {
  readonly frames: number;
  readonly ids: readonly number[];
  readonly theta: readonly number[];
  readonly thetaType: string;
  readonly wrong: readonly number[];
  readonly before: number | null;
}

test(
  "a capture of the simulated beamline is one valid file, with one beside it for the frames from before",
  needsPython,
  async (context) => {
    const settings = {
      NumAngles: 20_000,
      StreamPreCount: 5,
      StreamNumCapture: 60,
      StreamScanType: "continuous",
    };
    const source = { kind: "pattern", size: SIZE } as const;
    const beamline = await rig(context, settings, [...STREAM_DATABASES, "tomoScanStreamFiles"], source);
    const { ended } = await beamline.stream();
    await beamline.press("StreamRetakeDark");
    await beamline.press("StreamRetakeFlat");
    // Of another size the buffer begins anew: what it keeps is from after the fields.
    beamline.set("StreamPreCount", 15);
    await beamline.shows("StreamPreCounted", 15);
    await beamline.press("StreamCapture");
    beamline.set("AbortScan", 1);
    await ended;

    const h5py = new H5pyReader();
    context.after(() => h5py.close());
    const read = (name: string) => h5py.read<CaptureContents>(join(beamline.folder, name), CONTENTS);
    const capture = await read("scan_000.h5");
    const { ids, theta, ...facts } = capture;
    const step = beamline.number("RotationStep");
    const metadata = {
      fields: [5, 5],
      model: "Oryx ORX-10G-51S5M",
      exposure: EXPOSURE_SECONDS,
      step,
      angles: 20_000,
    };
    assert.deepEqual(facts, { frames: 75, thetaType: "float64", wrong: [], before: 15, ...metadata });
    const [first = 0] = ids;
    assert.deepEqual(
      ids,
      ids.map((_, index) => first + index),
    );
    assert.deepEqual(
      theta,
      ids.map((id) => (id - 1) * step),
    );
    const before = { ...capture, frames: 15, ids: ids.slice(0, 15), theta: theta.slice(0, 15) };
    assert.deepEqual(await read("circular_buffer_scan_000.h5"), before);
  },
);

test("a fly scan of the simulated beamline: fields and projections in one file, no frame lost", async (context) => {
  const beamline = await rig(
    context,
    { NumAngles: 45, RotationStep: 4, DarkFieldMode: "Both", FlatFieldMode: "Start" },
    ["tomoScan", "tomoScan_PSO", "tomoScan_Helical", "tomoScan_2BM"],
  );
  await beamline.served();
  await beamline.startScan();
  assert.equal(beamline.text("ScanStatus"), "Scan complete");
  const path = join(beamline.folder, "scan_000.h5");
  const { ids, locations } = readStoredFrames(path);
  assert.equal(ids.length, 5 + 5 + 45 + 5);
  const dark = meanOfStack(path, "/exchange/data_dark");
  const flat = meanOfStack(path, "/exchange/data_white");
  assert.deepEqual([dark.frames, flat.frames], [10, 5]);
  assert.ok(mean(flat.mean) > 2 * mean(dark.mean));
  assert.equal(locations.filter((location) => location === "/exchange/data").length, 45);
  const theta = readDataset(path, "exchange/theta").values;
  assert.ok(theta.every((angle, index) => Math.abs(angle - 4 * index) < 1e-3));
});
