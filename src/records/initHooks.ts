import { errorMessage } from "../libcom/errorMessage.js";
import type { Logger } from "../libcom/log.js";

/** Moments in the life of an IOC at which others may act, in order. */
export const INIT_HOOKS = [
  "atIocBuild",
  /** Records have the values of their database, nothing runs: autosave's pass 0. */
  "beforeInitRecords",
  /** Records are initialised, nothing has processed: autosave's pass 1. */
  "afterInitRecords",
  /** PINI records have processed, scanning has not started. */
  "afterInitialProcess",
  /** iocInit goes on from here, and so does iocRun after a pause. */
  "atIocRun",
  /** Scanning runs. */
  "afterDatabaseRunning",
  "afterIocRunning",
  "atIocPause",
  /** Scanning rests. */
  "afterDatabasePaused",
  "afterIocPaused",
] as const;

export type InitHook = (typeof INIT_HOOKS)[number];

/** Runs an action of one record or hook; that it fails does not keep the rest from starting. */
export function guarded(log: Logger, what: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    log.error(`${what}: ${errorMessage(error)}`);
  }
}

/** What waits for the moments of INIT_HOOKS. */
export class InitHooks {
  readonly #announced = new Set<InitHook>();
  readonly #actions = new Map<InitHook, (() => void)[]>();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Calls `action` each time the moment comes; at once and no more when it has passed already. */
  on(hook: InitHook, action: () => void): void {
    if (this.#announced.has(hook)) this.#run(hook, action);
    else this.#actions.set(hook, [...(this.#actions.get(hook) ?? []), action]);
  }

  announce(hook: InitHook): void {
    this.#announced.add(hook);
    for (const action of this.#actions.get(hook) ?? []) this.#run(hook, action);
  }

  #run(hook: InitHook, action: () => void): void {
    guarded(this.#log, `hook ${hook}`, action);
  }
}
