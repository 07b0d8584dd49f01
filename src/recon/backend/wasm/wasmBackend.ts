import { availableParallelism } from "node:os";
import type { ReconBackend } from "../backend.js";
import { kernelModule } from "./kernels.js";
import { WasmReconstruction } from "./wasmReconstruction.js";
import { Workplace } from "./workplace.js";

/** More threads than this wait for memory. */
const MOST_THREADS = 8;

/** WebAssembly kernels on `threads` threads, the calling one included; the best module there is, if none is given. */
export function wasmBackend(
  threads = Math.min(availableParallelism(), MOST_THREADS),
  module?: WebAssembly.Module,
): ReconBackend {
  /** Left by the last reconstruction for the next one of its size. */
  let spare: Workplace | undefined;
  return {
    name: "wasm",
    filteredBytesPerPixel: Int16Array.BYTES_PER_ELEMENT,
    get heldBytes() {
      return spare?.bytes ?? 0;
    },
    start: (options) => {
      const left = spare;
      spare = undefined;
      const isFitting = left?.fits(options.size) === true;
      if (!isFitting) void left?.close();
      const workplace = isFitting ? left : new Workplace(options.size, threads, module ?? kernelModule());
      return new WasmReconstruction(options, workplace, () => {
        void spare?.close();
        spare = workplace;
      });
    },
    async close() {
      await spare?.close();
      spare = undefined;
    },
  };
}
