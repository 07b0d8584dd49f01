// What the backends of the reconstruction do: node dist/bench/reconBackends.js [projections] [backend=size,size ...], where
// wasm:1 is WebAssembly on one thread.
import { BACKEND_NAMES, type ReconBackend } from "../src/recon/backend/backend.js";
import { openBackend } from "../src/recon/backend/openBackend.js";
import { wasmBackend } from "../src/recon/backend/wasm/wasmBackend.js";
import { FlatField } from "../src/recon/pipeline/darkFlat.js";
import { onEachPlane } from "../src/recon/pipeline/geometry.js";
import { defaultParameters, geometryOf, preprocessOf } from "../src/recon/solver/parameters.js";

/** Seconds of work that ends when slices can be read; what reading takes is not counted. */
async function seconds(work: () => Promise<void>, read: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  await read();
  const worked = performance.now();
  await read();
  return (2 * worked - start - performance.now()) / 1000;
}

/** Counts of a window: a few frames again and again, since making thousands would take longer than using them. */
const frames = (n: number): Uint16Array[] =>
  Array.from({ length: 4 }, (_, k) =>
    Uint16Array.from({ length: n * n }, (_, i) => 20_000 + ((i + 31 * k) % 997) * 10),
  );

async function measure(
  backend: ReconBackend,
  n: number,
  projections: number,
): Promise<Record<string, string>> {
  const size = { width: n, height: n };
  const parameters = defaultParameters(size);
  const geometry = geometryOf(size, parameters);
  const raw = frames(n);
  const fields = new FlatField(new Float32Array(n * n).fill(100), new Float32Array(n * n).fill(40_000));
  const reconstruction = backend.start({ size, keepsFiltered: false });
  const read = async (): Promise<unknown> => reconstruction.read(onEachPlane(() => 1));
  const theta = (view: number): number => (view * Math.PI) / projections;
  const keep = (view: number): void => reconstruction.keep(view, raw[view % raw.length] ?? new Uint16Array());
  reconstruction.preprocess(fields, preprocessOf(parameters));
  reconstruction.begin(geometry);
  // Shaders and functions are compiled, memory is touched.
  for (let view = 0; view < Math.min(24, projections); view++) {
    keep(view);
    await reconstruction.add(view, theta(view), 1);
  }
  await read();
  reconstruction.begin(geometry);
  const arriving = await seconds(async () => {
    for (let view = 0; view < projections; view++) {
      keep(view);
      await reconstruction.add(view, theta(view), 1);
    }
  }, read);
  // As the solver does it: a place rests before it is used again.
  const places = projections + 8;
  const streaming = await seconds(async () => {
    for (let view = projections; view < 2 * projections; view++) {
      await reconstruction.add((view - projections) % places, theta(view - projections), -1);
      keep(view % places);
      await reconstruction.add(view % places, theta(view), 1);
    }
  }, read);
  const again = await seconds(async () => {
    reconstruction.begin(geometry);
    for (let view = 0; view < projections; view++) await reconstruction.add(view, theta(view), 1);
  }, read);
  const start = performance.now();
  await read();
  const reading = performance.now() - start;
  reconstruction.close();
  const gigabytes = (projections * n * n * Uint16Array.BYTES_PER_ELEMENT) / 1e9;
  return {
    size: `${n} x ${n} x ${projections}`,
    "first half turn": `${(projections / arriving).toFixed(0)}/s, ${(gigabytes / arriving).toFixed(2)} GB/s`,
    streaming: `${(projections / streaming).toFixed(0)}/s, ${(gigabytes / streaming).toFixed(2)} GB/s`,
    "all again": `${again.toFixed(2)} s`,
    "read slices": `${reading.toFixed(1)} ms`,
  };
}

const [count = "64", ...wanted] = process.argv.slice(2);
const rows: Record<string, string>[] = [];
for (const choice of wanted.length > 0 ? wanted : ["cpu=256,512"]) {
  const [name = "", sizes = "512"] = choice.split("=");
  const [, threads] = /^wasm:(\d+)$/.exec(name) ?? [];
  const known = BACKEND_NAMES.find((each) => each === name);
  const { backend, reason } =
    threads === undefined
      ? await openBackend(known)
      : { backend: wasmBackend(Number(threads)), reason: `${threads} threads` };
  console.error(`${choice}: ${backend.name}, ${reason}`);
  for (const size of sizes.split(","))
    rows.push({ backend: name, ...(await measure(backend, Number(size), Number(count))) });
}
console.table(rows);
process.exit();
