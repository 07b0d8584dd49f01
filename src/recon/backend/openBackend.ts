import { createRequire } from "node:module";
import type * as GpuJs from "gpu.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { BackendName, ReconBackend } from "./backend.js";
import { cpuBackend } from "./cpuBackend.js";
import { gpuBackend } from "./gpuBackend.js";

export interface OpenedBackend {
  readonly backend: ReconBackend;
  /** Why it is this one, for the log and the operator. */
  readonly reason: string;
}

/** gpu.js is CommonJS, and loaded only where it is used. */
export const loadGpuJs = (): typeof GpuJs => createRequire(import.meta.url)("gpu.js");

/** The optional package that gives Node WebGPU. */
interface WebgpuPackage {
  readonly globals: Readonly<Record<string, unknown>>;
  create(options: readonly string[]): unknown;
}

const isWebgpuPackage = (module: unknown): module is WebgpuPackage =>
  typeof module === "object" && module !== null && "globals" in module && "create" in module;

/** The GPU where the package `webgpu` is installed and a GPU answers, else the CPU; `wanted` forces one. */
export async function openBackend(wanted?: BackendName): Promise<OpenedBackend> {
  if (wanted === "cpu") return { backend: cpuBackend, reason: "as chosen" };
  const gpu = await openWebgpu();
  if (gpu.ok) return { backend: gpu.value, reason: "a GPU answers" };
  return { backend: cpuBackend, reason: gpu.error };
}

async function openWebgpu(): Promise<Result<ReconBackend>> {
  // A variable, so that the compiler does not ask for a package that may be absent.
  const packageName: string = "webgpu";
  try {
    const module: unknown = await import(packageName);
    if (!isWebgpuPackage(module)) return failed("the package webgpu is not the one for Node");
    Object.assign(globalThis, module.globals);
    const navigator = { gpu: module.create([]) };
    Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
    const { GPU } = loadGpuJs();
    if (!(await GPU.isWebGPUAvailable())) return failed("no GPU answers");
    return ok(gpuBackend(new GPU({ mode: "webgpu" })));
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    return failed(isAbsent ? "the package webgpu is not installed" : `webgpu does not start: ${error}`);
  }
}
