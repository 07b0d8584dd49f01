import type { ClientIdentity } from "../channel/provider.js";

/** A thread of EPICS, or the client that a server's thread serves. */
type Actor = string | ClientIdentity;

/**
 * What TPRO shows: who makes which record process. Each way into the records says what would be the thread there in
 * EPICS.
 */
let actor: Actor = "_main_";
let tracing = false;

const nameOf = (who: Actor): string =>
  typeof who === "string" ? who : `${who.protocol}:${who.user}@${who.host}`;

/** Runs what a thread of EPICS, or a client, does with records. */
export function actingAs<T>(who: Actor, action: () => T): T {
  const before = become(who);
  try {
    return action();
  } finally {
    actor = before;
  }
}

/**
 * `actingAs` in two halves, where a closure for each put would cost too much. Returns who acted before; undefined leaves
 * that as it is.
 */
export function become(who: Actor | undefined): Actor {
  const before = actor;
  if (who !== undefined) actor = who;
  return before;
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
  if (tracing) traceOutput.write(`${nameOf(actor)}: ${what} '${name}'${more}`);
}
