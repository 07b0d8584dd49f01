/** What the simulated camera costs at the Oryx's size: frames delivered, triggers lost, and the time of processors per frame. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { File as H5File, ready } from "h5wasm/node";
import { firstValueFrom, NEVER, skip } from "rxjs";
import { PixelFormat } from "../src/drivers/camera/cameraParameters.js";
import type { FrameSourceOptions } from "../src/drivers/camera/frameSource.js";
import { SimulatedCamera } from "../src/drivers/camera/simulatedCamera.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";

const [framesPerSecond = 100, seconds = 5] = process.argv.slice(2, 4).map(Number);
const [, , , , wanted = ""] = process.argv;
const ORYX = { size: 2448, rows: 2048 };
const REPLAYED_FRAMES = 32;
const ANGLES = 32;
const FORMATS = ["Mono8", "Mono16"] as const;

/** A recorded measurement of the Oryx's size. */
async function recording(directory: string): Promise<string> {
  await ready;
  const path = join(directory, "recording.h5");
  const file = new H5File(path, "w");
  const data = new Uint8Array(REPLAYED_FRAMES * ORYX.size * ORYX.rows).map((_, index) => index);
  const group = file.create_group("exchange");
  group.create_dataset({ name: "data", data, shape: [REPLAYED_FRAMES, ORYX.rows, ORYX.size], dtype: "<B" });
  file.close();
  return path;
}

async function measure(
  name: string,
  source: FrameSourceOptions,
  format: (typeof FORMATS)[number],
): Promise<void> {
  if (!`${name}, ${format}`.startsWith(wanted)) return;
  const camera = new SimulatedCamera({
    portName: "CAM",
    pool: new NDArrayPool(),
    source,
    triggers$: NEVER,
    // Few angles, so that each was there while warming up.
    angleAt: (time) => ((Math.round(time * framesPerSecond) % ANGLES) * 360) / ANGLES,
    illumination: () => "projection",
  });
  await camera.ready;
  const { params } = camera;
  params.GC_PIXEL_FORMAT.write(PixelFormat[format]);
  params.ACQ_TIME.write(0.5 / framesPerSecond);
  params.GC_FRAMERATE.write(framesPerSecond);
  let frames = 0;
  camera.arrays$.subscribe(() => {
    frames += 1;
  });
  await params.ACQUIRE.write(1);
  await firstValueFrom(camera.arrays$.pipe(skip(2 * ANGLES)));
  const [first, lost] = [frames, params.SP_LOST_FRAME_COUNT.value ?? 0];
  const before = process.cpuUsage();
  const start = performance.now();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(before);
  const elapsed = (performance.now() - start) / 1000;
  const taken = frames - first;
  const busy = (user + system) / 1e6;
  const cells = [
    `${name}, ${format}`,
    `${(taken / elapsed).toFixed(0)}/s`,
    `${(params.SP_LOST_FRAME_COUNT.value ?? 0) - lost}`,
    `${((busy / taken) * 1000).toFixed(1)} ms`,
    `${((busy / elapsed) * 100).toFixed(0)} %`,
  ];
  console.log(`| ${cells.join(" | ")} |`);
  await params.ACQUIRE.write(0);
  camera.close();
}

const directory = mkdtempSync(join(tmpdir(), "bench-camera-"));
console.log(`asked for ${framesPerSecond} frames/s of ${ORYX.size} x ${ORYX.rows}`);
console.log("| source | delivered | lost | processor time per frame | of one core |");
console.log("|---|---|---|---|---|");
try {
  const replay = { kind: "replay", file: await recording(directory) } as const;
  for (const format of FORMATS) {
    await measure("pattern", { kind: "pattern", ...ORYX }, format);
    await measure("phantom, precomputed", { kind: "phantom", cached: true, ...ORYX }, format);
    if (format === "Mono8") await measure("replay", replay, format);
    await measure("phantom", { kind: "phantom", ...ORYX }, format);
  }
} finally {
  rmSync(directory, { recursive: true });
}
process.exit(0);
