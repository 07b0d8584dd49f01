import type { Result } from "../libcom/result.js";
import type { IocshHost } from "./host.js";
import type { ShellVariable } from "./variables.js";

/** What a script does after a line that failed. */
export type ErrorAction =
  | { readonly action: "continue" | "break" | "halt" }
  | { readonly action: "wait"; readonly seconds: number };

/** One running script or command line; scopes nest as scripts do. */
export interface Scope {
  /** File name for messages; undefined when interactive or `iocshCmd`. */
  readonly script: string | undefined;
  readonly interactive: boolean;
  readonly macros: Map<string, string>;
  onError: ErrorAction;
  line: number;
  failed: boolean;
}

/** Whether every line of the script worked, or at least no error stopped it. */
export interface ScriptOutcome {
  readonly ok: boolean;
}

export type ArgumentKind = "string" | "int" | "double" | "record" | "path" | "pdbbase" | "argv";

export interface Argument<T = unknown> {
  readonly name: string;
  readonly kind: ArgumentKind;
  /** The words from this argument's place on; only `argv` looks at more than the first. */
  parse(words: readonly string[]): Result<T>;
}

/** A command as the shell keeps it. */
export interface Command {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly help: string;
  /** Converts the words to what the arguments say; the result runs the command. */
  prepare(words: readonly string[]): Result<(context: CommandContext) => void | Promise<void>>;
}

/** What a command may use while it runs. */
export interface CommandContext {
  readonly shell: Shell;
  readonly host: IocshHost;
  /** Writes one line (or several, separated by newlines) to the command's standard output, redirected or not. */
  print(line: string): void;
  /** Writes text as it is. */
  write(text: string): void;
  /** Writes one line to the command's error output and marks the line as failed for `on error`. */
  error(line: string): void;
  /** Marks the line as failed without a word. */
  fail(): void;
  /** Writes one line to the command's error output; no failure. */
  warn(line: string): void;
}

/** The shell as commands see it. */
export interface Shell {
  readonly host: IocshHost;
  readonly variables: Map<string, ShellVariable>;
  /** Command lines that wait for the end of iocInit. */
  readonly afterIocRunning: string[];
  /** What comes first in lines to log servers (iocLogPrefix). */
  logPrefix: string | undefined;
  /** The scope that the present command runs in. */
  readonly scope: Scope | undefined;
  /** Every command, sorted by name. */
  commands(): readonly Command[];
  /** Runs a script to its end, or to `exit`; macros hold while it runs and shadow the environment. */
  runScript(path: string, macros?: Readonly<Record<string, string>>): Promise<ScriptOutcome>;
  /** `iocshLoad`: a script that other tools can find in IOCSH_STARTUP_SCRIPT. */
  loadScript(path: string, macros?: Readonly<Record<string, string>>): Promise<ScriptOutcome>;
  /** Runs one command line, as `iocshCmd` and `iocshRun` do. */
  runLine(text: string, macros?: Readonly<Record<string, string>>): Promise<ScriptOutcome>;
  /** Writes text to the shell's own output, whatever command runs. */
  say(text: string): void;
  /** Sets or removes an environment variable; a macro of the same name gives way to it. */
  setEnvironment(name: string, value: string | undefined): void;
}
