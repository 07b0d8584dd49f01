import { Worker } from "node:worker_threads";
import { threadEnd } from "../../../libcom/workerThread.js";
import { Control, firstTask, type Job, type JobBoard, jobBoard, NO_TASK, writeJob } from "./job.js";
import { instantiate, type ReconKernels } from "./kernels.js";
import type { Layout } from "./layout.js";
import { PHASE_STEPS, type PhaseStep, type PhaseWork } from "./phaseWork.js";
import { type PhaseMember, readTasks, type ThreadContext, waitFor, work } from "./tasks.js";
import type { PhaseTeam } from "./wasmPaganin.js";

/** workerData of a helper. */
export interface HelperSetup extends JobBoard {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly layout: Layout;
  readonly thread: number;
}

const PAGE = 65_536;

/** The calling thread and its helpers, on one memory. Helpers that have not started yet only make a job slower. */
export class Team {
  readonly layout: Layout;
  readonly kernels: ReconKernels;
  readonly memory: WebAssembly.Memory;
  /** Phase retrieval by all threads; the last that was begun is the one that is done. */
  readonly phaseTeam: PhaseTeam;
  readonly #module: WebAssembly.Module;
  readonly #board: JobBoard;
  readonly #context: ThreadContext;
  readonly #helpers: readonly Worker[];
  #phase: PhaseMember | undefined;
  #job = 0;

  /** @throws RangeError when there is not that much memory */
  constructor(layout: Layout, module: WebAssembly.Module) {
    this.layout = layout;
    this.#module = module;
    this.phaseTeam = { threads: layout.scratch.length, begin: (work) => this.#beginPhase(work) };
    this.memory = new WebAssembly.Memory({
      initial: Math.ceil(layout.bytes / PAGE),
      maximum: PAGE,
      shared: true,
    });
    this.kernels = instantiate(module, this.memory);
    this.#board = jobBoard();
    const { control, numbers } = this.#board;
    this.#context = { kernels: this.kernels, layout, control, numbers, phase: () => this.#phase, thread: 0 };
    this.#helpers = layout.scratch.slice(1).map((_, i) => {
      const setup: HelperSetup = { ...this.#board, module, memory: this.memory, layout, thread: i + 1 };
      const helper = new Worker(new URL("./helper.js", import.meta.url), { workerData: setup });
      helper.unref();
      return helper;
    });
  }

  /** Does a job, and returns when it is done. `first` is what the calling thread does before it takes part in it: no other job. */
  run(job: Job, first?: () => void): void {
    this.#perform(0, () => writeJob(this.#board.numbers, job), first);
  }

  #beginPhase(work: PhaseWork): (step: PhaseStep) => void {
    this.#phase = { work, kernels: instantiate(this.#module, work.memory) };
    for (const helper of this.#helpers) helper.postMessage(work);
    return (step) => this.#perform(1 + PHASE_STEPS.indexOf(step), () => {});
  }

  #perform(kind: number, write: () => void, first?: () => void): void {
    const { control } = this.#board;
    // Nobody takes a task by what is half written here.
    Atomics.or(control, Control.NEXT, NO_TASK);
    write();
    Atomics.store(control, Control.KIND, kind);
    for (const counter of [Control.DONE, Control.BLOCKS_DONE, Control.ROWS_READY])
      Atomics.store(control, counter, 0);
    this.#job += 1;
    Atomics.store(control, Control.NEXT, firstTask(this.#job));
    Atomics.store(control, Control.JOB, this.#job);
    Atomics.notify(control, Control.JOB);
    first?.();
    work(this.#context);
    waitFor(control, Control.DONE, readTasks(this.#context).count);
  }

  /** Resolves when the helpers have ended. */
  async close(): Promise<void> {
    const { control } = this.#board;
    Atomics.store(control, Control.CLOSED, 1);
    Atomics.add(control, Control.JOB, 1);
    Atomics.notify(control, Control.JOB);
    await Promise.all(this.#helpers.map(threadEnd));
  }
}
