import { isAbsolute, join, resolve } from "node:path";
import { errorMessage } from "../../libcom/errorMessage.js";
import { expandMacros } from "../../libcom/macLib.js";
import { CommandError } from "../command.js";
import type { IocshHost } from "../host.js";
import { readRequestFile } from "./requestFile.js";
import { type RestoreOutcome, restoreAfterInit, restoreBeforeInit } from "./restore.js";
import { dateStamp, type SavedEntry } from "./saveFile.js";
import { type SaveMethodName, SaveSet } from "./saveSet.js";
import { copySaveFile, type FoundSaveFile, readSaveFile, writeSaveFile, writeText } from "./saveStore.js";
import { SaveStatus, type SaveStatusNumber, type SetStatus, StatusRecords } from "./statusRecords.js";

type Macros = Readonly<Record<string, string>>;
type Print = (line: string) => void;

/** What the save_restoreSet_xxx commands set; names and defaults are autosave's. */
export interface AutosaveSettings {
  incompleteSetsOk: boolean;
  datedBackupFiles: boolean;
  sequenceFiles: number;
  sequencePeriodSeconds: number;
  filePermissions: number;
  useStatusRecords: boolean;
  /** Minutes between dated copies of the save files; 0 for none. */
  datedBackupMinutes: number;
}

interface RestoreFile {
  readonly name: string;
  readonly macros: Macros;
}

const HEARTBEAT_SECONDS = 1;
const SHORTEST_SEQUENCE_PERIOD_SECONDS = 10;

/**
 * Saves PVs to files and restores them at boot, with the commands, files and records of synApps autosave. Nothing it
 * does can stop the IOC: what fails is said in one line and shown in the status records.
 */
export class Autosave {
  readonly settings: AutosaveSettings = {
    incompleteSetsOk: true,
    datedBackupFiles: true,
    sequenceFiles: 3,
    sequencePeriodSeconds: 60,
    filePermissions: 0o664,
    useStatusRecords: true,
    datedBackupMinutes: 0,
  };
  private readonly searchPath: string[] = [];
  private savePath: string | undefined;
  private readonly restores: { readonly before: RestoreFile[]; readonly after: RestoreFile[] } = {
    before: [],
    after: [],
  };
  private readonly sets = new Map<string, { set: SaveSet; status: SaveStatusNumber; text: string }>();
  private statusRecords: StatusRecords | undefined;
  private rebootStatus: SaveStatusNumber = SaveStatus.noStatus;
  private rebootText = "";
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly host: IocshHost,
    private readonly print: Print,
    private readonly printError: Print,
  ) {
    host.engine.onInitHook("beforeInitRecords", () => this.restoreAll("before"));
    host.engine.onInitHook("afterInitRecords", () => this.restoreAll("after"));
    host.engine.onInitHook("afterIocRunning", () => this.start());
  }

  addRequestPath(directory: string, below = ""): void {
    this.searchPath.push(resolve(directory, below));
  }

  setSavePath(directory: string, below = ""): void {
    this.savePath = resolve(directory, below);
  }

  setStatusPrefix(prefix: string): void {
    this.statusRecords = new StatusRecords(this.host.engine, prefix);
  }

  addRestoreFile(pass: "before" | "after", name: string, macros: Macros): void {
    this.restores[pass].push({ name, macros });
  }

  /** Defines a set and saves it for the first time. */
  create(
    method: SaveMethodName,
    file: string,
    macros: Macros,
    options: { seconds?: number; trigger?: string } = {},
  ): void {
    if (!this.host.initialised) throw new CommandError("save sets can be created only after iocInit");
    this.remove(file);
    const { pvs, problems } = readRequestFile(file, macros, {
      searchPath: this.searchPath,
      fallbackDirectory: join(this.host.packageDirectory, "db"),
    });
    for (const problem of problems) this.printError(`autosave: ${problem}`);
    if (pvs.length === 0) throw new CommandError(`autosave: ${file} names no PV, nothing will be saved`);
    const set = new SaveSet(this.host.engine, {
      requestFile: file,
      pvs,
      method,
      periodSeconds: options.seconds ?? 30,
      trigger: options.trigger,
      save: (saved, text) => this.write(saved, text),
    });
    this.sets.set(file, { set, status: SaveStatus.noStatus, text: "" });
    const connected = `${set.saveFile}: ${set.size - set.missing.length} of ${set.size} PV's connected`;
    this.print(connected);
    this.statusRecords?.recently(connected);
    for (const name of set.missing) this.printError(`autosave: ${file}: ${name} is not in this IOC`);
    if (method !== "manual") set.save();
    this.showStatus();
  }

  remove(file: string): boolean {
    const known = this.sets.get(file);
    known?.set.stop();
    return this.sets.delete(file);
  }

  setSaveFileName(file: string, saveFile: string): void {
    this.setOf(file).saveFile = saveFile;
  }

  /** Saves a set now, in its own file or another. */
  saveNow(file: string, saveFile?: string): void {
    const set = this.setOf(file);
    const usual = set.saveFile;
    if (saveFile !== undefined) set.saveFile = saveFile;
    const saved = set.save();
    set.saveFile = usual;
    if (!saved) throw new CommandError(`autosave: ${file} was not saved`);
  }

  /** Restores a file into the running IOC, processing records as a client's put would. */
  restoreNow(name: string, macros: Macros): void {
    const found = this.find(name);
    const { restored, problems } = restoreAfterInit(
      this.host.engine,
      this.entriesOf(found, macros),
      name,
      "passive",
    );
    for (const problem of problems) this.printError(`autosave: ${problem}`);
    const text = `Restore of '${name}' ${problems.length === 0 ? "succeeded" : "had errors"}`;
    this.print(`${text}: ${restored} values`);
    this.statusRecords?.recently(text);
  }

  /** Writes a request file of the fields that records name in an info tag, `info(autosaveFields, "VAL PREC")`. */
  writeRequestFile(file: string, tag: string): void {
    const { engine } = this.host;
    const lines: string[] = [];
    for (const record of engine.recordNames()) {
      const fields = (engine.instance(record)?.infoTags.get(tag) ?? "").split(/\s+/);
      for (const field of fields) if (field !== "") lines.push(`${record}.${field}\n`);
    }
    const written = writeText(file, lines.join(""));
    if (!written.ok) throw new CommandError(`autosave: ${written.error}`);
  }

  /** A line for each set, for save_restoreShow. */
  report(): readonly string[] {
    return [
      `request file path: ${this.searchPath.join(" ") || "."}`,
      `save file path: ${this.savePath ?? "."}`,
      ...[...this.sets.values()].map(
        ({ set, text }) =>
          `${set.saveFile}: ${set.method}, ${set.size - set.missing.length} of ${set.size} PVs, ` +
          `${text || "not yet saved"}`,
      ),
    ];
  }

  /** Saves what has changed, and stops. */
  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    for (const { set } of this.sets.values()) {
      set.saveChanges();
      set.stop();
    }
    this.sets.clear();
  }

  private setOf(file: string): SaveSet {
    const known = this.sets.get(file);
    if (known === undefined) throw new CommandError(`autosave: there is no set for ${file}`);
    return known.set;
  }

  private pathOf(name: string): string {
    return isAbsolute(name) ? name : resolve(this.savePath ?? ".", name);
  }

  private find(name: string): FoundSaveFile {
    const found = readSaveFile(this.pathOf(name), this.settings.sequenceFiles);
    if (!found.ok) throw new CommandError(`autosave: nothing restored: ${found.error}`);
    return found.value;
  }

  private entriesOf({ file }: FoundSaveFile, macros: Macros): readonly SavedEntry[] {
    if (Object.keys(macros).length === 0) return file.entries;
    return file.entries.map((entry) => ({ ...entry, name: expandMacros(entry.name, macros).text }));
  }

  private restoreAll(pass: "before" | "after"): void {
    for (const file of this.restores[pass]) {
      try {
        this.restoreOne(pass, file);
      } catch (error) {
        const message = errorMessage(error);
        if (!this.saidBefore(pass, file.name)) this.printError(message);
        this.noteReboot(SaveStatus.failure, message);
      }
    }
  }

  private restoreOne(pass: "before" | "after", { name, macros }: RestoreFile): void {
    const found = this.find(name);
    if (found.file.missing > 0 && !this.settings.incompleteSetsOk) {
      throw new CommandError(`autosave: ${name} lacks ${found.file.missing} values: not restored`);
    }
    const restore = pass === "before" ? restoreBeforeInit : restoreAfterInit;
    const outcome: RestoreOutcome = restore(this.host.engine, this.entriesOf(found, macros), name);
    const alreadySaid = this.saidBefore(pass, name);
    for (const problem of alreadySaid ? [] : outcome.problems) this.printError(`autosave: ${problem}`);
    const number = pass === "before" ? 0 : 1;
    this.print(`autosave: ${found.path}: ${outcome.restored} values restored in pass ${number}`);
    if (!alreadySaid && !isAbsolute(name)) this.keepBootCopy(found.path, this.pathOf(name));
    const errors = outcome.problems.length;
    if (errors > 0) this.noteReboot(SaveStatus.warning, `${errors} PV error${errors > 1 ? "s" : ""}`);
    else this.noteReboot(SaveStatus.ok, "No errors");
  }

  /** The second pass over a file meets the same obstacles as the first. */
  private saidBefore(pass: "before" | "after", name: string): boolean {
    return pass === "after" && this.restores.before.some((each) => each.name === name);
  }

  /** What was restored is kept beside the file that will be overwritten. */
  private keepBootCopy(found: string, path: string): void {
    const copy = this.settings.datedBackupFiles ? `${path}_${dateStamp(new Date())}` : `${path}.bu`;
    const copied = copySaveFile(found, copy);
    if (!copied.ok) this.printError(`autosave: ${copied.error}`);
  }

  private noteReboot(status: SaveStatusNumber, text: string): void {
    if (this.rebootStatus !== SaveStatus.noStatus && status >= this.rebootStatus) return;
    this.rebootStatus = status;
    this.rebootText = text;
  }

  private start(): void {
    this.statusRecords?.reboot(this.rebootStatus, this.rebootText || "Nothing to restore");
    this.every(HEARTBEAT_SECONDS, () => this.statusRecords?.heartbeat());
    const period = Math.max(SHORTEST_SEQUENCE_PERIOD_SECONDS, this.settings.sequencePeriodSeconds);
    let next = 0;
    this.every(period, () => {
      if (this.settings.sequenceFiles <= 0) return;
      this.copySequence(next);
      next = (next + 1) % this.settings.sequenceFiles;
    });
    if (this.settings.datedBackupMinutes > 0) {
      this.every(this.settings.datedBackupMinutes * 60, () => this.copyDated());
    }
    this.showStatus();
  }

  private copyDated(): void {
    for (const { set, status } of this.sets.values()) {
      if (status <= SaveStatus.failure) continue;
      const path = this.pathOf(set.saveFile);
      const copied = copySaveFile(path, `${path}_${dateStamp(new Date())}`);
      if (!copied.ok) this.printError(`autosave: ${copied.error}`);
    }
  }

  private every(seconds: number, action: () => void): void {
    const timer = setInterval(action, seconds * 1000);
    timer.unref();
    this.timers.push(timer);
  }

  private copySequence(number: number): void {
    for (const each of this.sets.values()) {
      if (each.status <= SaveStatus.failure) continue;
      const path = this.pathOf(each.set.saveFile);
      const copied = copySaveFile(path, `${path}${number}`);
      if (copied.ok) continue;
      this.printError(`autosave: ${copied.error}`);
      each.status = SaveStatus.sequenceFailure;
      each.text = "Can't write sequence file";
    }
    this.showStatus();
  }

  private write(set: SaveSet, text: string): boolean {
    const path = this.pathOf(set.saveFile);
    const written = writeSaveFile(path, text, this.settings.filePermissions);
    const known = this.sets.get(set.requestFile);
    // A directory that stays unwritable is said once, not with every period.
    if (!written.ok && known?.status !== SaveStatus.failure) this.printError(`autosave: ${written.error}`);
    if (known !== undefined) {
      known.status = written.ok ? SaveStatus.ok : SaveStatus.failure;
      known.text = written.ok ? "Ok" : "Can't write .sav file";
      this.showStatus();
    }
    return written.ok;
  }

  private showStatus(): void {
    if (!this.settings.useStatusRecords) return;
    const sets = [...this.sets.values()].map(({ set, status, text }): SetStatus => ({ set, status, text }));
    this.statusRecords?.sets(sets, this.rebootStatus);
  }
}
