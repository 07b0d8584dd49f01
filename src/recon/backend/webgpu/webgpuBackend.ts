import type { ReconBackend } from "../backend.js";
import { Kernels } from "./kernel.js";
import { WebgpuReconstruction } from "./webgpuReconstruction.js";

/** Projections, preprocessing and slices on the GPU: counts go there once, and only slices come back. */
export function webgpuBackend(device: GPUDevice): ReconBackend {
  const kernels = new Kernels(device);
  return { name: "webgpu", start: ({ size }) => new WebgpuReconstruction(device, kernels, size) };
}
