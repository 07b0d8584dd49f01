import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { errorMessage } from "../libcom/errorMessage.js";
import { expandMacros } from "../libcom/macLib.js";
import { timerMs } from "../libcom/timerMs.js";
import { Autosave } from "./autosave/autosave.js";
import { autosaveCommands } from "./autosave/autosaveCommands.js";
import { type CommandDefinition, CommandError, defineCommand, Rejection } from "./command.js";
import { builtinCommands, standIns } from "./commands/index.js";
import { supplyEnvPaths } from "./envPaths.js";
import type { IocshHost } from "./host.js";
import { openRedirects, reasonOf, type ShellStreams } from "./output.js";
import { scriptLines } from "./script.js";
import type { Argument, Command, CommandContext, Scope, ScriptOutcome, Shell } from "./shell.js";
import { inBold, inRed, shownOn } from "./style.js";
import { type SplitLine, splitLine } from "./tokenizer.js";
import { builtinVariables, type ShellVariable } from "./variables.js";

export interface IocshOptions {
  readonly streams?: ShellStreams;
}

/** How macLib says that a macro is missing, or needs itself. */
const missingMacro = (name: string, raw: string, expanded: string): string =>
  expanded.includes(`$(${name},recursive)`)
    ? `macLib: macro ${name} is recursive (expanding string ${raw})`
    : `macLib: macro ${name} is undefined (expanding string ${raw})`;

/** Scripts within scripts; more would be one that runs itself. */
const DEEPEST_SCRIPT = 50;

const registerRecordDeviceDriver = /^\w+_registerRecordDeviceDriver$/;

/**
 * EPICS's command shell: reads lines from scripts and terminals, expands macros from the environment, and runs
 * commands. A line that fails gives one message with its place, and the next line is read.
 */
export class Iocsh implements Shell {
  readonly host: IocshHost;
  /** Where text goes now: those of the options, or what a redirect put in their place. */
  private streams: ShellStreams;
  private readonly ownStreams: ShellStreams;
  readonly variables: Map<string, ShellVariable>;
  readonly autosave: Autosave;
  readonly afterIocRunning: string[] = [];
  logPrefix: string | undefined;
  private readonly table = new Map<string, Command>();
  private readonly scopes: Scope[] = [];

  constructor(host: IocshHost, options: IocshOptions = {}) {
    this.host = host;
    this.ownStreams = options.streams ?? process;
    this.streams = this.ownStreams;
    this.variables = builtinVariables();
    this.autosave = new Autosave(
      host,
      (line) => this.streams.stdout.write(`${line}\n`),
      (line) => this.streams.stderr.write(`${line}\n`),
    );
    for (const command of [...standIns, ...builtinCommands(), ...autosaveCommands(this.autosave)]) {
      this.table.set(command.name, command);
    }
  }

  /** Adds a command, or replaces the one of that name. */
  registerCommand<const A extends readonly Argument[]>(definition: CommandDefinition<A>): void {
    this.add(defineCommand(definition));
  }

  /** The same for a command that `defineCommand` made. */
  add(command: Command): void {
    this.table.set(command.name, command);
  }

  commands(): readonly Command[] {
    return [...this.table.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  command(name: string): Command | undefined {
    const known = this.table.get(name);
    if (known !== undefined || !registerRecordDeviceDriver.test(name)) return known;
    return this.table.get("registerAllRecordDeviceDrivers");
  }

  get scope(): Scope | undefined {
    return this.scopes.at(-1);
  }

  async runScript(path: string, macros: Readonly<Record<string, string>> = {}): Promise<ScriptOutcome> {
    if (this.scopes.length > DEEPEST_SCRIPT) {
      this.complain(inRed(`Can't run ${path}: scripts are nested too deeply`));
      return { ok: false };
    }
    let text: string;
    try {
      if (!existsSync(path) && basename(path) === "envPaths") {
        for (const line of supplyEnvPaths(this.host)) this.streams.stdout.write(`${line}\n`);
        return { ok: true };
      }
      text = readFileSync(path, "utf8");
    } catch (error) {
      this.complain(inRed(`Can't open ${path}: ${reasonOf(error)}`));
      return { ok: false };
    }
    const scope = this.enter({ script: basename(path), interactive: false, macros });
    try {
      let ok = true;
      for (const line of scriptLines(text)) {
        scope.line = line.number;
        if ((await this.interpret(line.text, scope, { echo: true })) === "exit") break;
        if (scope.failed && scope.onError.action !== "continue") ok = false;
        if (scope.failed && !(await this.afterFailure(scope))) break;
      }
      return { ok };
    } finally {
      this.leave(scope);
    }
  }

  loadScript(path: string, macros: Readonly<Record<string, string>> = {}): Promise<ScriptOutcome> {
    this.host.environment["IOCSH_STARTUP_SCRIPT"] = path;
    return this.runScript(path, macros);
  }

  async runLine(text: string, macros: Readonly<Record<string, string>> = {}): Promise<ScriptOutcome> {
    const scope = this.enter({ script: undefined, interactive: false, macros });
    try {
      await this.interpret(text, scope, { echo: false });
      // A single line has nothing to go on with: an error always breaks.
      if (scope.failed) this.complain("iocsh Error: Break");
      return { ok: !scope.failed };
    } finally {
      this.leave(scope);
    }
  }

  /** Runs one line typed at a terminal; "exit" when the shell is to end. */
  async runInteractiveLine(text: string): Promise<"exit" | undefined> {
    const scope = this.enter({ script: undefined, interactive: true, macros: {} });
    try {
      return await this.interpret(text, scope, { echo: false });
    } finally {
      this.leave(scope);
    }
  }

  /** Expands `$(X)` from the scopes' macros, innermost first, then the environment. */
  expand(text: string): { readonly text: string; readonly undefined: readonly string[] } {
    const macros = new Map<string, string>();
    for (const scope of this.scopes) for (const [name, value] of scope.macros) macros.set(name, value);
    return expandMacros(text, macros, { environment: this.host.environment });
  }

  say(text: string): void {
    this.ownStreams.stdout.write(text);
  }

  setEnvironment(name: string, value: string | undefined): void {
    for (const scope of this.scopes) scope.macros.delete(name);
    if (value === undefined) delete this.host.environment[name];
    else this.host.environment[name] = value;
  }

  /** Saves what autosave still has to save; to be called when the IOC stops. */
  close(): void {
    this.autosave.stop();
  }

  private enter(options: {
    script: string | undefined;
    interactive: boolean;
    macros: Readonly<Record<string, string>>;
  }): Scope {
    const { script, interactive, macros } = options;
    const scope: Scope = {
      script,
      interactive,
      macros: new Map(Object.entries(macros)),
      onError: { action: "continue" },
      line: 0,
      failed: false,
    };
    this.scopes.push(scope);
    return scope;
  }

  private leave(scope: Scope): void {
    this.scopes.splice(this.scopes.indexOf(scope), 1);
  }

  private async interpret(
    raw: string,
    scope: Scope,
    options: { echo: boolean },
  ): Promise<"exit" | undefined> {
    // Comments are never expanded: what they say about macros is not meant for us.
    const comment = /^\s*#/.test(raw);
    if (comment) {
      if (options.echo && !/^\s*#-/.test(raw)) this.echo(raw);
      return undefined;
    }
    const { text: line, undefined: missing } = this.expand(raw);
    if (missing.length > 0) {
      for (const name of missing) this.complain(missingMacro(name, raw, line));
      scope.failed = true;
      return undefined;
    }
    if (options.echo && line !== "") this.echo(line);
    if (line.trim() === "" || /^\s*#/.test(line)) return undefined;
    const split = splitLine(line);
    if (!split.ok) {
      this.reportError(split.error);
      return undefined;
    }
    return this.execute(split.value, scope);
  }

  private echo(line: string): void {
    this.streams.stdout.write(`${shownOn(this.streams.stdout, inBold(line))}\n`);
  }

  private async execute({ words, redirects }: SplitLine, scope: Scope): Promise<"exit" | undefined> {
    const [name, ...rest] = words;
    // A line without words, `()`, ends the script as EPICS Base's does.
    if (name === undefined && redirects.size === 0) return "exit";
    const input = redirects.get(0);
    if (name === "exit") return "exit";
    const isScript = name === undefined && input !== undefined;
    const opened = openRedirects(
      isScript ? new Map([...redirects].filter(([number]) => number !== 0)) : redirects,
      this.streams,
    );
    if (!opened.ok) {
      this.reportError(opened.error);
      return undefined;
    }
    try {
      if (isScript) await this.redirected(opened.value, () => this.include(input.path, scope));
      else if (name !== undefined) await this.invoke(name, rest, opened.value);
    } finally {
      opened.value.close();
    }
    return undefined;
  }

  private async include(path: string, scope: Scope): Promise<void> {
    if (!(await this.runScript(path)).ok) scope.failed = true;
  }

  /** Everything written meanwhile goes to `streams`, that of nested scripts and lines too. */
  private async redirected(streams: ShellStreams, action: () => void | Promise<void>): Promise<void> {
    const before = this.streams;
    this.streams = streams;
    try {
      await action();
    } finally {
      this.streams = before;
    }
  }

  private async invoke(name: string, words: readonly string[], streams: ShellStreams): Promise<void> {
    const command = this.command(name);
    if (command === undefined) {
      this.reportError(`Command '${name}' not registered.`);
      return;
    }
    const call = command.prepare(words);
    if (!call.ok) {
      this.reportError(call.error);
      return;
    }
    const scope = this.scope;
    const fail = (): void => {
      if (scope !== undefined) scope.failed = true;
    };
    const context: CommandContext = {
      shell: this,
      host: this.host,
      print: (line) => void streams.stdout.write(`${shownOn(streams.stdout, line)}\n`),
      write: (text) => void streams.stdout.write(shownOn(streams.stdout, text)),
      warn: (line) => void streams.stderr.write(`${shownOn(streams.stderr, line)}\n`),
      fail,
      error: (line) => {
        streams.stderr.write(`${shownOn(streams.stderr, line)}\n`);
        fail();
      },
    };
    try {
      await this.redirected(streams, () => call.value(context));
    } catch (error) {
      const message = errorMessage(error);
      if (error instanceof Rejection) {
        context.print(message);
        fail();
        return;
      }
      this.reportError(error instanceof CommandError ? message : `${name}: ${message}`, streams);
    }
  }

  /** One line about the present line of the script, with its place. */
  private reportError(message: string, streams: ShellStreams = this.streams): void {
    const scope = this.scope;
    if (scope !== undefined) scope.failed = true;
    const place = scope?.script === undefined ? "" : `${inRed("ERROR")} ${scope.script} line ${scope.line}: `;
    streams.stderr.write(`${shownOn(streams.stderr, place + inRed(message))}\n`);
  }

  private complain(message: string): void {
    this.streams.stderr.write(`${shownOn(this.streams.stderr, message)}\n`);
  }

  /** Applies `on error`; false when the script ends here. */
  private async afterFailure(scope: Scope): Promise<boolean> {
    scope.failed = scope.onError.action !== "continue";
    switch (scope.onError.action) {
      case "continue":
        return true;
      case "wait": {
        const { seconds } = scope.onError;
        this.complain(`iocsh Error: Waiting ${seconds.toFixed(1)} sec ...`);
        await new Promise((resolve) => setTimeout(resolve, timerMs(seconds)));
        scope.failed = false;
        return true;
      }
      case "break":
        this.complain("iocsh Error: Break");
        return false;
      case "halt":
        this.complain("iocsh Error: Halt");
        return await new Promise<boolean>(() => undefined);
    }
  }
}
