export {
  argv,
  type CommandDefinition,
  CommandError,
  defineCommand,
  double,
  int,
  path,
  pdbbase,
  recordName,
  string,
} from "./command.js";
export type { IocshHost, ShellEngine } from "./host.js";
export { Iocsh, type IocshOptions } from "./iocsh.js";
export { macrosOf } from "./macros.js";
export type { ShellStreams, TextSink } from "./output.js";
export type { Argument, Command, CommandContext, ScriptOutcome, Shell } from "./shell.js";
export { runTerminal, type TerminalOptions } from "./terminal.js";
export type { ShellVariable } from "./variables.js";
