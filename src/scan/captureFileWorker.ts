import { parentPort, workerData } from "node:worker_threads";
import h5wasm from "h5wasm/node";
import { finishCapture, meanOfFields } from "./captureFile.js";
import type { CaptureFileReply, CaptureFileTask } from "./captureFileTasks.js";

function perform(task: CaptureFileTask): CaptureFileReply {
  try {
    if (task.kind === "finish") return { ok: true, kind: "finish", count: finishCapture(task.capture) };
    return { ok: true, kind: "mean", image: meanOfFields(task.path, task.field) };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

const hdf5 = await h5wasm.ready;
hdf5.activate_throwing_error_handler();
const task: CaptureFileTask = workerData;
parentPort?.postMessage(perform(task));
