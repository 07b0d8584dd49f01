/**
 * What TPRO shows: who makes which record process. EPICS names the thread, or the client that a server's thread serves;
 * here each way into the records says the name of the thread that it has there.
 */
let actor = "_main_";
let tracing = false;

/** Runs what a thread of EPICS, or a client, does with records. */
export function actingAs<T>(name: string, action: () => T): T {
  const before = actor;
  actor = name;
  try {
    return action();
  } finally {
    actor = before;
  }
}

/** The thread that runs callbacks of a record's PRIO. */
export const callbackThread = (priority: number): string => CALLBACK_THREADS[priority] ?? "cbLow";
const CALLBACK_THREADS = ["cbLow", "cbMedium", "cbHigh"];

/** Traces the record that is processed in `action`, and all others that it makes process in its turn. */
export function traced<T>(action: () => T): T {
  if (tracing) return action();
  tracing = true;
  try {
    return action();
  } finally {
    tracing = false;
  }
}

/** Where the trace goes. */
export const traceOutput = { write: (line: string): void => void process.stdout.write(`${line}\n`) };

/** One line of the trace, where one is wanted. */
export function trace(what: string, name: string, more = ""): void {
  if (tracing) traceOutput.write(`${actor}: ${what} '${name}'${more}`);
}
