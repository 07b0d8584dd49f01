/**
 * 2448 x 2048 bytes from one camera through region, circular buffer, HDF5 file and pvAccess at once: the highest rate without a
 * dropped frame, and what each costs. node dist/bench/frameChain.js [seconds] [directory] [rate ...]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import { PortRegistry } from "../src/drivers/asyn/portRegistry.js";
import { NDFileHDF5Configure } from "../src/drivers/hdf5/configure.js";
import { ArrayPorts, ImageStreams } from "../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";
import {
  NDCircularBuffConfigure,
  NDPvaConfigure,
  NDROIConfigure,
  type PluginContext,
} from "../src/drivers/plugins/configure.js";
import { SharedPvProvider } from "../src/pva/index.js";
import { put, shown } from "../test/drivers/plugins/frames.js";
import { StillCamera } from "./capturedFrames.js";

/** Longer than the queues can hide. */
const seconds = Number(process.argv[2] ?? 5);
const directory = mkdtempSync(join(process.argv[3] ?? tmpdir(), "chain-bench-"));
const rates = process.argv.length > 4 ? process.argv.slice(4).map(Number) : [50, 75, 100, 125, 150];

const camera = new StillCamera();
const context: PluginContext = {
  ports: new PortRegistry(),
  arrayPorts: new ArrayPorts(),
  imageStreams: new ImageStreams(),
  pool: new NDArrayPool(4 * 1024 ** 3),
  sharedPvs: new SharedPvProvider(),
};
context.arrayPorts.add(camera);
const setup = (portName: string, arrayPort: string) => ({
  portName,
  arrayPort,
  arrayAddress: 0,
  queueSize: 100,
  blockingCallbacks: 0,
});
const roi = NDROIConfigure(context, setup("ROI1", "CAM"));
const buffer = NDCircularBuffConfigure(context, setup("CB1", "ROI1"));
const hdf = NDFileHDF5Configure(context, setup("HDF1", "ROI1"));
const pva = NDPvaConfigure(context, { ...setup("PVA1", "ROI1"), pvName: "bench:Image" });
const plugins = { ROI: roi, CB: buffer, HDF5: hdf, PVA: pva } as const;
type Name = keyof typeof plugins;

await put(roi, "ARRAY_CALLBACKS", 1);
await put(buffer, "CIRC_BUFF_PRE_TRIGGER", 50);
await put(buffer, "CIRC_BUFF_CONTROL", 1);
await put(hdf, "FILE_PATH", directory);
await put(hdf, "FILE_NAME", "frames");
await put(hdf, "HDF5_layoutFilename", "TomoScanLayout.xml");
await put(hdf, "WRITE_MODE", 2);

interface Run {
  readonly dropped: number;
  readonly captured: number;
  readonly cpuPerFrame: number;
}

async function run(rate: number, active: readonly Name[], duration = 1): Promise<Run> {
  const count = Math.round(rate * duration);
  for (const [name, plugin] of Object.entries(plugins)) {
    await put(plugin, "DROPPED_ARRAYS", 0);
    await put(plugin, "ENABLE_CALLBACKS", active.some((one) => one === name) ? 1 : 0);
  }
  const isCapturing = active.includes("HDF5");
  await put(hdf, "NUM_CAPTURE", count);
  const cpu = process.cpuUsage();
  if (isCapturing) await put(hdf, "CAPTURE", 1);
  await camera.emitAtRate(count, rate);
  await context.pool.whenIdle();
  const dropped = Object.values(plugins).reduce(
    (sum, plugin) => sum + Number(shown(plugin, "DROPPED_ARRAYS")),
    0,
  );
  if (isCapturing && dropped > 0) await put(hdf, "CAPTURE", 0);
  const capture$ = hdf.parameter("CAPTURE")?.value$;
  if (isCapturing && capture$ !== undefined) await firstValueFrom(capture$.pipe(filter((on) => on === 0)));
  const { user, system } = process.cpuUsage(cpu);
  if (isCapturing) rmSync(String(shown(hdf, "FULL_FILE_NAME")));
  return {
    dropped,
    captured: isCapturing ? Number(shown(hdf, "NUM_CAPTURED")) : 0,
    cpuPerFrame: (user + system) / 1000 / count,
  };
}

const all: readonly Name[] = ["ROI", "CB", "HDF5", "PVA"];
await run(20, all);
const table = [];
for (const rate of rates) {
  const { dropped, captured, cpuPerFrame } = await run(rate, all, seconds);
  table.push({ "frames/s": rate, dropped, stored: captured, "CPU ms per frame": cpuPerFrame.toFixed(2) });
}
console.table(table);

const without = await run(50, []);
const onlyRoi = await run(50, ["ROI"]);
const cost = async (name: Name) => (await run(50, ["ROI", name])).cpuPerFrame - onlyRoi.cpuPerFrame;
console.table({
  "camera alone": without.cpuPerFrame.toFixed(2),
  ROI: (onlyRoi.cpuPerFrame - without.cpuPerFrame).toFixed(2),
  CB: (await cost("CB")).toFixed(2),
  HDF5: (await cost("HDF5")).toFixed(2),
  PVA: (await cost("PVA")).toFixed(2),
});

context.ports.close();
await hdf.closed;
rmSync(directory, { recursive: true });
