import { strftime } from "../../libcom/strftime.js";
import { dateStamp } from "./saveFile.js";
import type { SaveMethodName } from "./saveSet.js";
import type { AutosaveSettings } from "./settings.js";
import { SaveStatus, type SaveStatusNumber, type SetStatus } from "./statusRecords.js";

/** A file that is restored at boot, with how that went. */
export interface RestoreFile {
  readonly name: string;
  readonly macros: Readonly<Record<string, string>>;
  status: SaveStatusNumber;
  text: string;
}

export interface RestoreFiles {
  readonly before: readonly RestoreFile[];
  readonly after: readonly RestoreFile[];
}

const STATUS_TEXTS: Readonly<Record<SaveStatusNumber, string>> = {
  [SaveStatus.noStatus]: "No Status",
  [SaveStatus.failure]: "Failure",
  [SaveStatus.warning]: "Warning",
  [SaveStatus.sequenceFailure]: "SeqFail",
  [SaveStatus.ok]: "Ok",
};

const METHOD_TEXTS: Readonly<Record<SaveMethodName, string>> = {
  periodic: "PERIODIC",
  triggered: "TRIGGERED",
  monitored: "TIMER+CHANGE",
  manual: "MANUAL",
};

const macroText = (macros: Readonly<Record<string, string>>): string =>
  Object.entries(macros)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");

const yesNo = (value: boolean): string => (value ? "YES" : "NO");

/** What dbrestoreShow prints: the files restored at boot. */
export function restoreLines({ before, after }: RestoreFiles): readonly string[] {
  const line = ({ name, status, text }: RestoreFile) => `  '${name}' - ${STATUS_TEXTS[status]} - '${text}'`;
  return [
    "  '     filename     ' -  status  - 'message' - 'macro string'",
    "  pass 0:",
    ...before.map((file) => `${line(file)} - '${macroText(file.macros) || "None"}'`),
    "  pass 1:",
    ...after.map(line),
  ];
}

const timeText = (date: Date | undefined): string =>
  date === undefined ? "never" : strftime("%a %b %d %H:%M:%S", date);

function setLines({ set, status, text }: SetStatus, verbose: boolean): readonly string[] {
  const missing = set.missing.length;
  return [
    `  ${set.requestFile}: `,
    `    macro string: '${macroText(set.macros)}'`,
    `    Status: '${STATUS_TEXTS[status]}' - '${text}'`,
    `    Last save time  :${timeText(set.lastSaved)}`,
    `    methods: [ ${METHOD_TEXTS[set.method]} ]`,
    `    path PV: ${set.pathPv ?? "None"}`,
    `    name PV: ${set.namePv ?? "None"}`,
    `    backups: ${yesNo(set.keepsCopies)}`,
    `    period: ${set.periodSeconds}; trigger chan: '${set.trigger ?? ""}'`,
    `    last saved file - ${set.lastFile ?? set.saveFile}`,
    `    ${missing} channel${missing === 1 ? " " : "s"} not connected (or ca_get failed)`,
    ...(verbose ? set.pvLines() : []),
  ];
}

export interface AutosaveState {
  readonly settings: AutosaveSettings;
  readonly searchPath: readonly string[];
  readonly savePath: string | undefined;
  readonly sets: readonly SetStatus[];
  readonly restores: RestoreFiles;
}

/** What save_restoreShow prints. */
export function autosaveLines(state: AutosaveState, verbose: boolean): readonly string[] {
  const { settings, searchPath, savePath, sets, restores } = state;
  return [
    "BEGIN save_restoreShow",
    `  Current date-time (yymmdd-hhmmss): [${dateStamp(new Date())}] `,
    `  Debug level: ${settings.debugLevel}`,
    `  File permissions: 0${settings.filePermissions.toString(8)}`,
    `  Save/restore incomplete save sets? ${yesNo(settings.incompleteSetsOk)}`,
    `  Write dated backup files? ${yesNo(settings.datedBackupFiles)}`,
    `  Number of sequence files to maintain: ${settings.sequenceFiles}`,
    `  Time interval between sequence files: ${settings.sequencePeriodSeconds} seconds`,
    `  Time interval between .sav-file write failure and retry: ${settings.retrySeconds} seconds`,
    "  request file path list:",
    ...searchPath.map((directory) => `    '${directory}'`),
    "  save file path:",
    `    '${savePath ?? ""}'`,
    ...sets.flatMap((set) => setLines(set, verbose)),
    "reboot-restore status:",
    ...restoreLines(restores),
    "END save_restoreShow",
  ];
}
