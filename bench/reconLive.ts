// The reconstruction as it runs beside an IOC: frames by handle to its thread, slices back.
// node dist/bench/reconLive.js SIZE FRAMES_PER_SECOND SECONDS [BACKEND] [PROJECTIONS of a half turn]
import { setTimeout as sleep } from "node:timers/promises";
import { imageDimensions } from "../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";
import { BACKEND_NAMES } from "../src/recon/backend/backend.js";
import { defaultParameters } from "../src/recon/solver/parameters.js";
import { ReconWorker } from "../src/recon/worker/reconWorker.js";

const [n = 1024, rate = 100, seconds = 20] = process.argv.slice(2, 5).map(Number);
const projections = Number(process.argv[6] ?? 1500);
const size = { width: n, height: n };
const pool = new NDArrayPool();
const worker = new ReconWorker({ backend: BACKEND_NAMES.find((name) => name === process.argv[5]) });
const { backend, reason } = await worker.ready;

const counts = Array.from({ length: 4 }, (_, k) =>
  Uint16Array.from({ length: n * n }, (_, i) => 20_000 + ((i + 31 * k) % 997) * 10),
);
worker.start({
  size,
  // Several half turns, so that projections leave too.
  theta: Float32Array.from({ length: 20 * projections }, (_, i) => (i * 180) / projections),
  parameters: defaultParameters(size),
  dark: new Float32Array(n * n).fill(100),
  flat: new Float32Array(n * n).fill(40_000),
});

/** When each frame left the camera, milliseconds. */
const taken: number[] = [];
const latencies: number[] = [];
worker.results$.subscribe(({ newest }) => {
  const time = newest === undefined ? undefined : taken[newest.uniqueId];
  if (time !== undefined) latencies.push(performance.now() - time);
});

function take(index: number): void {
  const array = pool.allocate({
    ...{ uniqueId: index, timeStamp: index, epicsTimestamp: { seconds: index, nanoseconds: 0 } },
    ...{ attributes: [], dataType: "UInt16", dimensions: imageDimensions(n, n) },
  });
  if (array === undefined) return;
  new Uint16Array(array.buffer).set(counts[index % counts.length] ?? new Uint16Array());
  taken[index] = performance.now();
  worker.project(array, index);
  array.release();
}

const start = performance.now();
let missedByCamera = 0;
for (let index = 0; index < rate * seconds; ) {
  const due = Math.floor(((performance.now() - start) / 1000) * rate);
  // The bench itself is too slow where it has to leave out a frame.
  if (due > index) missedByCamera += due - index;
  if (due >= index) {
    take(Math.max(due, index));
    index = Math.max(due, index) + 1;
  }
  await sleep(1);
}
const { accepted, dropped } = worker.counts;
latencies.sort((a, b) => a - b);
const percentile = (part: number): string =>
  `${(latencies[Math.floor(part * latencies.length)] ?? Number.NaN).toFixed(0)} ms`;
console.log(`${backend}, ${reason}`);
console.table([
  {
    size: `${n} x ${n}`,
    frames: `${rate}/s for ${seconds} s`,
    accepted,
    dropped,
    missedByCamera,
    "slices published": latencies.length,
    "latency, median": percentile(0.5),
    "95 %": percentile(0.95),
  },
]);
await worker.close();
process.exit();
