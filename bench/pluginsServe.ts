// The IOC of bench/plugins.ts: a camera of 2448 x 2048 bytes, the plugins named in its messages, and a record to get.
import { readFileSync } from "node:fs";
import { createIoc } from "../src/ioc/ioc.js";
import { put, shown } from "../test/drivers/plugins/frames.js";
import { StillCamera } from "./capturedFrames.js";

/** What the parent asks for: frames at a rate through a plugin, made by its command, with these values. */
export interface PluginRun {
  readonly command: string;
  readonly values: Readonly<Record<string, number>>;
  readonly rate: number;
  readonly seconds: number;
}

/** Milliseconds of processor time for each frame, of the main thread and of all threads; frames that found the queue full. */
export interface PluginCost {
  readonly main: number;
  readonly all: number;
  readonly dropped: number;
}

const ioc = createIoc();
const camera = new StillCamera();
ioc.arrayPorts.add(camera);

/** Processor time of the main thread: the kernel's first figure of it, in nanoseconds. */
const mainThreadMs = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

let runs = 0;

async function run({ command, values, rate, seconds }: PluginRun): Promise<PluginCost> {
  const portName = `PLUGIN${++runs}`;
  await ioc.shell.runLine(`${command}("${portName}", 5, 0, "CAM", 0, 0, 0)`);
  const plugin = ioc.ports.get(portName);
  if (plugin === undefined) throw new Error(`${command} made no port`);
  for (const [name, value] of Object.entries(values)) await put(plugin, name, value);
  await put(plugin, "ENABLE_CALLBACKS", 1);
  // Compiled before it is measured, and for Process: what it takes its background from.
  await camera.emitAtRate(10, 20);
  await ioc.pool.whenIdle();
  for (const name of ["SAVE_BACKGROUND", "SAVE_FLAT_FIELD"])
    if (plugin.parameter(name, 0) !== undefined) await put(plugin, name, 1);
  await put(plugin, "DROPPED_ARRAYS", 0);
  process.send?.("begin");
  const before = { main: mainThreadMs(), all: process.cpuUsage() };
  const count = Math.round(rate * seconds);
  await camera.emitAtRate(count, rate);
  await ioc.pool.whenIdle();
  const { user, system } = process.cpuUsage(before.all);
  const dropped = Number(shown(plugin, "DROPPED_ARRAYS"));
  await put(plugin, "ENABLE_CALLBACKS", 0);
  return {
    main: (mainThreadMs() - before.main) / count,
    all: (user + system) / 1000 / count,
    dropped,
  };
}

await ioc.shell.runLine(`dbLoadRecords("${process.argv[2]}")`);
await ioc.iocInit();
process.on("message", async (request: PluginRun) => process.send?.(await run(request)));
process.send?.("running");
