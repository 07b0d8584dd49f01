import { type PhaseRetrieval, paganin } from "../../pipeline/paganin.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { instantiate, kernelModule } from "./kernels.js";
import {
  PHASE_STEPS,
  type PhaseStep,
  type PhaseWork,
  phaseTask,
  phaseTasks,
  phaseWork,
} from "./phaseWork.js";

/** How many threads do the steps of a work, and how. */
export interface PhaseTeam {
  readonly threads: number;
  begin(work: PhaseWork): (step: PhaseStep) => void;
}

/** `paganin` by the kernels, in memory of its own; by this thread where no team is given. */
export function wasmPaganin(
  size: ProjectionSize,
  phase: PhaseRetrieval,
  team: PhaseTeam = alone(),
): (frame: Float32Array) => void {
  const work = phaseWork(size, phase, team.threads);
  if (work === undefined) return paganin(size, phase);
  const perform = team.begin(work);
  const own = new Float32Array(work.memory.buffer, work.at.frame, size.width * size.height);
  return (frame) => {
    own.set(frame);
    for (const step of PHASE_STEPS) perform(step);
    frame.set(own);
  };
}

/** The calling thread by itself. */
export const alone = (module?: WebAssembly.Module): PhaseTeam => ({
  threads: 1,
  begin: (work) => {
    const kernels = instantiate(module ?? kernelModule(), work.memory);
    return (step) => {
      const tasks = phaseTasks(work, step);
      for (let task = 0; task < tasks; task++) phaseTask(kernels, work, step, task, 0);
    };
  },
});
