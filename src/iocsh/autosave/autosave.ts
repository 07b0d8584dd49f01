import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { toText } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, type Result } from "../../libcom/result.js";
import { timerMs } from "../../libcom/timerMs.js";
import { CommandError } from "../command.js";
import type { IocshHost } from "../host.js";
import { autosaveLines, type ReportedSet, restoreLines } from "./autosaveReport.js";
import { BootRestore, type RestorePass } from "./bootRestore.js";
import { configMenuFunctions } from "./configMenu.js";
import { taggedPvs } from "./pvFields.js";
import { RequestBuilder } from "./requestBuilder.js";
import { findRequestFile, type RequestFileOptions, readRequestFile } from "./requestFile.js";
import { restoreRunning, withMacros } from "./restore.js";
import { dateStamp, formatSaveFile } from "./saveFile.js";
import { type SaveMethodName, SaveSet } from "./saveSet.js";
import {
  appendText,
  copySaveFile,
  type FoundSaveFile,
  readAnySaveFile,
  readSaveFile,
  writeSaveFile,
  writeText,
} from "./saveStore.js";
import { defaultSettings } from "./settings.js";
import { SaveStatus, type SaveStatusNumber, type SetStatus, StatusRecords } from "./statusRecords.js";
import { verify } from "./verify.js";

type Macros = Readonly<Record<string, string>>;
type Print = (line: string) => void;

interface KnownSet extends ReportedSet {
  status: SaveStatusNumber;
  text: string;
  /** The file could not be written and is tried again. */
  retry: NodeJS.Timeout | undefined;
}

/** How long PVs of other IOCs are waited for. */
const CONNECT_SECONDS = 5;
const HEARTBEAT_SECONDS = 1;
const SHORTEST_SEQUENCE_PERIOD_SECONDS = 10;

function requireWritten(written: Result<void>): void {
  if (!written.ok) throw new CommandError(`autosave: ${written.error}`);
}

/**
 * Saves PVs to files and restores them at boot, with the commands, files and records of synApps autosave. Nothing it
 * does can stop the IOC: what fails is said in one line and shown in the status records.
 */
export class Autosave {
  readonly settings = defaultSettings();
  private readonly searchPath: string[] = [];
  private savePath: string | undefined;
  private readonly bootRestore: BootRestore;
  private readonly sets = new Map<string, KnownSet>();
  private readonly builder: RequestBuilder;
  private statusRecords: StatusRecords | undefined;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly host: IocshHost,
    private readonly print: Print,
    private readonly printError: Print,
  ) {
    this.builder = new RequestBuilder((file) => findRequestFile(file, this.requestOptions()) !== undefined);
    host.onRecordsLoaded((file, macros) => {
      for (const problem of this.builder.recordsLoaded(file, macros)) this.printError(`autosave: ${problem}`);
    });
    for (const [name, run] of Object.entries(configMenuFunctions(this.configActions())))
      host.engine.registerFunction(name, run);
    this.bootRestore = new BootRestore({
      engine: host.engine,
      settings: this.settings,
      find: (name) => this.find(name),
      pathOf: (name) => this.pathOf(name),
      print,
      printError,
    });
    host.engine.onInitHook("beforeInitRecords", () => this.bootRestore.run("before"));
    host.engine.onInitHook("afterInitRecords", () => this.bootRestore.run("after"));
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

  addRestoreFile(pass: RestorePass, name: string, macros: Macros): void {
    this.bootRestore.add(pass, name, macros);
  }

  private requestOptions(): RequestFileOptions {
    return { searchPath: this.searchPath, fallbackDirectory: join(this.host.packageDirectory, "db") };
  }

  /** autosaveBuild: builds a request file from those of the databases that are loaded from now on. */
  build(file: string, suffix: string, enabled: boolean): void {
    const begun = this.builder.build(file, suffix, enabled);
    if (!begun.ok) throw new CommandError(begun.error);
  }

  appendToFile(file: string, line: string): void {
    requireWritten(appendText(file, `${line}\n`));
  }

  eraseFile(file: string): void {
    requireWritten(writeText(file, ""));
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
    const { pvs, problems } = readRequestFile(file, macros, this.requestOptions());
    for (const problem of problems) this.printError(`autosave: ${problem}`);
    if (pvs.length === 0) throw new CommandError(`autosave: ${file} names no PV, nothing will be saved`);
    const set = new SaveSet(this.host, {
      requestFile: file,
      pvs,
      macros,
      method,
      periodSeconds: options.seconds ?? 30,
      trigger: options.trigger,
      isDisabled: () => this.statusRecords?.savingIsDisabled ?? false,
      save: (saved, text) => this.write(saved, text),
    });
    this.sets.set(file, { set, status: SaveStatus.noStatus, text: "", retry: undefined });
    const connected = `${set.saveFile}: ${set.size - set.missing.length} of ${set.size} PV's connected`;
    this.print(connected);
    this.statusRecords?.recently(connected);
    for (const name of set.missing) this.printError(`autosave: ${file}: ${name} is not in this IOC`);
    if (method !== "manual") this.saveFirst(set);
    this.showStatus();
  }

  /** What other IOCs have is waited for a little: the file of before has it, perhaps. */
  private saveFirst(set: SaveSet): void {
    if (!set.isElsewhere) {
      set.save();
      return;
    }
    void set.settled(CONNECT_SECONDS).then(() => {
      if (this.sets.get(set.requestFile)?.set === set) set.save();
    });
  }

  /** Reads the request file of a set anew, with another period, trigger or macros. */
  reload(...[method, file, macros, options]: Parameters<Autosave["create"]>): void {
    this.setOf(file);
    this.create(method, file, macros, options);
    this.statusRecords?.recently(`Reload '${file}' Succeeded`);
  }

  remove(file: string): boolean {
    const known = this.sets.get(file);
    clearTimeout(known?.retry);
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

  /** As `fdbrestore`: what is in the file, or in one of its copies, with a copy of what was restored. */
  async restoreSaveFile(name: string): Promise<void> {
    const found = this.find(name);
    const copied = copySaveFile(found.path, `${this.pathOf(name)}.bu`);
    if (!copied.ok) this.printError(`autosave: ${copied.error}`);
    await this.restoreNow(name, found, {});
  }

  /** As `fdbrestoreX`: a file that need not be complete, with macros. */
  async restoreAnyFile(name: string, macros: Macros): Promise<boolean> {
    const found = readAnySaveFile(this.pathOf(name));
    if (!found.ok) throw new CommandError(`autosave: nothing restored: ${found.error}`);
    return this.restoreNow(name, found.value, macros);
  }

  /** Restores a file into the running IOC, processing records as a client's put would. */
  private async restoreNow(name: string, found: FoundSaveFile, macros: Macros): Promise<boolean> {
    const entries = withMacros(found.file.entries, macros);
    const { restored, problems } = await restoreRunning(this.host, entries, name, CONNECT_SECONDS);
    for (const problem of problems) this.printError(`autosave: ${problem}`);
    const text = `Restore of '${name}' ${problems.length === 0 ? "Succeeded" : "Failed"}`;
    this.print(`${text}: ${restored} values`);
    this.statusRecords?.recently(text);
    return problems.length === 0;
  }

  /** Compares a save file with the present values, and writes these into another file where one is named. */
  verify(name: string, all: boolean, restoreFile: string): readonly string[] {
    const found = readAnySaveFile(this.pathOf(name));
    if (!found.ok) throw new CommandError(`asVerify: ${found.error}`);
    const { entries, complete } = found.value.file;
    const { lines, present, notConnected } = verify(this.host.engine, entries, { all });
    const warnings = complete ? [] : ["asVerify: Can't find <END> marker.  File may be bad."];
    if (restoreFile !== "" && notConnected <= present.length / 2)
      requireWritten(writeText(restoreFile, formatSaveFile(present, new Date())));
    return [...warnings, ...lines];
  }

  private configActions() {
    return {
      directory: () => this.pathOf(""),
      save: (requestFile: string, saveFile: string) =>
        this.attempted(() => this.saveNow(requestFile, saveFile)),
      restore: (saveFile: string, requestFile: string) =>
        this.attempted(() => this.restoreAnyFile(saveFile, this.sets.get(requestFile)?.set.macros ?? {})),
    };
  }

  /** What a record asked for: a failure is said here and told to the record. */
  private async attempted(action: () => unknown): Promise<boolean> {
    try {
      return (await action()) !== false;
    } catch (error) {
      this.printError(errorMessage(error));
      return false;
    }
  }

  /** Writes a request file of the fields that records name in an info tag, `info(autosaveFields, "VAL PREC")`. */
  writeRequestFile(name: string, tag: string): void {
    const { pvs, unknown } = taggedPvs(this.host.engine, tag);
    for (const pv of unknown) this.print(`makeAutosaveFileFromDbInfo: ${pv} not found`);
    const text = pvs.map((pv) => `${pv}\n`).join("");
    requireWritten(writeText(name.includes(".req") ? name : `${name}.req`, text));
  }

  /** What save_restoreShow prints; `verbose` with each PV. */
  report(verbose: boolean): readonly string[] {
    const { settings, searchPath, savePath } = this;
    const restores = this.bootRestore.files;
    return autosaveLines(
      { settings, searchPath, savePath, restores, sets: [...this.sets.values()] },
      verbose,
    );
  }

  /** What dbrestoreShow prints. */
  restoreReport(): readonly string[] {
    return restoreLines(this.bootRestore.files);
  }

  /** Saves what has changed, and stops. */
  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    for (const { set } of this.sets.values()) {
      set.saveChanges();
    }
    for (const file of [...this.sets.keys()]) this.remove(file);
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

  private start(): void {
    this.statusRecords?.reboot(this.bootRestore.status, this.bootRestore.text);
    this.every(HEARTBEAT_SECONDS, () => {
      this.statusRecords?.heartbeat();
      for (const { set } of this.sets.values()) set.saveWaiting();
    });
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
    if (this.settings.forcedSaveSeconds > 0) {
      this.every(this.settings.forcedSaveSeconds, () => {
        for (const { set } of this.sets.values()) if (set.method === "monitored") set.save();
      });
    }
    this.showStatus();
  }

  private copyDated(): void {
    for (const { set, status } of this.sets.values()) {
      if (status <= SaveStatus.failure || !set.keepsCopies) continue;
      const path = this.pathOf(set.saveFile);
      const copied = copySaveFile(path, `${path}_${dateStamp(new Date())}`);
      if (!copied.ok) this.printError(`autosave: ${copied.error}`);
    }
  }

  private every(seconds: number, action: () => void): void {
    const timer = setInterval(action, timerMs(seconds));
    timer.unref();
    this.timers.push(timer);
  }

  private copySequence(number: number): void {
    for (const each of this.sets.values()) {
      if (each.status <= SaveStatus.failure || !each.set.keepsCopies) continue;
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
    const written = this.writeFile(set, text);
    const known = this.sets.get(set.requestFile);
    // A directory that stays unwritable is said once, not with every period.
    if (!written.ok && known?.status !== SaveStatus.failure) this.printError(`autosave: ${written.error}`);
    if (known !== undefined) {
      known.status = written.ok ? SaveStatus.ok : SaveStatus.failure;
      known.text = written.ok ? "Ok" : "Can't write .sav file";
      if (!written.ok) this.retryLater(known);
      this.showStatus();
    }
    return written.ok;
  }

  private writeFile(set: SaveSet, text: string): Result<void> {
    if (set.missing.length > 0 && !this.settings.incompleteSetsOk)
      return failed(`${set.saveFile}: ${set.missing.length} PVs are missing, not saved`);
    const path = this.savePathOf(set);
    // What a user named is not lost when it is saved again.
    if (!set.keepsCopies && existsSync(path)) copySaveFile(path, `${path}_${dateStamp(new Date())}`);
    const written = writeSaveFile(path, text, {
      mode: this.settings.filePermissions,
      backup: set.keepsCopies,
    });
    if (written.ok) set.lastFile = path;
    return written;
  }

  /** Where a set is saved: PVs may name the directory and the file. */
  private savePathOf(set: SaveSet): string {
    const textOf = (pv: string | undefined): string => {
      if (pv === undefined || !this.host.engine.has(pv)) return "";
      return toText(this.host.engine.get(pv));
    };
    return resolve(this.pathOf(textOf(set.pathPv)), textOf(set.namePv) || set.saveFile);
  }

  private retryLater(known: KnownSet): void {
    if (known.retry !== undefined) return;
    known.retry = setTimeout(() => {
      known.retry = undefined;
      known.set.save();
    }, timerMs(this.settings.retrySeconds));
    known.retry.unref();
  }

  private showStatus(): void {
    if (!this.settings.useStatusRecords) return;
    const sets = [...this.sets.values()].map(({ set, status, text }): SetStatus => ({ set, status, text }));
    this.statusRecords?.sets(sets, this.bootRestore.status);
  }
}
