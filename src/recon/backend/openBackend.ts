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

/** As much of WebGPU as choosing needs. */
interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly description: string;
    /** True for a GPU that is simulated by the processor. */
    readonly isFallbackAdapter?: boolean;
  };
}

/** The optional package that gives Node WebGPU. */
interface WebgpuPackage {
  readonly globals: Readonly<Record<string, unknown>>;
  create(options: readonly string[]): { requestAdapter(): Promise<Adapter | null> };
}

const isWebgpuPackage = (module: unknown): module is WebgpuPackage =>
  typeof module === "object" && module !== null && "globals" in module && "create" in module;

/**
 * The GPU where the package `webgpu` is installed and a real GPU answers, else the CPU. `wanted` forces the CPU, or a GPU
 * even if it is simulated; where none answers it is the CPU all the same.
 */
export async function openBackend(wanted?: BackendName): Promise<OpenedBackend> {
  if (wanted === "cpu") return { backend: cpuBackend, reason: "as chosen" };
  const gpu = await openWebgpu(wanted === "webgpu");
  return gpu.ok ? gpu.value : { backend: cpuBackend, reason: gpu.error };
}

async function openWebgpu(acceptsSimulated: boolean): Promise<Result<OpenedBackend>> {
  // A variable, so that the compiler does not ask for a package that may be absent.
  const packageName: string = "webgpu";
  try {
    const module: unknown = await import(packageName);
    if (!isWebgpuPackage(module)) return failed("the package webgpu is not the one for Node");
    Object.assign(globalThis, module.globals);
    const gpu = module.create([]);
    const info = (await gpu.requestAdapter())?.info;
    if (info === undefined) return failed("no GPU answers");
    if (info.isFallbackAdapter === true && !acceptsSimulated)
      return failed(`no GPU but a simulated one: ${info.description}`);
    // Where gpu.js looks for WebGPU.
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    const { GPU } = loadGpuJs();
    if (!(await GPU.isWebGPUAvailable())) return failed("no GPU answers");
    const backend: ReconBackend = gpuBackend(new GPU({ mode: "webgpu" }));
    return ok({ backend, reason: `${info.vendor} ${info.description}`.trim() });
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    return failed(isAbsent ? "the package webgpu is not installed" : `webgpu does not start: ${error}`);
  }
}
