/**
 * What plugins cost for a frame of 2448 x 2048 bytes, and how long a get of another record takes meanwhile.
 * node dist/bench/plugins.js [seconds] [frames/s,frames/s] [plugin ...]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CaClient } from "../src/ca/index.js";
import { loopbackEnvironment } from "../test/support/freePorts.js";
import type { PluginCost, PluginRun } from "./pluginsServe.js";

type Case = Pick<PluginRun, "command" | "values">;

const ROI = { DIM0_ENABLE: 1, DIM0_SIZE: 2448, DIM1_ENABLE: 1, DIM1_SIZE: 2048, ROI_DATA_TYPE: -1 };
const PROCESS = { PROCESS_DATA_TYPE: -1 };
const AVERAGE = {
  FILTER_OC1: 1,
  FILTER_OC2: -1,
  FILTER_OC4: 1,
  FILTER_FC1: 1,
  FILTER_FC2: -1,
  FILTER_FC4: 1,
  FILTER_OSCALE: 1,
  FILTER_FSCALE: 1,
  FILTER_RC2: 1,
};

/** By name: the plugin's command and what is switched on. */
const CASES: Readonly<Record<string, Case>> = {
  "none (StdArrays, nobody listening)": { command: "NDStdArraysConfigure", values: {} },
  "Stats, statistics": { command: "NDStatsConfigure", values: { COMPUTE_STATISTICS: 1, BGD_WIDTH: 1 } },
  "Stats, centroid": { command: "NDStatsConfigure", values: { COMPUTE_CENTROID: 1 } },
  "Stats, centroid and profiles": {
    command: "NDStatsConfigure",
    values: { COMPUTE_CENTROID: 1, COMPUTE_PROFILES: 1 },
  },
  "Stats, histogram": {
    command: "NDStatsConfigure",
    values: { COMPUTE_HISTOGRAM: 1, HIST_SIZE: 256, HIST_MAX: 255 },
  },
  "Process, background": {
    command: "NDProcessConfigure",
    values: { ...PROCESS, ENABLE_BACKGROUND: 1 },
  },
  "Process, background, flat field": {
    command: "NDProcessConfigure",
    values: { ...PROCESS, ENABLE_BACKGROUND: 1, ENABLE_FLAT_FIELD: 1, SCALE_FLAT_FIELD: 100 },
  },
  "Process, recursive average": {
    command: "NDProcessConfigure",
    values: { ...PROCESS, ...AVERAGE, ENABLE_FILTER: 1, NUM_FILTER: 100 },
  },
  "ROI, binned 2 x 2": {
    command: "NDROIConfigure",
    values: { ...ROI, DIM0_BIN: 2, DIM1_BIN: 2, ENABLE_SCALE: 1, SCALE_VALUE: 4 },
  },
  "ROI, binned 4 x 4": {
    command: "NDROIConfigure",
    values: { ...ROI, DIM0_BIN: 4, DIM1_BIN: 4, ENABLE_SCALE: 1, SCALE_VALUE: 16 },
  },
  "Transform, Rot90": { command: "NDTransformConfigure", values: { TRANSFORM_TYPE: 1 } },
};

const seconds = Number(process.argv[2] ?? 2);
const rates = (process.argv[3] ?? "30,100").split(",").map(Number);
const wanted = process.argv.slice(4);
const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.startsWith(part));

const directory = mkdtempSync(join(tmpdir(), "plugins-bench-"));
const database = join(directory, "one.db");
writeFileSync(database, 'record(ao, "bench:Value") { }\n');
const environment = await loopbackEnvironment();

const message = async (child: ChildProcess): Promise<unknown> => (await once(child, "message"))[0];

const at = (sorted: readonly number[], part: number): string =>
  (sorted[Math.floor(sorted.length * part)] ?? Number.NaN).toFixed(2);

const child = fork(new URL("./pluginsServe.js", import.meta.url), [database], {
  env: { ...process.env, ...environment },
  stdio: ["ignore", "ignore", "inherit", "ipc"],
});
await message(child);
const client = new CaClient({ environment });
const channel = client.connect("bench:Value");
await channel.read({ timeoutSeconds: 10 });

/** Gets in turn, some milliseconds apart, until the frames are through. */
async function gets(end: Promise<unknown>): Promise<readonly number[]> {
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const started = performance.now();
    await channel.read({ timeoutSeconds: 30 });
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 4));
  }
  return times.sort((a, b) => a - b);
}

for (const rate of rates) {
  const table: Record<string, Record<string, string | number>> = {};
  for (const [name, plugin] of Object.entries(CASES).filter(([one]) => isWanted(one))) {
    child.send({ ...plugin, rate, seconds } satisfies PluginRun);
    await message(child);
    const cost = message(child);
    const times = await gets(cost);
    const { main, all, dropped } = (await cost) as PluginCost;
    table[name] = {
      "main thread ms": main.toFixed(2),
      "all threads ms": all.toFixed(2),
      dropped: `${dropped} of ${rate * seconds}`,
      "get ms, median": at(times, 0.5),
      "95 %": at(times, 0.95),
      longest: at(times, 0.9999),
    };
  }
  console.log(`${rate} frames/s`);
  console.table(table);
}

client.close();
child.kill();
rmSync(directory, { recursive: true });
process.exit();
