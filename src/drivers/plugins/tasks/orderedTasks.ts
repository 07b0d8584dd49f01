import { performTask, type TaskName, type TaskRequest, type TaskResult } from "./taskTable.js";
import { taskWorkers } from "./taskWorkers.js";

/** The tasks of one plugin: results are used in the order in which they were asked for, however many are computed at once. */
export class OrderedTasks {
  #underway = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Performs a task and hands its result to `use`: in a worker, or, with `isNow`, in this call unless earlier ones are under way. Throws or
   * rejects with what the task or `use` throws.
   */
  run<N extends TaskName>(
    name: N,
    request: TaskRequest<N>,
    isNow: boolean,
    use: (result: TaskResult<N>) => void,
  ): void | Promise<void> {
    const isHere = isNow && this.#underway === 0;
    const result = isHere ? performTask(name, request) : taskWorkers.run(name, request);
    return result instanceof Promise ? this.#inTurn(result, use) : use(result);
  }

  /** Does something once the results of earlier tasks are used, now if there are none. */
  after(act: () => void): void | Promise<void> {
    return this.#underway === 0 ? act() : this.#inTurn(Promise.resolve(), act);
  }

  #inTurn<T>(result: Promise<T>, use: (result: T) => void): Promise<void> {
    this.#underway += 1;
    const used = Promise.allSettled([this.#last, result]).then(async () => {
      try {
        use(await result);
      } finally {
        this.#underway -= 1;
      }
    });
    this.#last = used;
    return used;
  }
}

/** Runs `end` once `run` is over, in whichever way and whenever that is. */
export function finallyDo(run: () => void | Promise<void>, end: () => void): void | Promise<void> {
  let pending: void | Promise<void>;
  try {
    pending = run();
  } catch (error) {
    end();
    throw error;
  }
  if (pending !== undefined) return pending.finally(end);
  end();
}
