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
