import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { NDFileHDF5 } from "../../../src/drivers/hdf5/ndFileHDF5.js";
import type { WriterClient } from "../../../src/drivers/hdf5/writerClient.js";
import { ArrayPorts } from "../../../src/drivers/ndarray/arrayPorts.js";
import { NDArrayPool } from "../../../src/drivers/ndarray/ndArrayPool.js";
import { FrameSource, makeFrame, put, shown, waitFor } from "../plugins/frames.js";

type MakeOptions = Parameters<typeof makeFrame>[2];

/** An HDF5 plugin in Stream mode with the beamline's layout behind a camera that the test plays. */
export async function hdf5Plugin(
  t: TestContext,
  options: { writer?: WriterClient; numCapture?: number; queueSize?: number } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-hdf5-"));
  const arrayPorts = new ArrayPorts();
  const pool = new NDArrayPool();
  const camera = new FrameSource("CAM");
  arrayPorts.add(camera);
  const setup = {
    portName: "HDF1",
    queueSize: options.queueSize ?? 100,
    blocking: false,
    arrayPort: "CAM",
    arrayAddress: 0,
    arrayPorts,
    pool,
  };
  const hdf = new NDFileHDF5(setup, options.writer);
  t.after(async () => {
    hdf.close();
    await hdf.closed;
    rmSync(directory, { recursive: true, force: true });
  });
  await put(hdf, "FILE_PATH", directory);
  await put(hdf, "FILE_NAME", "tooth");
  await put(hdf, "HDF5_layoutFilename", "TomoScanLayout.xml");
  await put(hdf, "WRITE_MODE", 2);
  await put(hdf, "NUM_CAPTURE", options.numCapture ?? 3);
  await put(hdf, "ENABLE_CALLBACKS", 1);

  const send = (id: number, frame: MakeOptions = {}) => camera.emit(makeFrame(pool, id, frame));
  /** Captures the frames with these ids; answers with the file's name. */
  const capture = async (ids: readonly number[], frame: (id: number) => MakeOptions = () => ({})) => {
    await put(hdf, "CAPTURE", 1);
    for (const id of ids) send(id, frame(id));
    await waitFor(hdf, "CAPTURE", 0);
    return String(shown(hdf, "FULL_FILE_NAME"));
  };
  return { directory, pool, camera, hdf, send, capture };
}
