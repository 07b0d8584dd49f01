import { createRequire } from "node:module";
import type * as GpuJs from "gpu.js";
import { ok, type Result } from "../../libcom/result.js";
import type { BackendName, ReconBackend } from "./backend.js";
import { cpuBackend } from "./cpuBackend.js";
import { gpuJsAccumulate } from "./gpujs/gpuJsAccumulator.js";
import { HostReconstruction } from "./host/hostReconstruction.js";
import { wasmBackend } from "./wasm/wasmBackend.js";
import { openGpu } from "./webgpu/openGpu.js";
import { webgpuBackend } from "./webgpu/webgpuBackend.js";

export interface OpenedBackend {
  readonly backend: ReconBackend;
  /** Why it is this one, for the log and the operator. */
  readonly reason: string;
}

/** gpu.js is CommonJS, and loaded only where it is used. */
export const loadGpuJs = (): typeof GpuJs => createRequire(import.meta.url)("gpu.js");

/**
 * WebGPU where the package `webgpu` is installed and a real GPU answers, else WebAssembly. `wanted` forces the reference on
 * the CPU, WebAssembly, or a GPU even if it is simulated, by our shaders or by gpu.js's; where none answers it is
 * WebAssembly all the same.
 */
export async function openBackend(wanted?: BackendName): Promise<OpenedBackend> {
  if (wanted === "cpu") return { backend: cpuBackend, reason: "as chosen" };
  if (wanted === "wasm") return { backend: wasmBackend(), reason: "as chosen" };
  const opened = await openGpuBackend(wanted);
  return opened.ok ? opened.value : { backend: wasmBackend(), reason: opened.error };
}

async function openGpuBackend(wanted: "webgpu" | "gpu.js" | undefined): Promise<Result<OpenedBackend>> {
  const gpu = await openGpu({ acceptsSimulated: wanted !== undefined });
  if (!gpu.ok) return gpu;
  const backend = wanted === "gpu.js" ? gpuJsBackend() : webgpuBackend(await gpu.value.device());
  return ok({ backend, reason: gpu.value.description });
}

/** Backprojection by gpu.js in WebGPU mode, which finds the GPU where `openGpu` has put it. */
function gpuJsBackend(): ReconBackend {
  const { GPU } = loadGpuJs();
  const accumulate = gpuJsAccumulate(new GPU({ mode: "webgpu" }));
  return { name: "gpu.js", start: (options) => new HostReconstruction(options, accumulate) };
}
