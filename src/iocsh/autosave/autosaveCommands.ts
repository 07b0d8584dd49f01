import { CommandError, defineCommand, int, path, string } from "../command.js";
import { macrosOf } from "../macros.js";
import type { Command } from "../shell.js";
import type { Autosave } from "./autosave.js";
import { autosaveSettingCommands } from "./autosaveSettingCommands.js";

const needed = (word: string | undefined, usage: string): string => {
  if (word === undefined || word === "") throw new CommandError(`Usage: ${usage}`);
  return word;
};

/** `create_xxx_set` and `reload_xxx_set` for periodic and monitored sets. */
const periodicSet = (
  what: "create" | "reload",
  method: "periodic" | "monitored",
  autosave: Autosave,
): Command => {
  const name = `${what}_${method === "periodic" ? "periodic" : "monitor"}_set`;
  return defineCommand({
    name,
    args: [path("request file"), int("period"), string("macro-string")],
    help:
      method === "periodic"
        ? "Save the PVs of a request file every so many seconds."
        : "Save the PVs of a request file when one has changed, at most once in so many seconds.",
    run([file, seconds, macros]) {
      const request = needed(file, `${name} "request file", period, "macros"`);
      autosave.sets[what](method, request, macrosOf(macros), { seconds: seconds > 0 ? seconds : 30 });
    },
  });
};

const triggeredSet = (what: "create" | "reload", autosave: Autosave): Command =>
  defineCommand({
    name: `${what}_triggered_set`,
    args: [path("request file"), string("trigger channel"), string("macro-string")],
    help: "Save the PVs of a request file when a PV becomes other than zero.",
    run([file, trigger, macros]) {
      const usage = `${what}_triggered_set "request file", "trigger PV", "macros"`;
      const request = needed(file, usage);
      autosave.sets[what]("triggered", request, macrosOf(macros), { trigger: needed(trigger, usage) });
    },
  });

const manualSet = (what: "create" | "reload", autosave: Autosave): Command =>
  defineCommand({
    name: `${what}_manual_set`,
    args: [path("request file"), string("macro-string")],
    help: "Define the PVs of a request file as a set that manual_save saves.",
    run([file, macros]) {
      const request = needed(file, `${what}_manual_set "request file", "macros"`);
      autosave.sets[what]("manual", request, macrosOf(macros));
    },
  });

const setCommands = (autosave: Autosave): readonly Command[] => [
  ...(["create", "reload"] as const).flatMap((what) => [
    periodicSet(what, "periodic", autosave),
    periodicSet(what, "monitored", autosave),
    triggeredSet(what, autosave),
    manualSet(what, autosave),
  ]),
  defineCommand({
    name: "set_savefile_name",
    args: [path("request file"), path("save file")],
    help: "Name the save file of a set.",
    run([file, saveFile]) {
      const usage = 'set_savefile_name "request file", "save file"';
      autosave.sets.setSaveFileName(needed(file, usage), needed(saveFile, usage));
    },
  }),
  defineCommand({
    name: "manual_save",
    args: [path("request file"), path("save file")],
    help: "Save a set now.",
    run: ([file, saveFile]) =>
      autosave.sets.saveNow(needed(file, 'manual_save "request file", "save file"'), saveFile),
  }),
  defineCommand({
    name: "remove_data_set",
    args: [path("request file")],
    help: "Stop saving a set.",
    run([file]) {
      const request = needed(file, 'remove_data_set "request file"');
      if (!autosave.sets.remove(request)) throw new CommandError(`autosave: there is no set for ${request}`);
    },
  }),
  defineCommand({
    name: "save_restoreShow",
    args: [int("verbose")],
    help: "Show the settings, save sets and restored files; with 1 the PVs too.",
    run([verbose], { print }) {
      for (const line of autosave.report(verbose !== 0)) print(line);
    },
  }),
];

/** Where the files are. */
const pathCommands = (autosave: Autosave): readonly Command[] => [
  defineCommand({
    name: "set_requestfile_path",
    args: [path("path"), string("subpath")],
    help: "Add a directory to those in which request files are looked for.",
    run([directory = ".", below]) {
      autosave.addRequestPath(directory || ".", below);
    },
  }),
  defineCommand({
    name: "set_savefile_path",
    args: [path("path"), string("subpath")],
    help: "Say in which directory save files are.",
    run([directory = ".", below]) {
      autosave.setSavePath(directory || ".", below);
    },
  }),
  defineCommand({
    name: "save_restoreSet_status_prefix",
    args: [string("prefix")],
    help: "Say with which prefix the SR_ status records were loaded.",
    run: ([prefix = ""]) => autosave.setStatusPrefix(prefix),
  }),
];

/** What is restored at boot and later, and how that went. */
const restoreCommands = (autosave: Autosave): readonly Command[] => [
  defineCommand({
    name: "set_pass0_restoreFile",
    args: [path("file"), string("macro-string")],
    help: "Restore a save file before the records are initialised: scalars and links.",
    run: ([file, macros]) =>
      autosave.addRestoreFile("before", needed(file, 'set_pass0_restoreFile "file"'), macrosOf(macros)),
  }),
  defineCommand({
    name: "set_pass1_restoreFile",
    args: [path("file"), string("macro-string")],
    help: "Restore a save file after the records are initialised: scalars and arrays.",
    run: ([file, macros]) =>
      autosave.addRestoreFile("after", needed(file, 'set_pass1_restoreFile "file"'), macrosOf(macros)),
  }),
  defineCommand({
    name: "fdbrestore",
    args: [path("save file")],
    help: "Restore a save file, or one of its copies when it is not complete, into the running IOC.",
    run: ([file]) => autosave.restoreSaveFile(needed(file, 'fdbrestore "save file"')),
  }),
  defineCommand({
    name: "fdbrestoreX",
    args: [path("save file"), string("macro-string")],
    help: "Restore a file that looks like a save file into the running IOC, complete or not.",
    async run([file, macros]) {
      await autosave.restoreAnyFile(needed(file, 'fdbrestoreX "save file", "macros"'), macrosOf(macros));
    },
  }),
  defineCommand({
    name: "asVerify",
    args: [path("file name"), int("verbose"), path("restore file")],
    help: "Compare a save file with the present values; show what differs, or with verbose 1 all; write a new file.",
    run([file, verbose, restoreFile = ""], { print }) {
      const usage = 'asVerify "save file", verbose, "restore file"';
      for (const line of autosave.verify(needed(file, usage), verbose !== 0, restoreFile)) print(line);
    },
  }),
  defineCommand({
    name: "dbrestoreShow",
    args: [],
    help: "List the files that are restored at boot, and how that went.",
    run(_, { print }) {
      for (const line of autosave.restoreReport()) print(line);
    },
  }),
];

/** Request files that are written rather than read. */
const requestFileCommands = (autosave: Autosave): readonly Command[] => [
  defineCommand({
    name: "autosaveBuild",
    args: [path("file name"), string("request-file suffix"), int("on")],
    help: "Build a request file from those of the databases that are loaded from now on.",
    run([file, suffix = "", on]) {
      autosave.build(needed(file, 'autosaveBuild "file name", "suffix", on'), suffix, on !== 0);
    },
  }),
  defineCommand({
    name: "appendToFile",
    args: [path("file name"), string("line")],
    help: "Put a line at the end of a file, as one that autosaveBuild builds.",
    run: ([file, line = ""]) => autosave.appendToFile(needed(file, 'appendToFile "file name", "line"'), line),
  }),
  defineCommand({
    name: "eraseFile",
    args: [path("file name")],
    help: "Make a file empty.",
    run: ([file]) => autosave.eraseFile(needed(file, 'eraseFile "file name"')),
  }),
  defineCommand({
    name: "makeAutosaveFileFromDbInfo",
    args: [path("file name"), string("info name")],
    help: "Write a request file of the fields that the records name in an info tag.",
    run([file, tag]) {
      const usage = 'makeAutosaveFileFromDbInfo "file name", "info name"';
      autosave.writeRequestFile(needed(file, usage), needed(tag, usage));
    },
  }),
  defineCommand({
    name: "makeAutosaveFiles",
    args: [],
    help: "Write info_settings.req and info_positions.req from the tags autosaveFields and autosaveFields_pass0.",
    run() {
      autosave.writeRequestFile("info_settings.req", "autosaveFields");
      autosave.writeRequestFile("info_positions.req", "autosaveFields_pass0");
    },
  }),
];

/** The commands of synApps autosave. */
export const autosaveCommands = (autosave: Autosave): readonly Command[] => [
  ...pathCommands(autosave),
  ...restoreCommands(autosave),
  ...setCommands(autosave),
  ...requestFileCommands(autosave),
  ...autosaveSettingCommands(autosave.settings),
];
