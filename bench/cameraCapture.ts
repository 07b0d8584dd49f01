/**
 * Captures of the simulated camera at the Oryx's size: its test pattern carries the number of each frame in every pixel. h5py looks at the
 * frames while the file grows: ids without a gap, each frame with its own pixels, and gives back the room of those it has seen, so that a
 * directory in memory is enough. node dist/bench/cameraCapture.js [frames] [frames/s] [directory]
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, firstValueFrom, NEVER } from "rxjs";
import { ImageMode } from "../src/drivers/camera/adDriverParameters.js";
import { PixelFormat } from "../src/drivers/camera/cameraParameters.js";
import { SimulatedCamera } from "../src/drivers/camera/simulatedCamera.js";
import { NDFileHDF5 } from "../src/drivers/hdf5/ndFileHDF5.js";
import { ArrayPorts } from "../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../src/drivers/ndarray/ndArrayPool.js";
import { put, shown, waitFor } from "../test/drivers/plugins/frames.js";
import { spawnPython } from "../test/support/python.js";

const [frames = 10_000, framesPerSecond = 100] = process.argv.slice(2, 4).map(Number);
const directory = mkdtempSync(join(process.argv[4] ?? tmpdir(), "camera-capture-"));
const QUEUE = 150;

/** At a higher rate reading every frame as a whole would take a core: h5py tells where it is, and its first and last rows are read there. */
const MOST_READ_WHOLE = 100;

/** Looks at frames as they come: prints how many were right, the ids of some that were not, and the processor time it took. */
const LOOK = `
import ctypes, h5py, json, numpy as np, os, resource, sys, time
path, frames, whole = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'whole'
PUNCH_HOLE_AND_KEEP_SIZE = 3
libc = ctypes.CDLL(None)
libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
ramp = np.add.outer(np.arange(2048), np.arange(8)).astype('u1')
seen, wrong = 0, []
while seen < frames:
    time.sleep(0.5)
    try: f = h5py.File(path, 'r', locking=False)
    except OSError: continue
    with f, open(path, 'r+b') as room:
        data, ids = f['exchange/data'], f['defaults/NDArrayUniqueId'][:]
        end = min(len(data), len(ids))
        for index in range(seen, end):
            number = ids[index]
            chunk = data.id.get_chunk_info_by_coord((index, 0, 0))
            if whole: frame = data[index]
            else:
                first = np.frombuffer(os.pread(room.fileno(), data.shape[2], chunk.byte_offset), 'u1')
                last = np.frombuffer(os.pread(room.fileno(), data.shape[2], chunk.byte_offset + chunk.size - data.shape[2]), 'u1')
                frame = np.stack([first, last])
            wanted = (np.add.outer([0, data.shape[1] - 1], np.arange(data.shape[2])) + number).astype('u1')
            is_right = number == index + 1 and (frame[[0, -1]] == wanted).all() and (not whole or (frame[:, :8] - ramp == number % 256).all())
            if not is_right: wrong.append(int(number))
            libc.fallocate(room.fileno(), PUNCH_HOLE_AND_KEEP_SIZE, chunk.byte_offset, chunk.size)
        seen = end
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({'right': seen - len(wrong), 'wrong': wrong[:10], 'cpu': used.ru_utime + used.ru_stime}))
`;

const pool = new NDArrayPool(2 * 1024 ** 3);
const arrayPorts = new ArrayPorts();
const camera = new SimulatedCamera({
  portName: "CAM",
  pool,
  source: { kind: "pattern", size: 2448, rows: 2048 },
  triggers$: NEVER,
  angleAt: () => 0,
  illumination: () => "projection",
});
arrayPorts.add(camera);
const hdf = new NDFileHDF5({
  portName: "HDF1",
  queueSize: QUEUE,
  blocking: false,
  arrayPort: "CAM",
  arrayAddress: 0,
  arrayPorts,
  pool,
});
await put(hdf, "FILE_PATH", directory);
await put(hdf, "FILE_NAME", "frames");
await put(hdf, "FILE_TEMPLATE", "%s%s.h5");
await put(hdf, "HDF5_layoutFilename", "TomoScanLayout.xml");
await put(hdf, "WRITE_MODE", 2);
await put(hdf, "NUM_CAPTURE", frames);
await put(hdf, "ENABLE_CALLBACKS", 1);
await camera.ready;
const { params } = camera;
params.GC_PIXEL_FORMAT.write(PixelFormat.Mono8);
params.ACQ_TIME.write(0.5 / framesPerSecond);
params.GC_FRAMERATE.write(framesPerSecond);
params.IMAGE_MODE.write(ImageMode.Multiple);
params.NIMAGES.write(frames);
await put(hdf, "CAPTURE", 1);

const python = spawnPython(LOOK, {}, [
  join(directory, "frames.h5"),
  String(frames),
  framesPerSecond > MOST_READ_WHOLE ? "rows" : "whole",
]);
python.stderr.pipe(process.stderr);
let report = "";
python.stdout.on("data", (text) => {
  report += String(text);
});
const [cpu, start] = [process.cpuUsage(), performance.now()];
await params.ACQUIRE.write(1);
await firstValueFrom(params.ACQUIRE.value$.pipe(filter((on) => on === 0)));
const rate = frames / ((performance.now() - start) / 1000);
// A capture from which frames are missing does not end by itself.
const timeLimit = setTimeout(() => void put(hdf, "CAPTURE", 0), 15_000);
await waitFor(hdf, "CAPTURE", 0);
clearTimeout(timeLimit);
const { user, system } = process.cpuUsage(cpu);
const stored = Number(shown(hdf, "NUM_CAPTURED"));
if (stored < frames) python.kill();
if (python.exitCode === null) await once(python, "close");
const looked = report === "" ? undefined : JSON.parse(report);

console.table([
  {
    "frames/s": rate.toFixed(1),
    "taken by the camera": params.NIMAGES_COUNTER.value,
    lost: params.SP_LOST_FRAME_COUNT.value,
    "dropped by the plugin": shown(hdf, "DROPPED_ARRAYS"),
    stored,
    "right for h5py": looked?.right,
    "CPU per frame": `${((user + system) / 1000 / frames).toFixed(2)} ms`,
    "h5py's": `${((looked?.cpu / frames) * 1000).toFixed(2)} ms`,
  },
]);

camera.close();
hdf.close();
await hdf.closed;
rmSync(directory, { recursive: true });
process.exit(0);
