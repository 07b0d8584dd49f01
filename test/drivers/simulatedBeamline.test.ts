import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { filter, firstValueFrom, map, take, timeout, toArray } from "rxjs";
import { type LoadedDatabase, loadDatabaseFile } from "../../src/database/index.js";
import { describeProblem } from "../../src/database/recordDefinition.js";
import { asynDeviceSupports } from "../../src/drivers/asyn/asynDeviceSupport.js";
import { asynRecordDeviceSupport } from "../../src/drivers/asyn/asynRecordDevice.js";
import { PortRegistry } from "../../src/drivers/asyn/portRegistry.js";
import { ArrayPorts } from "../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../src/drivers/ndarray/ndArrayPool.js";
import {
  COUNTS_PER_ROTATION,
  createSimulatedBeamline,
  simBeamlineConfigure,
} from "../../src/drivers/simulatedBeamline.js";
import { motorDeviceSupport } from "../../src/drivers/stage/motorDeviceSupport.js";
import { createPvDirectory, RecordEngine } from "../../src/records/index.js";
import { becomes, database } from "../records/support.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";

const CAMERA = { P: "SIM:", R: "cam1:", PORT: "SP1" };

function rig(context: TestContext, databases: readonly (readonly [string, Record<string, string>])[]) {
  const ports = new PortRegistry();
  const engine = new RecordEngine();
  const pvs = createPvDirectory(engine, undefined);
  const beamline = createSimulatedBeamline({
    ports,
    arrayPorts: new ArrayPorts(),
    pool: new NDArrayPool(),
    source: { kind: "phantom", size: 32 },
    lookupPv: (name) => pvs.pv(name),
  });
  for (const support of [
    ...asynDeviceSupports(ports),
    asynRecordDeviceSupport(ports),
    motorDeviceSupport(ports),
  ])
    engine.addDeviceSupport(support);
  const load = ({ definition, problems }: LoadedDatabase) =>
    assert.deepEqual([...problems, ...engine.load(definition)].map(describeProblem), []);
  for (const [file, macros] of databases)
    load(loadDatabaseFile(file, macros, { catalog: engine.catalog, environment: {} }));
  engine.load(
    database({
      "TS:Location": ["stringout", { VAL: "/exchange/data" }],
      "TS:Command": ["asyn", { PORT: "PSO_PORT" }],
    }),
  );
  engine.iocInit();
  context.after(() => {
    engine.stop();
    beamline.close();
  });
  const put = async (name: string, value: number | string) => {
    const result = await engine.putNotify(name, value);
    assert.ok(result.ok, result.ok ? "" : result.error.message);
  };
  return { engine, beamline, put };
}

const ours = (name: string) => join(repositoryRoot, "db", name);

/** Records that could not be bound to their port. */
const unbound = (engine: RecordEngine) =>
  [...engine.recordNames()].filter((name) => engine.instance(name)?.deviceError !== undefined);

const attribute = (name: string) =>
  map(
    (array: { attributes: readonly { name: string; value: unknown }[] }) =>
      array.attributes.find((candidate) => candidate.name === name)?.value,
  );

test("every record of the camera and beamline databases finds its port", async (context) => {
  const { engine, beamline } = rig(context, [
    [ours("simCamera.yaml"), CAMERA],
    [ours("beamline.yaml"), {}],
  ]);
  await beamline.camera.ready;
  assert.deepEqual(unbound(engine), []);
  assert.equal(engine.get("SIM:cam1:Manufacturer_RBV"), "FLIR");
  assert.equal(engine.get("SIM:cam1:Model_RBV"), "Oryx ORX-10G-51S5M");
  assert.equal(engine.get("SIM:cam1:PortName_RBV"), "SP1");
  assert.equal(engine.get("SIM:cam1:MaxSizeX_RBV"), 32);
  assert.equal(engine.getString("SIM:cam1:DetectorState_RBV"), "Idle");
  assert.equal(engine.get("2bmb:m102.DMOV"), 1);
});

for (const template of ["ADBase.template", "spinnaker.template"])
  test(
    `areaDetector's own ${template} loads on the simulated camera and runs it`,
    needsShared,
    async (context) => {
      const file = join(sharedDirectory, "beamline", "areaDetector", "db", template);
      const { engine, beamline, put } = rig(context, [[file, { ...CAMERA, ADDR: "0", TIMEOUT: "1" }]]);
      await beamline.camera.ready;
      assert.deepEqual(unbound(engine), []);
      await put("SIM:cam1:AcquireTime", 0.002);
      await put("SIM:cam1:AcquirePeriod", 0.002);
      await put("SIM:cam1:ImageMode", "Multiple");
      await put("SIM:cam1:NumImages", 3);
      await put("SIM:cam1:Acquire", "Acquire");
      assert.equal(engine.get("SIM:cam1:NumImagesCounter_RBV"), 3);
      assert.equal(engine.getString("SIM:cam1:AcquireBusy"), "Done");
      assert.equal(engine.getString("SIM:cam1:Acquire"), "Done");
    },
  );

test("a put-callback of Acquire completes when the camera has finished, stopping included", async (context) => {
  const { engine, beamline, put } = rig(context, [[ours("simCamera.yaml"), CAMERA]]);
  await beamline.camera.ready;
  await put("SIM:cam1:ImageMode", "Continuous");
  const done = put("SIM:cam1:Acquire", 1);
  await becomes(engine, "SIM:cam1:AcquireBusy", 1);
  engine.put("SIM:cam1:Acquire", "Done");
  await done;
  assert.equal(engine.get("SIM:cam1:AcquireBusy"), 0);
});

test("a whole fly scan through records: shutters, taxi, PSO program, triggered frames with exact angles", async (context) => {
  const { engine, beamline, put } = rig(context, [
    [ours("simCamera.yaml"), CAMERA],
    [ours("beamline.yaml"), {}],
  ]);
  await beamline.camera.ready;
  const count = 12;
  const counts = 65779;
  const step = (counts * 360) / COUNTS_PER_ROTATION;
  await put("2bma:A_shutter:open", 1);
  await put("2bma:B_shutter:open", "1");
  assert.equal(engine.get("PA:02BM:STA_A_FES_OPEN_PL"), 1);
  assert.equal(beamline.illumination(), "projection");
  await put("SIM:cam1:AcquireTime", 0.005);
  await put("SIM:cam1:TriggerSource", "Line2");
  await put("SIM:cam1:TriggerMode", "On");
  for (const command of [
    "PSOCONTROL X RESET",
    "PSOOUTPUT X PULSE WINDOW MASK",
    `PSODISTANCE X FIXED ${counts}`,
    `PSOWINDOW X 1 RANGE ${-Math.round(counts / 2)},${counts * count - Math.round(counts / 2)}`,
    "PSOCONTROL X ARM",
  ]) {
    await put("TS:Command.AOUT", command);
    assert.equal(engine.get("TS:Command.AINP"), "%");
  }
  await put("2bmb:m102", -3 * step);
  engine.put("SIM:cam1:Acquire", 1);
  await put("2bmb:m102.VELO", 100);
  const angles = firstValueFrom(
    beamline.camera.arrays$.pipe(attribute("StageAngle"), take(count), toArray(), timeout(30_000)),
  );
  await put("2bmb:m102", (count + 3) * step);
  const taken = await angles;
  for (const [index, angle] of taken.entries()) assert.ok(Math.abs(Number(angle) - index * step) < 1e-9);
  assert.equal(engine.get("SIM:cam1:DroppedFrameCount"), 0);
});

test("frames carry the destination of the moment they arrive, as ADSpinnaker's", async (context) => {
  const { engine, beamline, put } = rig(context, [[ours("simCamera.yaml"), CAMERA]]);
  await beamline.camera.ready;
  const xml = `<Attributes><Attribute name="HDF5FrameLocation" type="EPICS_PV" source="TS:Location" dbrtype="DBR_STRING"/></Attributes>`;
  engine.put("SIM:cam1:NDAttributesFile", Int8Array.from(Buffer.from(xml)));
  await put("SIM:cam1:AcquireTime", 0.3);
  await put("SIM:cam1:ImageMode", "Single");
  const location = firstValueFrom(
    beamline.camera.arrays$.pipe(attribute("HDF5FrameLocation"), take(1), timeout(30_000)),
  );
  engine.put("SIM:cam1:Acquire", 1);
  await firstValueFrom(
    beamline.camera.params.SP_STARTED_FRAME_COUNT.value$.pipe(
      filter((n) => n === 1),
      timeout(30_000),
    ),
  );
  engine.put("TS:Location", "/exchange/data_dark");
  assert.equal(await location, "/exchange/data_dark");
});

test("the sample is seen when both shutters are open and it is in, the open beam when it is out", async (context) => {
  const { beamline, put } = rig(context, [[ours("beamline.yaml"), {}]]);
  assert.equal(beamline.illumination(), "dark");
  await put("2bma:A_shutter:open", 1);
  assert.equal(beamline.illumination(), "dark");
  await put("2bma:B_shutter:open", 1);
  assert.equal(beamline.illumination(), "projection");
  await put("2bmb:m63", 1);
  assert.equal(beamline.illumination(), "flat");
  await put("2bma:A_shutter:close", 1);
  assert.equal(beamline.illumination(), "dark");
});

test("the configuration command names what is wrong with its arguments", () => {
  const context = { ports: new PortRegistry(), arrayPorts: new ArrayPorts(), pool: new NDArrayPool() };
  assert.throws(() => simBeamlineConfigure(context, ["SP1", "ROT", "PSO", "huge"]), /image size "huge"/);
  const beamline = simBeamlineConfigure(context, ["SP1", "ROT", "PSO", "16x8", "phantom"]);
  assert.deepEqual([beamline.camera.params.SIZE_X.value, beamline.camera.params.SIZE_Y.value], [16, 8]);
  assert.throws(() => simBeamlineConfigure(context, ["SP2", "ROT", "PSO", "16"]), /"ROT" exists already/);
  beamline.close();
  assert.deepEqual(context.ports.names(), []);
});

test("a pixel format that the camera does not have leaves the record in alarm with the reason", async (context) => {
  const { engine, beamline } = rig(context, [[ours("simCamera.yaml"), CAMERA]]);
  await beamline.camera.ready;
  engine.put("SIM:cam1:PixelFormat", "Mono12Packed");
  assert.equal(engine.getString("SIM:cam1:PixelFormat.STAT"), "WRITE");
  assert.match(engine.getString("SIM:cam1:PixelFormat.AMSG"), /Mono12Packed is not/);
  assert.equal(engine.getString("SIM:cam1:PixelFormat_RBV"), "Mono16");
  engine.put("SIM:cam1:PixelFormat", "Mono8");
  assert.equal(engine.getString("SIM:cam1:PixelFormat.SEVR"), "NO_ALARM");
  assert.equal(engine.getString("SIM:cam1:PixelFormat_RBV"), "Mono8");
});
