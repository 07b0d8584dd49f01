import { failed, ok, type Result } from "../../../libcom/result.js";

/** The optional package that gives Node WebGPU. */
interface WebgpuPackage {
  readonly globals: Readonly<Record<string, unknown>>;
  create(options: readonly string[]): GPU;
}

const isWebgpuPackage = (module: unknown): module is WebgpuPackage =>
  typeof module === "object" && module !== null && "globals" in module && "create" in module;

export interface OpenedGpu {
  readonly description: string;
  /** A device with all that the adapter allows: shaders for wide projections need more than the smallest GPU has. */
  device(): Promise<GPUDevice>;
}

/**
 * Loads the package `webgpu`, looks for a GPU, and leaves it where browsers have it (`navigator.gpu`) for libraries to
 * find. The error says why there is none.
 */
export async function openGpu({
  acceptsSimulated,
}: {
  acceptsSimulated: boolean;
}): Promise<Result<OpenedGpu>> {
  // A variable, so that the compiler does not ask for a package that may be absent.
  const packageName: string = "webgpu";
  try {
    const module: unknown = await import(packageName);
    if (!isWebgpuPackage(module)) return failed("the package webgpu is not the one for Node");
    Object.assign(globalThis, module.globals);
    const gpu = module.create([]);
    const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
    if (adapter === null) return failed("no GPU answers");
    const { vendor, description, isFallbackAdapter } = adapter.info;
    if (isFallbackAdapter && !acceptsSimulated) return failed(`no GPU but a simulated one: ${description}`);
    Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
    return ok({
      description: `${vendor} ${description}`.trim(),
      device: () => adapter.requestDevice({ requiredLimits: largestLimits(adapter.limits) }),
    });
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    return failed(isAbsent ? "the package webgpu is not installed" : `webgpu does not start: ${error}`);
  }
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

const largestLimits = (limits: GPUSupportedLimits): Record<string, number> =>
  Object.fromEntries(LIMITS.map((name) => [name, limits[name]]));
