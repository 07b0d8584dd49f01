// Captures frames of 100 kB into a directory for as long as it may, and prints each change of NUM_CAPTURED and WRITE_STATUS
// as a line. Run by tests that take away its disk or its life.
import { NDFileHDF5 } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import { ArrayPorts } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { FrameSource, makeFrame, put } from "../plugins/frames.js";

const [directory = "", framesPerSecond = "100"] = process.argv.slice(2);
const arrayPorts = new ArrayPorts();
const pool = new NDArrayPool();
const camera = new FrameSource("CAM");
arrayPorts.add(camera);
const hdf = new NDFileHDF5({
  portName: "HDF1",
  queueSize: 20,
  blocking: false,
  arrayPort: "CAM",
  arrayAddress: 0,
  arrayPorts,
  pool,
});
for (const name of ["NUM_CAPTURED", "WRITE_STATUS", "WRITE_MESSAGE", "CAPTURE"])
  hdf.parameter(name)?.value$.subscribe((value: unknown) => console.log(`${name} ${String(value)}`));
await put(hdf, "FILE_PATH", directory);
await put(hdf, "FILE_NAME", "frames");
await put(hdf, "HDF5_layoutFilename", "TomoScanLayout.xml");
await put(hdf, "WRITE_MODE", 2);
await put(hdf, "NUM_CAPTURE", 0);
await put(hdf, "ENABLE_CALLBACKS", 1);
await put(hdf, "CAPTURE", 1);
let id = 0;
setInterval(() => {
  id += 1;
  camera.emit(makeFrame(pool, id, { sizeX: 250, sizeY: 200, fill: () => id }));
}, 1000 / Number(framesPerSecond));
