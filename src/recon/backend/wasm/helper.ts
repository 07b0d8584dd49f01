// Entry of a helper thread of the WebAssembly backend.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { Control } from "./job.js";
import { instantiate } from "./kernels.js";
import type { PhaseWork } from "./phaseWork.js";
import { type PhaseMember, work } from "./tasks.js";
import type { HelperSetup } from "./team.js";

const { module, memory, layout, thread, control, numbers }: HelperSetup = workerData;
const kernels = instantiate(module, memory);
let member: PhaseMember | undefined;

/** The phase retrieval that was sent last: it was, before its first step. */
function phase(): PhaseMember | undefined {
  for (;;) {
    const sent: { message: PhaseWork } | undefined = parentPort
      ? receiveMessageOnPort(parentPort)
      : undefined;
    if (sent === undefined) return member;
    member = { work: sent.message, kernels: instantiate(module, sent.message.memory) };
  }
}

const context = { kernels, layout, control, numbers, phase, thread };

for (let job = 0; ; ) {
  Atomics.wait(control, Control.JOB, job);
  job = Atomics.load(control, Control.JOB);
  if (Atomics.load(control, Control.CLOSED) === 1) break;
  work(context);
}
