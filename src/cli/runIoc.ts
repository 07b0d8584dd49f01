import type { Iocsh } from "../iocsh/index.js";
import { runTerminal } from "../iocsh/index.js";
import type { SoftIocOptions, StartStep } from "./softIocOptions.js";

/** The IOC that the command line drives; `createIoc` of the composition root makes one. */
export interface RunnableIoc {
  readonly shell: Iocsh;
  /** Stops servers, drivers and chains; saves what autosave still has to save. */
  stop(): Promise<void> | void;
}

const quoted = (text: string): string => `"${text}"`;

/** The shell commands that a step of the command line stands for. */
function stepCommands(step: StartStep): readonly string[] {
  switch (step.kind) {
    case "database": {
      const load = /\.(sub|subs|substitutions)$/.test(step.file) ? "dbLoadTemplate" : "dbLoadRecords";
      return [`${load}(${quoted(step.file)}, ${quoted(step.macros)})`];
    }
    case "security": {
      const macros = step.macros === "" ? [] : [`asSetSubstitutions(${quoted(step.macros)})`];
      return [...macros, `asSetFilename(${quoted(step.file)})`];
    }
    case "exitRecord":
      return [`dbLoadRecords("softIocExit.db", ${quoted(`IOC=${step.prefix}`)})`];
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

/**
 * Does what a command line says: loads, runs the script, initialises, and keeps running with a shell on the terminal
 * or without one. Returns the exit status.
 */
export async function runIoc(ioc: RunnableIoc, options: SoftIocOptions): Promise<number> {
  const { shell } = ioc;
  const ended = endSignal().then(() => 0);
  const run = async (line: string) => {
    if (options.verbose) console.log(line);
    return (await shell.runLine(line)).ok;
  };
  for (const step of options.steps) {
    for (const line of stepCommands(step)) await run(line);
  }
  if (options.script !== undefined) {
    if (options.verbose) console.log(`# Begin ${options.script}`);
    const { ok } = await shell.loadScript(options.script);
    if (options.verbose) console.log(`# End ${options.script}`);
    if (!ok) {
      console.error(`Error in ${options.script}`);
      await ioc.stop();
      return 2;
    }
  }
  if (options.steps.length > 0 && !shell.host.initialised) await run("iocInit");
  const asked = exitRequest(ioc, options.steps);
  const typed = options.interactive
    ? runTerminal(shell, { input: process.stdin, output: process.stdout }).then(() => 0)
    : new Promise<number>(() => undefined);
  const status = await Promise.race([ended, asked, typed]);
  await ioc.stop();
  return status;
}
