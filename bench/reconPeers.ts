// A slice beside astra-toolbox (CPU) and scikit-image: node dist/bench/reconPeers.js PYTHON [size] [views], where PYTHON is an interpreter
// that has astra-toolbox, scikit-image and h5py. Also how alike the slices of tooth.h5 are.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wasmBackend } from "../src/recon/backend/wasm/wasmBackend.js";
import { FlatField } from "../src/recon/pipeline/darkFlat.js";
import { FILTER_TYPES, type FilterType } from "../src/recon/pipeline/filters.js";
import { onEachPlane } from "../src/recon/pipeline/geometry.js";
import { correlation } from "../test/recon/support/correlation.js";
import { repositoryRoot, sharedDirectory } from "../test/support/paths.js";

/** What reconPeers.py prints. */
interface Peers {
  readonly width: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly filters: readonly string[];
}

/** As test/recon/pipeline/tooth.test.ts finds it. */
const CENTER = 295.6;

const [python = "python3", size = "1024", views = "1500"] = process.argv.slice(2);

/** The z-slice of line integrals of one detector row, and the processor time it took to add them up. */
function slice(
  lines: readonly Float32Array[],
  theta: readonly number[],
  center: number,
  filter: FilterType,
): { readonly image: Float32Array; readonly seconds: number } {
  const width = lines[0]?.length ?? 0;
  const middle = Math.floor(width / 2);
  const geometry = { width, height: 1, center, orthoX: middle, orthoY: middle, orthoZ: 0 };
  const reconstruction = wasmBackend(1).start({ size: geometry, keepsFiltered: false });
  const fields = new FlatField(new Float32Array(width), new Float32Array(width).fill(1));
  reconstruction.preprocess(fields, { filter, dezingerRadius: 0 });
  reconstruction.begin({ ...geometry, rotX: 0, rotY: 0, rotZ: 0 });
  const transmissions = lines.map((line) => line.map((p) => Math.exp(-p)));
  const start = process.cpuUsage();
  for (const [view, transmission] of transmissions.entries()) {
    reconstruction.keep(0, transmission);
    void reconstruction.add(0, theta[view] ?? 0, 1);
  }
  const { user, system } = process.cpuUsage(start);
  const read = reconstruction.read(onEachPlane(() => Math.PI / lines.length));
  if (read instanceof Promise) throw new Error("WebAssembly answers at once");
  return { image: read.z, seconds: (user + system) / 1e6 };
}

const folder = mkdtempSync(join(tmpdir(), "recon-peers-"));
const bytesOf = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(folder, name))).buffer;
const floats = (name: string): Float32Array => new Float32Array(bytesOf(name));
const script = join(repositoryRoot, "bench", "reconPeers.py");
const tooth = join(sharedDirectory, "data", "tooth.h5");
const args = [script, tooth, folder, String(CENTER), size, views];
const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
const peers: Peers = JSON.parse(execFileSync(python, args, { env }).toString());

const angles = [...new Float64Array(bytesOf("theta"))];
const all = floats("lines");
const rows = angles.map((_, view) => all.subarray(view * peers.width, (view + 1) * peers.width));
/** The circle that all views see. */
const inside = (_: number, pixel: number): boolean => {
  const x = (pixel % peers.width) - peers.width / 2;
  const y = Math.floor(pixel / peers.width) - peers.width / 2;
  return Math.hypot(x, y) < 0.45 * peers.width;
};
const alike: Record<string, Record<string, string>> = {};
for (const filter of FILTER_TYPES.filter((type) => peers.filters.includes(type))) {
  const ours = slice(rows, angles, CENTER, filter).image.filter(inside);
  alike[filter] = Object.fromEntries(
    Object.keys(peers.seconds).map((peer) => [
      peer,
      correlation(ours, floats(`${peer} ${filter}`).filter(inside)).toFixed(5),
    ]),
  );
}
console.log("tooth.h5, detector row 1: correlation of our slice with theirs");
console.table(alike);

const count = Number(views);
const noise = Array.from({ length: count }, (_, view) =>
  Float32Array.from({ length: Number(size) }, (_, i) => ((i * 7919 + view * 104_729) % 1000) / 1000),
);
const theta = noise.map((_, view) => (view * Math.PI) / count);
// Once before, so that all is compiled.
slice(noise.slice(0, 50), theta, Number(size) / 2, "Shepp-logan");
const ours = slice(noise, theta, Number(size) / 2, "Shepp-logan").seconds;
console.log(`one slice of ${size} x ${size} from ${views} views, processor time, one thread`);
console.table(
  Object.fromEntries(
    [["tomoioc, WebAssembly", ours] as const, ...Object.entries(peers.seconds)].map(([name, seconds]) => [
      name,
      { seconds: seconds.toFixed(2), "times ours": (seconds / ours).toFixed(2) },
    ]),
  ),
);
rmSync(folder, { recursive: true });
process.exit();
