import { argv, CommandError, defineCommand, int } from "../command.js";
import type { Command } from "../shell.js";
import type { AutosaveSettings } from "./settings.js";

const SHORTEST_PERIOD_SECONDS = 4;

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

/** The commands that set what `settings` holds. */
export const autosaveSettingCommands = (settings: AutosaveSettings): readonly Command[] => [
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
  setting("periodicDatedBackups", "Minutes between dated copies of the save files; 0 for none.", (value) => {
    settings.datedBackupMinutes = value;
  }),
  setting("Debug", "Shown by save_restoreShow; what matters is always said.", (value) => {
    settings.debugLevel = value;
  }),
  setting("RetrySeconds", "Seconds until a save file that could not be written is tried again.", (value) => {
    if (value >= 0) settings.retrySeconds = value;
  }),
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
