import type { ReconBackend } from "./backend.js";
import { cpuAccumulator } from "./host/cpuAccumulator.js";
import { HostReconstruction } from "./host/hostReconstruction.js";

/** Everything in this thread, by the reference implementation. */
export const cpuBackend: ReconBackend = {
  name: "cpu",
  start: (options) => new HostReconstruction(options, cpuAccumulator),
};
