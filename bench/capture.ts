/**
 * Capture of 2448 x 2048 bytes by the HDF5 plugin, by h5py and as plain writes of the same frames, in turns: MB per second
 * until the file is closed, and processor time. node dist/bench/capture.js [frames] [turns] [directory]
 */
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { filter, firstValueFrom } from "rxjs";
import { NDFileHDF5 } from "../src/drivers/hdf5/ndFileHDF5.js";
import { ArrayPorts } from "../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";
import { put } from "../test/drivers/plugins/frames.js";
import { spawnPython } from "../test/support/python.js";
import { FRAME_BYTES, SIZE_X, SIZE_Y, StillCamera } from "./capturedFrames.js";

const frames = Number(process.argv[2] ?? 200);
const turns = Number(process.argv[3] ?? 7);
const directory = mkdtempSync(join(process.argv[4] ?? tmpdir(), "capture-bench-"));

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Reads "raw" or "h5py" per line, writes the frames that way, answers with what it cost. */
const peer = `
import h5py, json, numpy, os, resource, sys, time
frames = numpy.fromfile('${directory}/frames', dtype='u1').reshape(-1, ${SIZE_Y}, ${SIZE_X})
def raw(path):
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    for i in range(${frames}):
        os.write(fd, frames[i % len(frames)])
    os.close(fd)
def write_h5py(path):
    with h5py.File(path, 'w') as f:
        shape = frames.shape[1:]
        data = f.create_dataset('exchange/data', (0, *shape), 'u1', maxshape=(None, *shape), chunks=(1, *shape))
        ids = f.create_dataset('defaults/NDArrayUniqueId', (0,), 'i4', maxshape=(None,), chunks=(${frames},))
        for i in range(${frames}):
            data.resize(i + 1, axis=0)
            data[i] = frames[i % len(frames)]
            ids.resize(i + 1, axis=0)
            ids[i] = i
for line in sys.stdin:
    write = raw if line.strip() == 'raw' else write_h5py
    path = '${directory}/peer'
    used = lambda: sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    cpu, start = used(), time.perf_counter()
    write(path)
    print(json.dumps({'seconds': time.perf_counter() - start, 'cpuSeconds': used() - cpu}), flush=True)
    os.remove(path)
`;

const camera = new StillCamera();
const pool = new NDArrayPool();
const arrayPorts = new ArrayPorts();
arrayPorts.add(camera);
writeFileSync(join(directory, "frames"), Buffer.concat(camera.images.map((image) => Buffer.from(image))));

const hdf = new NDFileHDF5({
  portName: "HDF1",
  queueSize: frames,
  blocking: false,
  arrayPort: "CAM",
  arrayAddress: 0,
  arrayPorts,
  pool,
});
await put(hdf, "FILE_PATH", directory);
await put(hdf, "FILE_NAME", "ours");
await put(hdf, "HDF5_layoutFilename", "TomoScanLayout.xml");
await put(hdf, "WRITE_MODE", 2);
await put(hdf, "NUM_CAPTURE", frames);
await put(hdf, "ENABLE_CALLBACKS", 1);

async function ours(): Promise<Cost> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await put(hdf, "CAPTURE", 1);
  for (let id = 0; id < frames; id++) camera.emit(id);
  const capture$ = hdf.parameter("CAPTURE")?.value$;
  if (capture$ === undefined) throw new Error("the plugin has no CAPTURE");
  await firstValueFrom(capture$.pipe(filter((on) => on === 0)));
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  rmSync(String(hdf.parameter("FULL_FILE_NAME")?.value));
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

const python = spawnPython(peer);
python.stderr.pipe(process.stderr);
const answers = createInterface(python.stdout)[Symbol.asyncIterator]();

async function theirs(way: "raw" | "h5py"): Promise<Cost> {
  python.stdin.write(`${way}\n`);
  const answer = await answers.next();
  if (answer.done === true) throw new Error("Python ended");
  return JSON.parse(answer.value);
}

const ways = { raw: () => theirs("raw"), h5py: () => theirs("h5py"), ours } as const;
const names = ["raw", "h5py", "ours"] as const;
const costs: Record<keyof typeof ways, Cost[]> = { raw: [], h5py: [], ours: [] };
for (const name of names) await ways[name]();
for (let turn = 0; turn < turns; turn++) for (const name of names) costs[name].push(await ways[name]());

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const megabytes = (frames * FRAME_BYTES) / 1e6;
const ratio = (of: (cost: Cost) => number, name: keyof typeof ways, to: keyof typeof ways) =>
  median(costs[name].map((cost, turn) => of(costs[to][turn] ?? cost) / of(cost))).toFixed(2);

console.table(
  names.map((name) => ({
    what: name,
    "MB/s": (megabytes / median(costs[name].map(({ seconds }) => seconds))).toFixed(0),
    "rate / raw": ratio(({ seconds }) => seconds, name, "raw"),
    "rate / h5py": ratio(({ seconds }) => seconds, name, "h5py"),
    "CPU per frame": `${((median(costs[name].map(({ cpuSeconds }) => cpuSeconds)) / frames) * 1000).toFixed(2)} ms`,
  })),
);

hdf.close();
await hdf.closed;
python.stdin.end();
await once(python, "close");
rmSync(directory, { recursive: true });
