import { spawn } from "node:child_process";
import { chdir, cwd } from "node:process";
import { formatGeneral } from "../../libcom/cFormat.js";
import { unescapeText } from "../../libcom/escape.js";
import { strftime } from "../../libcom/strftime.js";
import { timerMs } from "../../libcom/timerMs.js";
import {
  argv,
  CommandError,
  defineCommand,
  double,
  parseInteger,
  parseNumber,
  path,
  string,
} from "../command.js";
import { globMatches } from "../glob.js";
import { macrosOf } from "../macros.js";
import type { Argument, Shell } from "../shell.js";
import { inBold, inRed, underlined } from "../style.js";
import type { ShellVariable } from "../variables.js";

const argumentText = ({ name, kind }: Argument): string =>
  kind === "argv" || !name.includes(" ") ? name : `'${name}'`;

/** Names in columns of 16 characters, as `help` lists commands. */
function listing(names: readonly string[]): string {
  let text = "";
  let column = 0;
  for (const name of names) {
    if (column + name.length >= 79) {
      text += "\n";
      column = 0;
    }
    text += name;
    column += name.length;
    if (column >= 64) {
      text += "\n";
      column = 0;
    } else {
      const padding = 16 - (column % 16);
      text += " ".repeat(padding);
      column += padding;
    }
  }
  return column > 0 ? `${text}\n` : text;
}

const showVariable = (name: string, { type, value }: ShellVariable): string =>
  `${type} ${name} = ${type === "int" ? value : formatGeneral(value, 6)}`;

const sleep = (seconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, timerMs(seconds)));

async function runCommand(
  shell: Shell,
  command: string | undefined,
  macros: Readonly<Record<string, string>>,
): Promise<void> {
  if (command === undefined) return;
  const { scope } = shell;
  const { ok } = await shell.runLine(command, macros);
  if (!ok && scope !== undefined) scope.failed = true;
}

export const shellCommands = [
  defineCommand({
    name: "#",
    args: [argv("newline-terminated comment")],
    help: "A comment; `#-` keeps it from being echoed.",
    run: () => undefined,
  }),
  defineCommand({
    name: "help",
    args: [argv("[command ...]")],
    help: "List the commands, or show arguments and usage of those that match a name or pattern.",
    run([patterns], { shell, print, write }) {
      if (patterns.length === 0) {
        write(listing(shell.commands().map(({ name }) => name)));
        print("\nType 'help <glob>' for information about commands matching");
        print("the name or pattern <glob>, e.g. 'help db*'");
        return;
      }
      const matching = shell
        .commands()
        .filter(({ name }) => patterns.some((each) => globMatches(each, name)));
      for (const [index, { name, args, help }] of matching.entries()) {
        if (index > 0) write(underlined(`${" ".repeat(60)}\n`));
        print([inBold(`\n${name}`), ...args.map(argumentText)].join(" "));
        print(`\n${help}`);
      }
    },
  }),
  defineCommand({
    name: "echo",
    args: [string("string")],
    help: "Print a string after expanding macros, environment variables and escapes.",
    // A C string ends at its first NUL.
    run: ([text = ""], { print }) => print(unescapeText(text).split("\0", 1)[0] ?? ""),
  }),
  defineCommand({
    name: "cd",
    args: [path("directory name")],
    help: "Change the working directory.",
    run([directory], { shell, warn, error }) {
      if (directory === undefined) return warn("Invalid directory path, ignored");
      try {
        chdir(directory);
        shell.setEnvironment("PWD", cwd());
      } catch {
        error("Invalid directory path, ignored");
      }
    },
  }),
  defineCommand({
    name: "pwd",
    args: [],
    help: "Print the working directory.",
    run: (_, { print }) => print(cwd()),
  }),
  defineCommand({
    name: "date",
    args: [string("format")],
    help: "Print the date and time; the format is strftime's, with %f for the fraction of a second.",
    run: ([format], { print }) => print(strftime(format ?? "%Y/%m/%d %H:%M:%S.%06f", new Date())),
  }),
  defineCommand({
    name: "system",
    args: [string("command string")],
    help: "Run a command of the operating system and show its output.",
    async run([command], { host, write, warn }) {
      if (command === undefined) throw new CommandError('Usage: system "command string"');
      const child = spawn("/bin/sh", ["-c", command], {
        env: host.environment,
        stdio: ["ignore", "pipe", "pipe"],
      });
      child.stdout.on("data", (text: Buffer) => write(text.toString()));
      child.stderr.on("data", (text: Buffer) => warn(text.toString().trimEnd()));
      const status = await new Promise<string>((resolve) => {
        child.on("error", ({ message }) => resolve(message));
        child.on("close", (code, signal) => resolve(code === 0 ? "" : `status ${signal ?? code}`));
      });
      if (status !== "") throw new CommandError(`system: '${command}' ended with ${status}`);
    },
  }),
  defineCommand({
    name: "epicsThreadSleep",
    args: [double("seconds")],
    help: "Pause the script; the IOC goes on.",
    run: ([seconds]) => sleep(seconds),
  }),
  defineCommand({
    name: "exit",
    args: [],
    help: "Leave the script; at a terminal, stop the IOC.",
    run: () => undefined,
  }),
  defineCommand({
    name: "iocshCmd",
    args: [string("command")],
    help: "Run one command line.",
    async run([command], { shell }) {
      await runCommand(shell, command, {});
    },
  }),
  defineCommand({
    name: "iocshRun",
    args: [string("command"), string("macros")],
    help: "Run one command line with macros.",
    async run([command, macros], { shell }) {
      await runCommand(shell, command, macrosOf(macros));
    },
  }),
  defineCommand({
    name: "iocshLoad",
    args: [path("pathname"), string("macros")],
    help: "Run a script with macros.",
    async run([pathname, macros], { shell }) {
      if (pathname === undefined) throw new CommandError('Usage: iocshLoad "pathname", "macros"');
      const { scope } = shell;
      const { ok } = await shell.loadScript(pathname, macrosOf(macros));
      if (!ok && scope !== undefined) scope.failed = true;
    },
  }),
  defineCommand({
    name: "on",
    args: [argv("error [continue | break | halt | wait <delay>]")],
    help: "Say what a script does after a line that failed: continue (default), break, halt, or wait some seconds.",
    run([[event, action, delay]], { shell, warn, error }) {
      const { scope } = shell;
      const usage = `Usage: ${inBold("on error")} [continue | break | halt | wait <delay>]`;
      if (scope === undefined || event !== "error" || action === undefined) return warn(usage);
      if (scope.interactive) return warn("Interactive shell ignores  on error ...");
      scope.failed = false;
      if (action === "continue" || action === "break" || action === "halt") scope.onError = { action };
      else if (action === "wait") {
        if (delay === undefined) {
          scope.onError = { action: "halt" };
          return warn(usage);
        }
        const seconds = Number(delay);
        if (Number.isNaN(seconds)) error(`${usage}\n${inRed(`Invalid 'on error wait' delay '${delay}'.`)}`);
        scope.onError = { action, seconds: Number.isNaN(seconds) ? 5 : Math.max(0, seconds) };
      } else error(usage);
    },
  }),
  defineCommand({
    name: "var",
    args: [string("[variable"), string("[value]]")],
    help: "Show all variables, those that match a pattern, or set one.",
    run([name, value], { shell: { variables }, print, warn, error }) {
      if (value === undefined) {
        const matching = [...variables].filter(([each]) => name === undefined || globMatches(name, each));
        for (const [each, variable] of matching) print(showVariable(each, variable));
        if (matching.length === 0) error(inRed(`No known vars match '${name}'.`));
        return;
      }
      const variable = variables.get(name ?? "");
      if (variable === undefined) return error(inRed(`No known var '${name}'.`));
      const number = variable.type === "int" ? parseInteger(value) : parseNumber(value);
      if (typeof number === "number") {
        variable.value = number;
        return;
      }
      const kind = variable.type === "int" ? "integer" : "double";
      warn(inRed(`Invalid ${kind}, var '${name}' not changed.`));
    },
  }),
];
