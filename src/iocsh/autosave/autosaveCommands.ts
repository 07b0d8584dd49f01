import { argv, CommandError, defineCommand, int, path, string } from "../command.js";
import { macrosOf } from "../macros.js";
import type { Command } from "../shell.js";
import type { Autosave } from "./autosave.js";

const SHORTEST_PERIOD_SECONDS = 4;

const needed = (word: string | undefined, usage: string): string => {
  if (word === undefined || word === "") throw new CommandError(`Usage: ${usage}`);
  return word;
};

/** A save_restoreSet_xxx command that takes one number. */
const setting = (name: string, help: string, apply: (value: number) => void): Command =>
  defineCommand({
    name: `save_restoreSet_${name}`,
    args: [int("value")],
    help,
    run: ([value]) => apply(value),
  });

const withoutEffect = (name: string): Command =>
  defineCommand({
    name,
    args: [argv("...")],
    help: "Accepted without effect.",
    run: (_, { warn }) => warn(`${name}: accepted, has no effect here (autosave)`),
  });

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
      autosave[what](method, request, macrosOf(macros), { seconds: seconds > 0 ? seconds : 30 });
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
      autosave[what]("triggered", request, macrosOf(macros), { trigger: needed(trigger, usage) });
    },
  });

const manualSet = (what: "create" | "reload", autosave: Autosave): Command =>
  defineCommand({
    name: `${what}_manual_set`,
    args: [path("request file"), string("macro-string")],
    help: "Define the PVs of a request file as a set that manual_save saves.",
    run([file, macros]) {
      const request = needed(file, `${what}_manual_set "request file", "macros"`);
      autosave[what]("manual", request, macrosOf(macros));
    },
  });

/** The commands of synApps autosave. */
export function autosaveCommands(autosave: Autosave): readonly Command[] {
  const { settings } = autosave;
  return [
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
      name: "save_restoreSet_status_prefix",
      args: [string("prefix")],
      help: "Say with which prefix the SR_ status records were loaded.",
      run: ([prefix = ""]) => autosave.setStatusPrefix(prefix),
    }),
    setting("IncompleteSetsOk", "Restore files that lack values (1, default) or not (0).", (value) => {
      settings.incompleteSetsOk = value !== 0;
    }),
    setting(
      "DatedBackupFiles",
      "Date the copy that is made at boot (1, default) or call it .bu (0).",
      (value) => {
        settings.datedBackupFiles = value !== 0;
      },
    ),
    setting("NumSeqFiles", "How many sequence files .sav0, .sav1 ... to keep.", (value) => {
      settings.sequenceFiles = Math.min(10, Math.max(0, value));
    }),
    setting("SeqPeriodInSeconds", "Seconds between sequence files.", (value) => {
      settings.sequencePeriodSeconds = value;
    }),
    setting("FilePermissions", "Permissions of the files, as 0664.", (value) => {
      settings.filePermissions = value;
    }),
    setting("UseStatusPVs", "Feed the SR_ records (1, default) or not (0).", (value) => {
      settings.useStatusRecords = value !== 0;
    }),
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
        autosave.setSaveFileName(needed(file, usage), needed(saveFile, usage));
      },
    }),
    defineCommand({
      name: "manual_save",
      args: [path("request file"), path("save file")],
      help: "Save a set now.",
      run: ([file, saveFile]) =>
        autosave.saveNow(needed(file, 'manual_save "request file", "save file"'), saveFile),
    }),
    defineCommand({
      name: "remove_data_set",
      args: [path("request file")],
      help: "Stop saving a set.",
      run([file]) {
        const request = needed(file, 'remove_data_set "request file"');
        if (!autosave.remove(request)) throw new CommandError(`autosave: there is no set for ${request}`);
      },
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
      name: "save_restoreShow",
      args: [int("verbose")],
      help: "Show the settings, save sets and restored files; with 1 the PVs too.",
      run([verbose], { print }) {
        for (const line of autosave.report(verbose !== 0)) print(line);
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
      run: ([file, line = ""]) => autosave.editFile(needed(file, 'appendToFile "file name", "line"'), line),
    }),
    defineCommand({
      name: "eraseFile",
      args: [path("file name")],
      help: "Make a file empty.",
      run: ([file]) => autosave.editFile(needed(file, 'eraseFile "file name"'), undefined),
    }),
    setting(
      "periodicDatedBackups",
      "Minutes between dated copies of the save files; 0 for none.",
      (value) => {
        settings.datedBackupMinutes = value;
      },
    ),
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
    setting("Debug", "Shown by save_restoreShow; what matters is always said.", (value) => {
      settings.debugLevel = value;
    }),
    setting(
      "RetrySeconds",
      "Seconds until a save file that could not be written is tried again.",
      (value) => {
        if (value >= 0) settings.retrySeconds = value;
      },
    ),
    setting(
      "CallbackTimeout",
      "Seconds between saves of monitored sets without a change; -1 for none.",
      (value) => {
        if (value >= 0 && value < SHORTEST_PERIOD_SECONDS)
          throw new CommandError(
            `save_restoreCallbackTimeout must be either negative (forever) or >= ${SHORTEST_PERIOD_SECONDS} seconds`,
          );
        settings.forcedSaveSeconds = value;
      },
    ),
    ...["save_restoreSet_NFSHost", "save_restoreSet_CAReconnect", "set_saveTask_priority"].map(withoutEffect),
  ];
}
