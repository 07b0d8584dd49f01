import { availableParallelism } from "node:os";
import { WorkerCalls } from "../../../libcom/workerCalls.js";
import type { TaskCall, TaskName, TaskRequest, TaskResult } from "./taskTable.js";

type TaskWorker = WorkerCalls<TaskCall, TaskResult<TaskName>>;

/**
 * Worker threads that all plugins share, one for each processor at most. They start when there is work for them, take one task at a time,
 * and do not keep the process running.
 */
export class TaskWorkers {
  readonly #most: number;
  readonly #workers: TaskWorker[] = [];
  readonly #idle: TaskWorker[] = [];
  readonly #waiting: ((worker: TaskWorker) => void)[] = [];

  constructor(most = availableParallelism()) {
    this.#most = most;
  }

  /** Performs a task in the first worker that is free; tasks begin in the order they are asked for. */
  async run<N extends TaskName>(name: N, request: TaskRequest<N>): Promise<TaskResult<N>> {
    const worker = await this.#take();
    try {
      // The worker has the same table: what it answers is the result of the task of that name.
      return (await worker.ask({ name, request } as TaskCall)) as TaskResult<N>;
    } finally {
      this.#giveBack(worker);
    }
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #take(): TaskWorker | Promise<TaskWorker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#workers.length >= this.#most) return new Promise((resolve) => this.#waiting.push(resolve));
    const worker: TaskWorker = new WorkerCalls(
      new URL("./taskWorker.js", import.meta.url),
      "a plugin's worker",
    );
    this.#workers.push(worker);
    return worker;
  }

  #giveBack(worker: TaskWorker): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(worker);
    else next(worker);
  }
}

/** Those of this process. */
export const taskWorkers = new TaskWorkers();
