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

/** From here on all that processes is traced. False where it was already: whoever began that also ends it. */
export function startTrace(): boolean {
  const starts = !tracing;
  tracing = true;
  return starts;
}

export function stopTrace(): void {
  tracing = false;
}

/** Where the trace goes. */
export const traceOutput = { write: (line: string): void => void process.stdout.write(`${line}\n`) };

/** One line of the trace, where one is wanted. */
export function trace(what: string, name: string, more = ""): void {
  if (tracing) traceOutput.write(`${actor}: ${what} '${name}'${more}`);
}
