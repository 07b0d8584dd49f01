import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { errorMessage } from "../libcom/errorMessage.js";
import { expandMacros } from "../libcom/macLib.js";
import { Autosave } from "./autosave/autosave.js";
import { autosaveCommands } from "./autosave/autosaveCommands.js";
import { type CommandDefinition, CommandError, defineCommand } from "./command.js";
import { builtinCommands, standIns } from "./commands/index.js";
import { supplyEnvPaths } from "./envPaths.js";
import type { IocshHost } from "./host.js";
import { openRedirects, reasonOf, type ShellStreams } from "./output.js";
import { scriptLines } from "./script.js";
import type { Argument, Command, CommandContext, Scope, ScriptOutcome, Shell } from "./shell.js";
import { type SplitLine, splitLine } from "./tokenizer.js";
import { builtinVariables, type ShellVariable } from "./variables.js";

export interface IocshOptions {
  readonly streams?: ShellStreams;
}

const registerRecordDeviceDriver = /^\w+_registerRecordDeviceDriver$/;

/**
 * EPICS's command shell: reads lines from scripts and terminals, expands macros from the environment, and runs
 * commands. A line that fails gives one message with its place, and the next line is read.
 */
export class Iocsh implements Shell {
  readonly host: IocshHost;
  readonly streams: ShellStreams;
  readonly variables: Map<string, ShellVariable>;
  readonly autosave: Autosave;
  readonly afterIocRunning: string[] = [];
  private readonly table = new Map<string, Command>();
  private readonly scopes: Scope[] = [];

  constructor(host: IocshHost, options: IocshOptions = {}) {
    this.host = host;
    this.streams = options.streams ?? process;
    this.variables = builtinVariables();
    this.autosave = new Autosave(
      host,
      (line) => this.streams.stdout.write(`${line}\n`),
      (line) => this.streams.stderr.write(`${line}\n`),
    );
    for (const command of [...standIns, ...builtinCommands, ...autosaveCommands(this.autosave)]) {
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
    let text: string;
    try {
      if (!existsSync(path) && basename(path) === "envPaths") {
        for (const line of supplyEnvPaths(this.host)) this.streams.stdout.write(`${line}\n`);
        return { ok: true };
      }
      text = readFileSync(path, "utf8");
    } catch (error) {
      this.reportError(`Can't open ${path}: ${reasonOf(error)}`, this.streams);
      return { ok: false };
    }
    const scope = this.enter({ script: basename(path), interactive: false, macros });
    try {
      for (const line of scriptLines(text)) {
        scope.line = line.number;
        if ((await this.interpret(line.text, scope, { echo: true })) === "exit") break;
        if (scope.failed && !(await this.afterFailure(scope))) return { ok: false };
      }
      return { ok: true };
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
      if (options.echo && !/^\s*#-/.test(raw)) this.streams.stdout.write(`${raw}\n`);
      return undefined;
    }
    const expanded = this.expand(raw);
    if (expanded.undefined.length > 0) {
      const names = expanded.undefined.join(", ");
      const verb = expanded.undefined.length > 1 ? "macros are" : "macro is";
      this.reportError(`${verb} undefined: ${names} (in: ${raw.trim()})`, this.streams);
      return undefined;
    }
    const line = expanded.text;
    if (options.echo && line !== "") this.streams.stdout.write(`${line}\n`);
    if (line.trim() === "" || /^\s*#/.test(line)) return undefined;
    const split = splitLine(line);
    if (!split.ok) {
      this.reportError(split.error, this.streams);
      return undefined;
    }
    return this.execute(split.value, scope);
  }

  private async execute({ words, redirects }: SplitLine, scope: Scope): Promise<"exit" | undefined> {
    const [name, ...rest] = words;
    const input = redirects.get(0);
    if (name === undefined && input !== undefined) {
      if (!(await this.runScript(input.path)).ok) scope.failed = true;
      return undefined;
    }
    if (name === "exit") return "exit";
    const opened = openRedirects(redirects, this.streams);
    if (!opened.ok) {
      this.reportError(opened.error, this.streams);
      return undefined;
    }
    try {
      if (name !== undefined) await this.invoke(name, rest, opened.value);
    } finally {
      opened.value.close();
    }
    return undefined;
  }

  private async invoke(name: string, words: readonly string[], streams: ShellStreams): Promise<void> {
    const command = this.command(name);
    if (command === undefined) {
      this.reportError(`Command '${name}' not registered.`, streams);
      return;
    }
    const scope = this.scope;
    const context: CommandContext = {
      shell: this,
      host: this.host,
      print: (line) => void streams.stdout.write(`${line}\n`),
      write: (text) => void streams.stdout.write(text),
      warn: (line) => void streams.stderr.write(`${line}\n`),
      error: (line) => {
        streams.stderr.write(`${line}\n`);
        if (scope !== undefined) scope.failed = true;
      },
    };
    try {
      await command.invoke(words, context);
    } catch (error) {
      const message = errorMessage(error);
      this.reportError(error instanceof CommandError ? message : `${name}: ${message}`, streams);
    }
  }

  private reportError(message: string, streams: ShellStreams): void {
    const scope = this.scope;
    if (scope !== undefined) scope.failed = true;
    const place = scope?.script === undefined ? "" : `ERROR ${scope.script}:${scope.line}: `;
    streams.stderr.write(`${place}${message}\n`);
  }

  /** Applies `on error`; false when the script ends here. */
  private async afterFailure(scope: Scope): Promise<boolean> {
    scope.failed = scope.onError.action !== "continue";
    switch (scope.onError.action) {
      case "continue":
        return true;
      case "wait": {
        const { seconds } = scope.onError;
        this.streams.stderr.write(`iocsh Error: Waiting ${seconds.toFixed(1)} sec ...\n`);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        scope.failed = false;
        return true;
      }
      case "break":
        this.streams.stderr.write("iocsh Error: Break\n");
        return false;
      case "halt":
        this.streams.stderr.write("iocsh Error: Halt\n");
        return await new Promise<boolean>(() => undefined);
    }
  }
}
