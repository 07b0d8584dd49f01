// An IOC whose HDF5 plugin writes to a disk of a few megabytes: captures until the disk is full, frees it, captures again, and prints after
// each what its records say. Arguments: where the small disk is, and where a copy of each file is to be left.
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import { charsToText } from "../../../src/channel/text.js";
import { createIoc } from "../../../src/ioc/ioc.js";
import { loopbackEnvironment } from "../../support/freePorts.js";
import { FrameSource, makeFrame } from "../plugins/frames.js";

const [disk = "", kept = ""] = process.argv.slice(2);
const environment = { ...process.env, ...(await loopbackEnvironment()) };
Object.assign(process.env, environment);
const sink = { write: () => true };
const ioc = createIoc({ environment, streams: { stdout: sink, stderr: sink } });
const camera = new FrameSource("CAM");
ioc.arrayPorts.add(camera);
for (const line of [
  'NDFileHDF5Configure("HDF1", 20, 0, "CAM", 0)',
  'dbLoadRecords("NDFileHDF5.db", "P=t:,R=HDF1:,PORT=HDF1,NDARRAY_PORT=CAM,ENABLED=1")',
  "iocInit",
  `dbpf t:HDF1:FilePath "${disk}"`,
  "dbpf t:HDF1:FileName frames",
  "dbpf t:HDF1:FileTemplate %s%s_%3.3d.h5",
  "dbpf t:HDF1:AutoIncrement 1",
  "dbpf t:HDF1:XMLFileName TomoScanLayout.xml",
  "dbpf t:HDF1:FileWriteMode Stream",
])
  await ioc.shell.runLine(line);

const pv = (name: string) => ioc.pvs.pv(`t:HDF1:${name}`);
const capture = pv("Capture");
const capturing = pv("Capture_RBV");
let id = 0;
const frames = setInterval(() => {
  id += 1;
  camera.emit(makeFrame(ioc.pool, id, { sizeX: 250, sizeY: 200, fill: () => id }));
}, 10);

async function textOf(name: string): Promise<string> {
  const { value } = await pv(name).read();
  return value instanceof Int8Array ? charsToText(value) : String(value);
}

async function captureFrames(count: number): Promise<void> {
  await pv("NumCapture").writeNotify(count);
  await capture.writeNotify(1);
  await firstValueFrom(capturing.sample$.pipe(filter(({ value }) => value === 0)));
  const status = (await pv("WriteStatus").read()).value;
  const severity = (await pv("WriteStatus.SEVR").read()).value;
  const message = await textOf("WriteMessage");
  const captured = (await pv("NumCaptured_RBV").read()).value;
  const path = await textOf("FullFileName_RBV");
  console.log(JSON.stringify({ status, severity, message, captured, path }));
}

await captureFrames(1000);
copyFileSync(join(disk, "frames_000.h5"), join(kept, "frames_000.h5"));
rmSync(join(disk, "frames_000.h5"));
await captureFrames(5);
copyFileSync(join(disk, "frames_001.h5"), join(kept, "frames_001.h5"));
clearInterval(frames);
await ioc.stop();
process.exit(0);
