// How soon slices follow the operator: node dist/bench/reconSteer.js [size] [projections] [backend]
// A half turn is taken in first; then each change is made, and the first slices and the last ones that have it are waited for.
import { imageDimensions } from "../src/drivers/ndarray/ndArray.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";
import { BACKEND_NAMES } from "../src/recon/backend/backend.js";
import { defaultParameters, type ReconParameters } from "../src/recon/solver/parameters.js";
import type { ReconResult } from "../src/recon/worker/messages.js";
import { ReconWorker } from "../src/recon/worker/reconWorker.js";

const [n = 1024, projections = 1500] = process.argv.slice(2, 4).map(Number);
const size = { width: n, height: n };
const pool = new NDArrayPool();
const worker = new ReconWorker({
  backend: BACKEND_NAMES.find((name) => name === process.argv[4]),
  maximumPending: projections,
  longestWaitSeconds: Number.POSITIVE_INFINITY,
});
const { backend, reason } = await worker.ready;
let parameters = defaultParameters(size);

const counts = Array.from({ length: 4 }, (_, k) =>
  Uint16Array.from({ length: n * n }, (_, i) => 20_000 + ((i + 31 * k) % 997) * 10),
);
worker.start({
  size,
  theta: Float32Array.from({ length: projections + 1 }, (_, i) => (i * 180) / projections),
  parameters,
  dark: new Float32Array(n * n).fill(100),
  flat: new Float32Array(n * n).fill(40_000),
});

/** Results as they come, each with the time that it took to come here. */
const listeners = new Set<(result: ReconResult) => void>();
worker.results$.subscribe((result) => {
  for (const listener of listeners) listener(result);
});

function until(is: (result: ReconResult) => boolean): Promise<ReconResult> {
  return new Promise((resolve) => {
    const listener = (result: ReconResult): void => {
      if (!is(result)) return;
      listeners.delete(listener);
      resolve(result);
    };
    listeners.add(listener);
  });
}

const turn = (): Promise<unknown> => new Promise(setImmediate);

const full = until(({ views, isComplete }) => views === projections && isComplete);
for (let index = 0; index < projections; ) {
  const array = pool.allocate({
    ...{ uniqueId: index + 1, timeStamp: index, epicsTimestamp: { seconds: index, nanoseconds: 0 } },
    ...{ attributes: [], dataType: "UInt16", dimensions: imageDimensions(n, n) },
  });
  if (array === undefined) throw new Error("no memory for frames");
  new Uint16Array(array.buffer).set(counts[index % counts.length] ?? new Uint16Array());
  while (worker.counts.accepted < index - 8) await turn();
  worker.project(array, index);
  array.release();
  index += 1;
}
await full;
console.log(`${backend}, ${reason}: ${projections} projections of ${n} x ${n}`);

const middle = Math.floor(n / 2);
const changes: readonly (readonly [string, Partial<ReconParameters>])[] = [
  ["center", { center: middle + 1.5 }],
  ["z-slice", { orthoZ: middle + 40 }],
  ["x-slice", { orthoX: middle - 100 }],
  ["tilt", { rotZ: 4 }],
  ["filter", { filter: "Shepp-logan", rotZ: 0 }],
  ["ring removal", { ringRemoval: "fw" }],
];
for (const [change, more] of changes) {
  parameters = { ...parameters, ...more };
  const wanted = JSON.stringify(parameters);
  const hasIt = (result: ReconResult): boolean => JSON.stringify(result.parameters) === wanted;
  const start = performance.now();
  const used = process.cpuUsage();
  const preview = until(hasIt).then(({ views }) => ({ views, ms: performance.now() - start }));
  const whole = until((result) => hasIt(result) && result.isComplete).then(() => performance.now() - start);
  worker.setParameters(parameters);
  const first = await preview;
  const seconds = ((await whole) / 1000).toFixed(2);
  const { user, system } = process.cpuUsage(used);
  const cpuSeconds = ((user + system) / 1e6).toFixed(2);
  console.log(
    `${change}: first slices after ${first.ms.toFixed(0)} ms, of ${first.views}; all after ${seconds} s, ` +
      `${cpuSeconds} s of processor time`,
  );
}
await worker.close();
process.exit();
