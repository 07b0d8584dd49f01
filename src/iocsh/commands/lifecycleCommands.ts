import { CommandError, defineCommand, path, pdbbase, string } from "../command.js";
import { macrosOf } from "../macros.js";

const banner = "#".repeat(76);

export const lifecycleCommands = [
  defineCommand({
    name: "dbLoadDatabase",
    args: [path("file name"), path("path"), string("substitutions")],
    help: "Accepted as it stands: record types, menus and device supports are built in.",
    run([file]) {
      if (file === undefined)
        throw new CommandError('Usage: dbLoadDatabase "file name", "path", "substitutions"');
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
      if (file === undefined) throw new CommandError('Usage: dbLoadRecords "file name", "substitutions"');
      if (host.initialised) throw new CommandError("Records cannot be loaded after iocInit!");
      for (const line of host.loadRecords(file, macrosOf(macros))) error(`ERROR ${line}`);
    },
  }),
  defineCommand({
    name: "dbLoadTemplate",
    args: [path("file name"), string("substitutions")],
    help: "Load the databases that a substitutions file names.",
    run([file, macros], { host, error }) {
      if (file === undefined) throw new CommandError('Usage: dbLoadTemplate "file name", "substitutions"');
      if (host.initialised) throw new CommandError("Records cannot be loaded after iocInit!");
      for (const line of host.loadTemplate(file, macrosOf(macros))) error(`ERROR ${line}`);
    },
  }),
  defineCommand({
    name: "iocInit",
    args: [],
    help: "Initialise the records and start scanning and serving them.",
    async run(_, { host, print, shell }) {
      if (host.initialised) {
        throw new CommandError("iocBuild: IOC can only be initialized from uninitialized or stopped state");
      }
      print(`Starting iocInit\n${banner}\n## ${host.release}\n${banner}`);
      await host.iocInit();
      print("iocRun: All initialization complete");
      for (const line of shell.afterIocRunning.splice(0)) await shell.runLine(line);
    },
  }),
  defineCommand({
    name: "afterIocRunning",
    args: [string("command")],
    help: "Run a command once iocInit is done.",
    run([command], { host, shell }) {
      if (command === undefined) throw new CommandError('Usage: afterIocRunning "command"');
      if (host.initialised) {
        throw new CommandError("afterIocRunning can only be used before 'iocInit'");
      }
      shell.afterIocRunning.push(command);
    },
  }),
  defineCommand({
    name: "coreRelease",
    args: [],
    help: "Show the version of this software.",
    run: (_, { host, print }) => print(`${banner}\n## ${host.release}\n${banner}`),
  }),
];
