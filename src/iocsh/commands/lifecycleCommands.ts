import { defineCommand, path, pdbbase, Rejection, string } from "../command.js";
import { macrosOf } from "../macros.js";
import type { CommandContext } from "../shell.js";
import { inRed } from "../style.js";

const banner = "#".repeat(76);

const tooLate = (file: string): string =>
  `${inRed("ERROR")}: Failed to load '${file}'\n    Records cannot be loaded after iocInit!`;

/** Says that the IOC starts, and does the first step; false when it has been done before. */
async function build(
  { host, print, warn, error }: CommandContext,
  step: () => void | Promise<void>,
): Promise<boolean> {
  if (host.initialised) {
    error("iocBuild: ERROR IOC can only be initialized from uninitialized or stopped state");
    return false;
  }
  warn("Starting iocInit");
  print(`${banner}\n## ${host.release}\n${banner}`);
  await step();
  return true;
}

async function start({ host, print, warn, shell }: CommandContext): Promise<void> {
  await host.iocInit();
  warn("iocRun: All initialization complete");
  for (const line of shell.afterIocRunning.splice(0)) {
    print(`afterIocRunning: ${line}`);
    const { ok } = await shell.runLine(line);
    if (!ok) print(`ERROR afterIocRunning: command '${line}' failed to run`);
  }
}

function queueCommand(name: string, command: string, { host, shell, print }: CommandContext): void {
  if (command === "") print(`ERROR ${name}: received an empty 'command' argument`);
  else if (host.initialised) print(`WARNING ${name}: can only be used before 'iocInit'`);
  else shell.afterIocRunning.push(command);
}

export const lifecycleCommands = [
  defineCommand({
    name: "dbLoadDatabase",
    args: [path("file name"), path("path"), string("substitutions")],
    help: "Read a .dbd file where there is one: menuScan, menuConvert, breakpoint tables and device supports of it count.",
    run([file, path, macros], { host, error }) {
      if (file === undefined) throw new Rejection('Usage: dbLoadDatabase "file", "path", "subs"');
      for (const line of host.loadDefinitions(file, path, macrosOf(macros))) error(`ERROR ${line}`);
    },
  }),
  defineCommand({
    name: "registerAllRecordDeviceDrivers",
    args: [pdbbase()],
    help: "Accepted as is every NAME_registerRecordDeviceDriver: all supports are registered from the start.",
    run: () => undefined,
  }),
  defineCommand({
    name: "dbLoadRecords",
    args: [path("file name"), string("substitutions")],
    help: "Load a database (.db, .template, .yaml) with macros; bad records are reported and left out.",
    run([file, macros], { host, error }) {
      if (file === undefined) throw new Rejection('Usage: dbLoadRecords "file", "subs"');
      if (host.initialised) return error(tooLate(file));
      for (const line of host.loadRecords(file, macrosOf(macros))) error(`ERROR ${line}`);
    },
  }),
  defineCommand({
    name: "dbLoadTemplate",
    args: [path("filename"), string("var1=value1,var2=value2"), string("path1:path2:...")],
    help: "Load the databases that a substitutions file names; they are looked for in the directories of the path.",
    run([file, macros, searchPath], { host, error }) {
      if (file === undefined) return error("must specify variable substitution file");
      if (host.initialised) return error(tooLate(file));
      for (const line of host.loadTemplate(file, macrosOf(macros), searchPath)) error(`ERROR ${line}`);
    },
  }),
  defineCommand({
    name: "iocInit",
    args: [],
    help: "Initialise the records and start scanning and serving them.",
    async run(_, context) {
      if (await build(context, () => undefined)) await start(context);
    },
  }),
  defineCommand({
    name: "iocBuild",
    args: [],
    help: "The first half of iocInit: initialise the records, which then rest until iocRun.",
    async run(_, context) {
      await build(context, () => context.host.iocBuild());
    },
  }),
  defineCommand({
    name: "iocRun",
    args: [],
    help: "Start what iocBuild made ready, or go on after iocPause.",
    async run(_, context) {
      const { engine } = context.host;
      if (engine.state === "built") await start(context);
      else if (engine.iocRun()) context.warn("iocRun: IOC restarted");
      else context.error("iocRun: WARNING IOC not paused");
    },
  }),
  defineCommand({
    name: "iocPause",
    args: [],
    help: "Let all scanning rest until iocRun; clients stay connected.",
    run(_, { host, warn, error }) {
      if (host.engine.iocPause()) warn("iocPause: IOC suspended");
      else error("iocPause: WARNING IOC not running");
    },
  }),
  defineCommand({
    name: "afterIocRunning",
    args: [string("command (before iocInit)")],
    help: "Run a command once iocInit is done.",
    run([command = ""], context) {
      queueCommand("afterIocRunning", command, context);
    },
  }),
  defineCommand({
    name: "doAfterIocInit",
    args: [string("command (before iocInit)")],
    help: "Run a command once iocInit is done: what synApps calls afterIocRunning.",
    run([command = ""], context) {
      queueCommand("doAfterIocInit", command, context);
    },
  }),
  defineCommand({
    name: "coreRelease",
    args: [],
    help: "Show the version of this software.",
    run: (_, { host, print }) => print(`${banner}\n## ${host.release}\n${banner}`),
  }),
];
