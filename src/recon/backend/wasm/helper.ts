// Entry of a helper thread of the WebAssembly backend.
import { workerData } from "node:worker_threads";
import { Control } from "./job.js";
import { instantiate } from "./kernels.js";
import { work } from "./tasks.js";
import type { HelperSetup } from "./team.js";

const { module, memory, layout, thread, control, numbers }: HelperSetup = workerData;
const kernels = instantiate(module, memory);
const context = { kernels, layout, control, numbers, thread };

for (let job = 0; ; job = Atomics.load(control, Control.JOB)) {
  Atomics.wait(control, Control.JOB, job);
  work(context);
}
