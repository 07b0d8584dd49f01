import { formOf } from "../database/databaseForm.js";
import { type Iocsh, macrosOf, runTerminal } from "../iocsh/index.js";
import type { SoftIocOptions, StartStep } from "./softIocOptions.js";

/** The IOC that the command line drives; `createIoc` of the composition root makes one. */
export interface RunnableIoc {
  readonly shell: Iocsh;
  /** Stops servers, drivers and chains; saves what autosave still has to save. */
  stop(): Promise<void> | void;
}

const EXIT_DATABASE = "softIocExit.db";

/** Exit status where a database or the script is not in order. */
const BAD_START = 2;

/** A word of a shell line; the shell knows no escapes within quotes. */
const quoted = (text: string): string => (text.includes('"') ? `'${text}'` : `"${text}"`);

/** Loads a database; false, and the reasons on standard error, where something was wrong with it. */
function loadDatabase({ host }: Iocsh, file: string, macros: string): boolean {
  const given = macrosOf(macros);
  const problems =
    formOf(file) === "substitutions" ? host.loadTemplate(file, given) : host.loadRecords(file, given);
  for (const line of problems) console.error(`ERROR ${line}`);
  if (problems.length > 0) console.error(`ERROR: Failed to load: ${file}`);
  return problems.length === 0;
}

/** Does one step of the command line. False where it failed, which ends the program as it does EPICS Base's softIoc. */
async function takeStep(shell: Iocsh, step: StartStep, say: (line: string) => void): Promise<boolean> {
  switch (step.kind) {
    case "database":
      say(`dbLoadRecords("${step.file}"${step.macros === "" ? "" : `, "${step.macros}"`})`);
      return loadDatabase(shell, step.file, step.macros);
    case "exitRecord":
      say(`dbLoadRecords("${EXIT_DATABASE}", "IOC=${step.prefix}")`);
      return loadDatabase(shell, EXIT_DATABASE, `IOC=${step.prefix}`);
    case "security": {
      const macros = step.macros === "" ? [] : [`asSetSubstitutions(${quoted(step.macros)})`];
      for (const line of [...macros, `asSetFilename(${quoted(step.file)})`]) {
        say(line);
        if (!(await shell.runLine(line)).ok) return false;
      }
      return true;
    }
  }
}

/** Resolves when the process is asked to end by a signal. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

/** Resolves with the exit status once somebody writes to one of the exit records. */
function exitRequest(ioc: RunnableIoc, steps: readonly StartStep[]): Promise<number> {
  return new Promise((resolve) => {
    for (const step of steps) {
      if (step.kind !== "exitRecord") continue;
      const channel = ioc.shell.host.engine.open(`${step.prefix}:exit`);
      channel?.subscribe(1, ({ sample }) => resolve(Number(sample.value) === 0 ? 0 : 1));
    }
  });
}

/** Loads, runs the script and initialises; false where the program is to end instead. */
async function start(shell: Iocsh, { steps, script, verbose }: SoftIocOptions): Promise<boolean> {
  const say = (line: string): void => {
    if (verbose) console.log(line);
  };
  for (const step of steps) if (!(await takeStep(shell, step, say))) return false;
  if (script !== undefined) {
    say(`# Begin ${script}`);
    const { ok } = await shell.loadScript(script);
    if (!ok) {
      console.error(`ERROR: Error in ${script}`);
      return false;
    }
    say(`# End ${script}`);
  }
  if (steps.length > 0 && !shell.host.initialised) {
    say("iocInit()");
    await shell.runLine("iocInit");
  }
  return true;
}

/**
 * Does what a command line says: loads, runs the script, initialises, and keeps running with a shell on the terminal
 * or without one. Returns the exit status.
 */
export async function runIoc(ioc: RunnableIoc, options: SoftIocOptions): Promise<number> {
  const { shell } = ioc;
  const ended = endSignal().then(() => 0);
  if (!(await start(shell, options))) {
    await ioc.stop();
    return BAD_START;
  }
  const asked = exitRequest(ioc, options.steps);
  const typed = options.interactive
    ? runTerminal(shell, { input: process.stdin, output: process.stdout }).then(() => 0)
    : new Promise<number>(() => undefined);
  const status = await Promise.race([ended, asked, typed]);
  await ioc.stop();
  return status;
}
