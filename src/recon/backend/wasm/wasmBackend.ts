import { availableParallelism } from "node:os";
import type { ReconBackend } from "../backend.js";
import { WasmReconstruction } from "./wasmReconstruction.js";

/** More threads than this wait for memory. */
const MOST_THREADS = 8;

/** WebAssembly kernels on `threads` threads, the calling one included; the best module there is, if none is given. */
export const wasmBackend = (
  threads = Math.min(availableParallelism(), MOST_THREADS),
  module?: WebAssembly.Module,
): ReconBackend => ({
  name: "wasm",
  filteredBytesPerPixel: Int16Array.BYTES_PER_ELEMENT,
  start: (options) => new WasmReconstruction(options, threads, module),
});
