import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CaClient } from "../../src/ca/index.js";
import type { Parameter } from "../../src/drivers/asyn/portDriver.js";
import { createIoc, type Ioc } from "../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../support/freePorts.js";
import { repositoryRoot } from "../support/paths.js";

const home = process.cwd();
const directory = mkdtempSync(join(tmpdir(), "area-detector-"));
after(() => {
  process.chdir(home);
  rmSync(directory, { recursive: true, force: true });
});

function quietIoc(env: NodeJS.ProcessEnv) {
  let said = "";
  const sink = { write: (text: string) => (said += text) };
  const ioc = createIoc({ environment: env, streams: { stdout: sink, stderr: sink } });
  return { ioc, said: () => said };
}

/** Until a PV of the IOC has a value; the test's own time-out bounds it. */
async function until(ioc: Ioc, pv: string, value: number): Promise<void> {
  while (ioc.engine.get(pv) !== value) await new Promise((resolve) => setImmediate(resolve));
}

test("the simulation detector's boot directory boots, and frames go through its plugins to clients", async (t) => {
  const boot = join(directory, "iocSimDetector");
  cpSync(join(repositoryRoot, "iocBoot/iocSimDetector"), boot, { recursive: true });
  process.chdir(boot);
  const network = await loopbackEnvironment();
  const env: NodeJS.ProcessEnv = {
    ...network,
    SIM_PREFIX: "sim:",
    SIM_XSIZE: "16",
    SIM_YSIZE: "8",
    TOP: repositoryRoot,
  };
  const { ioc, said } = quietIoc(env);
  t.after(() => ioc.stop());
  const { ok } = await ioc.shell.runScript("st.cmd");
  assert.ok(ok, said());
  assert.doesNotMatch(said(), /ERROR|cannot|not found/i);
  const put = async (pv: string, value: string | number) =>
    assert.equal((await ioc.engine.putNotify(`sim:${pv}`, value)).ok, true, pv);
  // A region in pairs of columns, its statistics over time, and the image of the region.
  await put("image1:NDArrayPort", "ROI1");
  for (const plugin of ["ROI1", "Stats2", "image1"]) await put(`${plugin}:EnableCallbacks`, "Enable");
  for (const [pv, value] of [
    ["ROI1:BinX", 2],
    ["ROI1:SizeY", 4],
    ["Stats2:ComputeCentroid", "Yes"],
    ["Stats2:TS:TSNumPoints", 3],
    ["cam1:ArrayCallbacks", "Enable"],
    ["cam1:ImageMode", "Multiple"],
    ["cam1:NumImages", 3],
  ] as const)
    await put(pv, value);
  const series = ioc.engine.putNotify("sim:Stats2:TS:TSAcquire", "Acquire");
  await put("cam1:Acquire", "Acquire");
  assert.equal((await series).ok, true, "the series of three points is complete");
  // The ramp's pixels are x + y + the number of the frame, its pairs twice that and one more.
  assert.deepEqual(Array.from(ioc.engine.get("sim:Stats2:TSMinValue") as Float64Array), [1, 3, 5]);
  assert.deepEqual(Array.from(ioc.engine.get("sim:Stats2:TSMaxX") as Float64Array), [7, 7, 7]);
  assert.equal(ioc.engine.get("sim:Stats2:ArrayCounter_RBV"), 3);
  await until(ioc, "sim:image1:ArrayCounter_RBV", 3);
  const client = new CaClient({ environment: network });
  t.after(() => client.close());
  const { value } = await client.connect("sim:image1:ArrayData").read({ timeoutSeconds: 30 });
  assert.deepEqual(Array.from(value as Uint8Array).slice(0, 9), [5, 9, 13, 17, 21, 25, 29, 33, 7]);
});

/** The configuration commands of areaDetector's commonPlugins.cmd and st.cmd files, with arguments as there. */
const COMMON = `simDetectorConfig("SIM1", 64, 48, 1, 0, 0)
simDetectorConfig("SIM2", 30, 20, 1, 50, 50000000)
NDStdArraysConfigure("Image1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 5)
NDFileNetCDFConfigure("FileNetCDF1", 20, 0, "SIM1", 0)
NDFileTIFFConfigure("FileTIFF1", 20, 0, "SIM1", 0)
NDFileJPEGConfigure("FileJPEG1", 20, 0, "SIM1", 0)
NDFileNexusConfigure("FileNexus1", 20, 0, "SIM1", 0)
NDFileMagickConfigure("FileMagick1", 20, 0, "SIM1", 0)
NDFileHDF5Configure("FileHDF1", 20, 0, "SIM1", 0)
NDROIConfigure("ROI1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 8)
NDROIStatConfigure("ROISTAT1", 20, 0, "SIM1", 0, 8, 0, 0, 0, 0, 8)
NDProcessConfigure("PROC1", 20, 0, "SIM1", 0, 0, 0)
NDScatterConfigure("SCATTER1", 20, 0, "SIM1", 0, 0, 0)
NDGatherConfigure("GATHER1", 20, 0, 8, 0, 0)
NDStatsConfigure("STATS1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 8)
NDTimeSeriesConfigure("STATS1_TS", 20, 0, "STATS1", 1, 23)
NDTransformConfigure("TRANS1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 8)
NDOverlayConfigure("OVER1", 20, 0, "SIM1", 0, 8, 0, 0, 0, 0, 8)
NDColorConvertConfigure("CC1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 8)
NDCircularBuffConfigure("CB1", 20, 0, "SIM1", 0, 500, 0)
NDAttrConfigure("ATTR1", 20, 0, "SIM1", 0, 8, 0, 0, 0)
NDFFTConfigure("FFT1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 5)
NDCodecConfigure("CODEC1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 5)
NDBadPixelConfigure("BADPIX1", 20, 0, "SIM1", 0, 0, 0, 0, 0, 5)
NDPvaConfigure("PVA1", 20, 0, "SIM1", 0, sim:Pva1:Image, 0, 0, 0)
NDPvxsConfigure("PVA2", 20, 0, "SIM1", 0, sim:Pva2:Image, 0, 0, 0)`;

const portOf = (line: string): string => /"(\w+)"/.exec(line)?.[1] ?? "";

test("every configuration command of commonPlugins.cmd makes a port", async (t) => {
  const { ioc, said } = quietIoc({});
  t.after(() => ioc.stop());
  for (const line of COMMON.split("\n")) {
    assert.ok((await ioc.shell.runLine(line)).ok, `${line}: ${said()}`);
    assert.equal(ioc.ports.get(portOf(line))?.parameter("PORT_NAME_SELF", 0)?.value, portOf(line));
  }
  assert.equal(ioc.ports.get("ROI1")?.parameter("MAX_THREADS", 0)?.value, 8);
  assert.equal(ioc.ports.get("STATS1_TS")?.parameter("TS_TIME_SERIES", 22)?.type, "Float64Array");
});

test("help names the arguments as areaDetector does", async (t) => {
  const { ioc, said } = quietIoc({});
  t.after(() => ioc.stop());
  await ioc.shell.runLine("help NDTimeSeriesConfigure simDetectorConfig");
  assert.match(
    said(),
    /NDTimeSeriesConfigure portName 'frame queue size' 'blocking callbacks' NDArrayPort NDArrayAddr maxSignals maxBuffers maxMemory priority stackSize/,
  );
  assert.match(said(), /simDetectorConfig 'Port name' 'Max X size' 'Max Y size' 'Data type' maxBuffers/);
});

test("a stand-in keeps what its database writes, and a file that it cannot write says so", async (t) => {
  const { ioc } = quietIoc({});
  t.after(() => ioc.stop());
  await ioc.shell.runLine('NDFileNexusConfigure("NEXUS1", 20, 0, "SIM1", 0)');
  await ioc.shell.runLine(
    'dbLoadRecords("NDFile.template", "P=sim:,R=NEXUS1:,PORT=NEXUS1,NDARRAY_PORT=SIM1")',
  );
  ioc.engine.iocInit();
  const kept = ioc.ports.get("NEXUS1")?.parameter("TEMPLATE_VALID", 0, "Int32");
  assert.ok(kept?.type === "Int32");
  await (kept as Parameter<"Int32">).write(2);
  assert.equal(ioc.ports.get("NEXUS1")?.parameter("TEMPLATE_VALID", 0, "Int32")?.value, 2);
  ioc.engine.put("sim:NEXUS1:FileWriteMode", "Stream");
  await ioc.engine.putNotify("sim:NEXUS1:Capture", "Capture");
  assert.equal(ioc.engine.getString("sim:NEXUS1:WriteStatus"), "Write error");
  const message = Buffer.from(ioc.engine.get("sim:NEXUS1:WriteMessage") as Uint8Array).toString();
  assert.match(message, /Nexus files are not implemented/);
});

test("however short acquisitions are, a put-callback on Acquire ends with each", async (t) => {
  const { ioc } = quietIoc({});
  t.after(() => ioc.stop());
  await ioc.shell.runLine('simDetectorConfig("SIM1", 8, 8, 1)');
  await ioc.shell.runLine('dbLoadRecords("simDetector.template", "P=sim:,R=cam1:,PORT=SIM1")');
  ioc.engine.iocInit();
  await ioc.engine.putNotify("sim:cam1:ImageMode", "Single");
  await ioc.engine.putNotify("sim:cam1:AcquireTime", 0);
  for (let times = 0; times < 20; times++)
    assert.equal((await ioc.engine.putNotify("sim:cam1:Acquire", 1)).ok, true);
  // A busy computer does nothing for longer than the acquisition, somewhere between two turns of the event loop.
  const rest = (turns: number): void => {
    const end = performance.now() + 30;
    if (turns > 0) setImmediate(() => rest(turns - 1));
    else while (performance.now() < end);
  };
  for (let turns = 0; turns < 8; turns++) {
    const acquired = ioc.engine.putNotify("sim:cam1:Acquire", 1);
    rest(turns);
    assert.equal((await acquired).ok, true);
  }
});

/** Databases of plugins that a camera's st.cmd loads for its commonPlugins.cmd, with their macros. */
const DATABASES: readonly (readonly [template: string, port: string, macros: string])[] = [
  ["NDROIStat.template", "ROISTAT1", "R=ROIStat1:,NCHANS=100"],
  ["NDROIStatN.template", "ROISTAT1", "R=ROIStat1:1:,ADDR=0,NCHANS=100"],
  ["NDROIStatN.template", "ROISTAT1", "R=ROIStat1:8:,ADDR=7,NCHANS=100"],
  ["NDOverlay.template", "OVER1", "R=Over1:"],
  ["NDOverlayN.template", "OVER1", "R=Over1:8:,NAME=Eight,SHAPE=1,O=Over1:,ADDR=7"],
  ["NDColorConvert.template", "CC1", "R=CC1:"],
  ["NDCodec.template", "CODEC1", "R=Codec1:"],
  ["NDROIStat8.template", "ROISTAT1", "R=ROIStat2:,NCHANS=100"],
  ["NDFileNetCDF.template", "FileNetCDF1", "R=netCDF1:"],
  ["NDFileNexus.template", "FileNexus1", "R=Nexus1:"],
  ["NDFileMagick.template", "FileMagick1", "R=Magick1:"],
  ["NDFileTIFF.template", "FileTIFF1", "R=TIFF1:"],
  ["NDFileJPEG.template", "FileJPEG1", "R=JPEG1:"],
];

test("the databases of regions, overlays, colors, codecs and image files are whole", async (t) => {
  const { ioc, said } = quietIoc({});
  t.after(() => ioc.stop());
  for (const line of COMMON.split("\n")) await ioc.shell.runLine(line);
  const before = said();
  for (const [template, port, macros] of DATABASES) {
    const line = `dbLoadRecords("${template}", "P=sim:,PORT=${port},NDARRAY_PORT=SIM1,TIMEOUT=1,${macros}")`;
    assert.ok((await ioc.shell.runLine(line)).ok, line);
  }
  ioc.engine.iocInit();
  assert.equal(said(), before, "nothing to complain of");
  const values = ["Over1:8:Shape_RBV", "Over1:8:Name_RBV", "ROIStat1:8:SizeX_RBV", "ROIStat1:TSCurrentPoint"];
  assert.deepEqual(
    values.map((pv) => ioc.engine.getString(`sim:${pv}`)),
    ["Rectangle", "Eight", "0", "0"],
  );
  assert.equal(ioc.engine.get("sim:JPEG1:JPEGQuality_RBV"), 50);
  assert.equal(ioc.engine.getString("sim:TIFF1:PluginType_RBV"), "NDFileTIFF");
  assert.equal(ioc.engine.getString("sim:Magick1:CompressType"), "None");
  assert.equal(ioc.engine.getString("sim:ROIStat2:8:SizeX_RBV"), "0");
});
