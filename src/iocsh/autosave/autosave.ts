import { isAbsolute, join, resolve } from "node:path";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { Result } from "../../libcom/result.js";
import { timerMs } from "../../libcom/timerMs.js";
import { CommandError } from "../command.js";
import type { IocshHost } from "../host.js";
import { autosaveLines, restoreLines } from "./autosaveReport.js";
import { BootRestore, type RestorePass } from "./bootRestore.js";
import { configMenuFunctions } from "./configMenu.js";
import { taggedPvs } from "./pvFields.js";
import { RequestBuilder } from "./requestBuilder.js";
import { findRequestFile, type RequestFileOptions } from "./requestFile.js";
import { restoreRunning, withMacros } from "./restore.js";
import { CONNECT_SECONDS } from "./savedPv.js";
import { formatSaveFile } from "./saveFile.js";
import { SaveSets } from "./saveSets.js";
import {
  appendText,
  copySaveFile,
  type FoundSaveFile,
  readAnySaveFile,
  readSaveFile,
  writeText,
} from "./saveStore.js";
import { defaultSettings } from "./settings.js";
import { StatusRecords } from "./statusRecords.js";
import { verify } from "./verify.js";

type Macros = Readonly<Record<string, string>>;
type Print = (line: string) => void;

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
  readonly sets: SaveSets;
  private readonly searchPath: string[] = [];
  private savePath: string | undefined;
  private readonly bootRestore: BootRestore;
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
    this.sets = new SaveSets({
      host,
      settings: this.settings,
      requestOptions: () => this.requestOptions(),
      pathOf: (name) => this.pathOf(name),
      statusRecords: () => this.statusRecords,
      statusChanged: () => this.showStatus(),
      print,
      printError,
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
        this.attempted(() => this.sets.saveNow(requestFile, saveFile)),
      restore: (saveFile: string, requestFile: string) =>
        this.attempted(() => this.restoreAnyFile(saveFile, this.sets.macrosOf(requestFile))),
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
    return autosaveLines({ settings, searchPath, savePath, restores, sets: this.sets.statuses }, verbose);
  }

  /** What dbrestoreShow prints. */
  restoreReport(): readonly string[] {
    return restoreLines(this.bootRestore.files);
  }

  /** Saves what has changed, and stops. */
  stop(): void {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    this.sets.stop();
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
      this.sets.saveWaiting();
    });
    const period = Math.max(SHORTEST_SEQUENCE_PERIOD_SECONDS, this.settings.sequencePeriodSeconds);
    let next = 0;
    this.every(period, () => {
      if (this.settings.sequenceFiles <= 0) return;
      this.sets.copySequence(next);
      next = (next + 1) % this.settings.sequenceFiles;
    });
    if (this.settings.datedBackupMinutes > 0)
      this.every(this.settings.datedBackupMinutes * 60, () => this.sets.copyDated());
    if (this.settings.forcedSaveSeconds > 0)
      this.every(this.settings.forcedSaveSeconds, () => this.sets.saveWatched());
    this.showStatus();
  }

  private every(seconds: number, action: () => void): void {
    const timer = setInterval(action, timerMs(seconds));
    timer.unref();
    this.timers.push(timer);
  }

  private showStatus(): void {
    if (!this.settings.useStatusRecords) return;
    this.statusRecords?.sets(this.sets.statuses, this.bootRestore.status);
  }
}
