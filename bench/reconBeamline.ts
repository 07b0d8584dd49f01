/**
 * The whole live system in one process: simulated camera, circular buffer, HDF5 capture, reconstruction, slices by pvAccess.
 * node dist/bench/reconBeamline.js [size] [frames per second] [projections of a half turn] [seconds of a window] [windows] [directory] [picture]
 * picture: the channel that somebody reads: StreamRecon, StreamReconZ (the default), ...
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TOMO_SCAN, TOMO_STREAM } from "../src/cli/demo/names.js";
import { startScanAndRecon } from "../src/cli/demo/operator.js";
import { createIoc } from "../src/ioc/ioc.js";
import { now, toPosixMilliseconds } from "../src/libcom/epicsTime.js";
import { packageDirectory } from "../src/libcom/packageDirectory.js";
import { loopbackEnvironment } from "../test/support/freePorts.js";

const [size = 1024, rate = 100, projections = 1500, seconds = 5, windows = 3] = process.argv
  .slice(2, 7)
  .map(Number);
const directory = mkdtempSync(join(process.argv[7] ?? tmpdir(), "beamline-bench-"));
const picture = process.argv[8] ?? "StreamReconZ";
/** The scan makes the time between two triggers this much longer than an exposure. */
const STREAM_MARGIN = 1.0516;
const CLOCK_TICKS = 100;

mkdirSync(join(directory, "autosave"));
Object.assign(process.env, await loopbackEnvironment(), {
  ...{ TOP: packageDirectory, DEMO_DIRECTORY: directory, DEMO_SIZE: String(size) },
  ...{ DEMO_MIDDLE: String(size / 2), DEMO_REPLAY: "pattern", SIM_CAMERA2: "#" },
});
process.chdir(join(packageDirectory, "iocBoot", "iocDemo"));
const ioc = createIoc({ streams: { stdout: { write: () => true }, stderr: process.stderr } });
await ioc.shell.runScript("st.cmd");

/** When each frame was taken, by its time stamp, and when slices were published that it is the newest of; milliseconds. */
const takenAt = new Map<number, number>();
let shownAt: { readonly id: number; readonly time: number }[] = [];

ioc.imageStreams.get("2bmSP2:Pva1:Image")?.subscribe(({ uniqueId, epicsTimestamp }) => {
  takenAt.set(uniqueId, toPosixMilliseconds(epicsTimestamp));
});

const watchSlices = (): unknown =>
  ioc.sharedPvs.get(TOMO_STREAM + picture)?.subscribe(({ value }) => {
    shownAt.push({ id: Number(value["uniqueId"]), time: toPosixMilliseconds(now()) });
  });

const settings: Readonly<Record<string, number | string>> = {
  [`${TOMO_SCAN}ExposureTime`]: 1 / rate / STREAM_MARGIN,
  [`${TOMO_SCAN}RotationStep`]: 180 / projections,
  [`${TOMO_SCAN}NumAngles`]: 1_000_000,
  [`${TOMO_SCAN}StreamScanType`]: "continuous",
  [`${TOMO_SCAN}StreamPreCount`]: 20,
  [`${TOMO_SCAN}StreamNumCapture`]: Math.round(rate * seconds * (windows + 1)),
  "2bmSP1:cam1:PixelFormat": "Mono16",
};
for (const [name, value] of Object.entries(settings)) await ioc.pvs.pv(name).writeNotify(value);
await startScanAndRecon(ioc.pvs);
watchSlices();

const number = (name: string): number => Number(ioc.engine.get(name));

const counts = () => ({
  camera: number("2bmSP1:cam1:ArrayCounter_RBV"),
  captured: number("2bmSP1:HDF1:NumCaptured_RBV"),
  lost: number("2bmSP1:cam1:DroppedFrameCount") + number("2bmSP1:cam1:LostFrameCount"),
  accepted: number(`${TOMO_STREAM}ProjectionsAccepted`),
  dropped: number(`${TOMO_STREAM}ProjectionsDropped`),
  plugins: ["2bmSP1:HDF1:", "2bmSP2:Pva1:", "2bmSP2:ROI1:", "2bmSP2:CB1:"].reduce(
    (sum, plugin) => sum + number(`${plugin}DroppedArrays_RBV`),
    0,
  ),
});

/** Processor seconds of each thread. */
function threadTimes(): Map<string, number> {
  const times = new Map<string, number>();
  for (const thread of readdirSync("/proc/self/task")) {
    const fields = readFileSync(`/proc/self/task/${thread}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    times.set(thread, (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS);
  }
  return times;
}

const percentile = (values: number[], part: number): string =>
  `${(values.toSorted((a, b) => a - b)[Math.floor(part * values.length)] ?? Number.NaN).toFixed(0)} ms`;

/** How old the newest frame of slices was when they were published. */
const latencies = (): number[] =>
  shownAt.flatMap(({ id, time }) => {
    const taken = takenAt.get(id);
    return taken === undefined ? [] : [time - taken];
  });

/** For each frame, how long it took until slices were published that it is in, or newer ones. */
const untilShown = (): number[] =>
  [...takenAt].flatMap(([id, taken]) => {
    const first = shownAt.find((shown) => shown.id >= id);
    return first === undefined ? [] : [first.time - taken];
  });

ioc.pvs.pv(`${TOMO_SCAN}StreamCapture`).write(1);
for (let window = 0; window < windows; window++) {
  const before = counts();
  const threads = threadTimes();
  shownAt = [];
  takenAt.clear();
  const start = performance.now();
  await sleep(seconds * 1000);
  const elapsed = (performance.now() - start) / 1000;
  const after = counts();
  const spent = [...threadTimes()].map(([thread, time]) => time - (threads.get(thread) ?? 0));
  const frames = after.camera - before.camera;
  const [latency, shown] = [latencies(), untilShown()];
  console.log(
    [
      `${(frames / elapsed).toFixed(1)} frames/s`,
      `camera lost ${after.lost - before.lost}, plugins dropped ${after.plugins - before.plugins}`,
      `taken in ${after.accepted - before.accepted}, left out ${after.dropped - before.dropped}`,
      `captured ${after.captured - before.captured}`,
      `buffer ${ioc.engine.getString(`${TOMO_STREAM}BufferSize`)}`,
      `published ${(shownAt.length / elapsed).toFixed(1)}/s`,
      `latency ${percentile(latency, 0.5)}, 95 % ${percentile(latency, 0.95)}`,
      `each frame shown after ${percentile(shown, 0.5)}, 95 % ${percentile(shown, 0.95)}`,
      `CPU ms a frame ${((1000 * spent.reduce((a, b) => a + b, 0)) / frames).toFixed(1)}: ${spent
        .filter((time) => time > 0.02)
        .sort((a, b) => b - a)
        .map((time) => ((1000 * time) / frames).toFixed(1))
        .join(" ")}`,
    ].join("; "),
  );
}
rmSync(directory, { recursive: true, force: true });
process.exit();
