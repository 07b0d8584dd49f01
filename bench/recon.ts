// How many projections per second the reconstruction takes in: node dist/bench/recon.js [size ...]
import { cpuBackend } from "../src/recon/backend/cpuBackend.js";
import { Backprojector } from "../src/recon/pipeline/backproject.js";
import { FlatField, minusLog } from "../src/recon/pipeline/darkFlat.js";
import { RowFilter } from "../src/recon/pipeline/filters.js";
import { defaultParameters, geometryOf } from "../src/recon/solver/parameters.js";
import { StreamingSolver } from "../src/recon/solver/streamingSolver.js";
import { thetaTable } from "../src/recon/solver/thetaTable.js";

const SECONDS_PER_MEASUREMENT = 2;

/** Milliseconds of a call, over about two seconds: the quickest tenth, so that other work on the machine shows less. */
async function milliseconds(work: () => unknown): Promise<number> {
  await work();
  const times: number[] = [];
  const end = performance.now() + SECONDS_PER_MEASUREMENT * 1000;
  while (performance.now() < end || times.length < 3) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 10)] ?? Number.NaN;
}

async function measure(n: number): Promise<Record<string, string>> {
  const size = { width: n, height: n };
  const parameters = defaultParameters(size);
  const raw = Uint16Array.from({ length: n * n }, (_, i) => 20_000 + (i % 997) * 10);
  const fields = new FlatField(new Float32Array(n * n).fill(100), new Float32Array(n * n).fill(40_000));
  const filtered = new Float32Array(n * n);
  const filter = new RowFilter(n, parameters.filter);
  const backprojector = new Backprojector(geometryOf(size, parameters));
  const transmit = await milliseconds(() => {
    fields.transmission(raw, filtered);
    minusLog(filtered);
  });
  const filterRows = await milliseconds(() => filter.apply(filtered, n));
  let theta = 0;
  const backproject = await milliseconds(() => {
    theta += 0.002;
    backprojector.add(filtered, theta);
  });
  const streaming = await milliseconds(await streamingStep(n, raw));
  return {
    size: `${n} x ${n}`,
    "dark, flat, log": `${transmit.toFixed(2)} ms`,
    filter: `${filterRows.toFixed(2)} ms`,
    "backproject to 3 slices": `${backproject.toFixed(2)} ms`,
    "first half turn": `${(1000 / (transmit + filterRows + backproject)).toFixed(0)}/s`,
    "streaming, with removal": `${(1000 / streaming).toFixed(0)}/s`,
  };
}

/** Few, so that the window is soon full; the work for each does not depend on it. */
const WINDOW = 12;

/** One projection in and one out of a full window; beyond 512 pixels what leaves is filtered once more. */
async function streamingStep(n: number, raw: Uint16Array): Promise<() => Promise<void>> {
  const size = { width: n, height: n };
  const table = thetaTable(Float32Array.from({ length: WINDOW }, (_, i) => (i * 180) / WINDOW));
  if (table === undefined) throw new Error("no angles");
  const solver = new StreamingSolver({
    backend: cpuBackend,
    size,
    table,
    parameters: defaultParameters(size),
    filteredBytes: n > 512 ? 0 : 1e9,
  });
  let index = 0;
  const take = async (): Promise<void> => {
    solver.accept(index, raw, {
      uniqueId: index,
      timeStamp: 0,
      epicsTimestamp: { seconds: 0, nanoseconds: 0 },
    });
    index += 1;
    while (!solver.isIdle) await solver.step();
  };
  while (solver.views < WINDOW) await take();
  return take;
}

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [256, 512, 1024];
const rows: Record<string, string>[] = [];
for (const size of sizes) rows.push(await measure(size));
console.table(rows);
