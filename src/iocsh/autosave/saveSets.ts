import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { toText } from "../../channel/text.js";
import { failed, type Result } from "../../libcom/result.js";
import { timerMs } from "../../libcom/timerMs.js";
import { CommandError } from "../command.js";
import type { IocshHost } from "../host.js";
import { type RequestFileOptions, readRequestFile } from "./requestFile.js";
import { CONNECT_SECONDS } from "./savedPv.js";
import { dateStamp } from "./saveFile.js";
import { type SaveMethodName, SaveSet } from "./saveSet.js";
import { copySaveFile, writeSaveFile } from "./saveStore.js";
import type { AutosaveSettings } from "./settings.js";
import { SaveStatus, type SetStatus, type StatusRecords } from "./statusRecords.js";

type Macros = Readonly<Record<string, string>>;

interface KnownSet extends SetStatus {
  status: SetStatus["status"];
  text: string;
  /** The file could not be written and is tried again. */
  retry: NodeJS.Timeout | undefined;
}

/** What sets of PVs have in common. */
export interface SaveSetsOptions {
  readonly host: IocshHost;
  readonly settings: AutosaveSettings;
  /** Where request files are looked for. */
  readonly requestOptions: () => RequestFileOptions;
  /** The file of a name: below the save path where the name is not absolute. */
  readonly pathOf: (name: string) => string;
  /** Undefined while no prefix of status records is known. */
  readonly statusRecords: () => StatusRecords | undefined;
  /** Called when the status of a set may have changed. */
  readonly statusChanged: () => void;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** The sets of PVs that autosave saves, by their request files; what fails is tried again. */
export class SaveSets {
  private readonly sets = new Map<string, KnownSet>();

  constructor(private readonly options: SaveSetsOptions) {}

  /** How each set was saved last. */
  get statuses(): readonly SetStatus[] {
    return [...this.sets.values()];
  }

  /** Defines a set and saves it for the first time. */
  create(
    method: SaveMethodName,
    file: string,
    macros: Macros,
    { seconds = 30, trigger }: { seconds?: number; trigger?: string } = {},
  ): void {
    const { host, requestOptions, statusRecords, print, printError } = this.options;
    if (!host.initialised) throw new CommandError("save sets can be created only after iocInit");
    this.remove(file);
    const { pvs, problems } = readRequestFile(file, macros, requestOptions());
    for (const problem of problems) printError(`autosave: ${problem}`);
    if (pvs.length === 0) throw new CommandError(`autosave: ${file} names no PV, nothing will be saved`);
    const set = new SaveSet(host, {
      requestFile: file,
      pvs,
      macros,
      method,
      periodSeconds: seconds,
      trigger,
      isDisabled: () => statusRecords()?.savingIsDisabled ?? false,
      save: (saved, text) => this.write(saved, text),
    });
    this.sets.set(file, { set, status: SaveStatus.noStatus, text: "", retry: undefined });
    const connected = `${set.saveFile}: ${set.size - set.missing.length} of ${set.size} PV's connected`;
    print(connected);
    statusRecords()?.recently(connected);
    for (const name of set.missing) printError(`autosave: ${file}: ${name} is not in this IOC`);
    if (method !== "manual") this.saveFirst(set);
    this.options.statusChanged();
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
  reload(...[method, file, macros, options]: Parameters<SaveSets["create"]>): void {
    this.setOf(file);
    this.create(method, file, macros, options);
    this.options.statusRecords()?.recently(`Reload '${file}' Succeeded`);
  }

  /** Forgets a set; whether there was one. */
  remove(file: string): boolean {
    const known = this.sets.get(file);
    clearTimeout(known?.retry);
    known?.set.stop();
    return this.sets.delete(file);
  }

  setSaveFileName(file: string, saveFile: string): void {
    this.setOf(file).saveFile = saveFile;
  }

  /** The macros of a set's request file; none where there is no such set. */
  macrosOf(file: string): Macros {
    return this.sets.get(file)?.set.macros ?? {};
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

  /** Saves the sets that would have been saved while saving was switched off. */
  saveWaiting(): void {
    for (const { set } of this.sets.values()) set.saveWaiting();
  }

  /** Saves the sets that are watched, changed or not. */
  saveWatched(): void {
    for (const { set } of this.sets.values()) if (set.method === "monitored") set.save();
  }

  /** Saves what has changed, and forgets all sets. */
  stop(): void {
    for (const { set } of this.sets.values()) set.saveChanges();
    for (const file of [...this.sets.keys()]) this.remove(file);
  }

  /** Copies each file that was saved, with the time in its name. */
  copyDated(): void {
    for (const known of this.sets.values()) this.copy(known, `_${dateStamp(new Date())}`);
  }

  /** Copies each file that was saved, with the number of this copy in its name. */
  copySequence(number: number): void {
    for (const known of this.sets.values()) {
      if (this.copy(known, String(number))) continue;
      known.status = SaveStatus.sequenceFailure;
      known.text = "Can't write sequence file";
    }
    this.options.statusChanged();
  }

  /** Copies the file of a set where it has one that is to be kept; false where that failed. */
  private copy({ set, status }: KnownSet, ending: string): boolean {
    if (status <= SaveStatus.failure || !set.keepsCopies) return true;
    const path = this.options.pathOf(set.saveFile);
    const copied = copySaveFile(path, path + ending);
    if (!copied.ok) this.options.printError(`autosave: ${copied.error}`);
    return copied.ok;
  }

  private setOf(file: string): SaveSet {
    const known = this.sets.get(file);
    if (known === undefined) throw new CommandError(`autosave: there is no set for ${file}`);
    return known.set;
  }

  private write(set: SaveSet, text: string): boolean {
    const written = this.writeFile(set, text);
    const known = this.sets.get(set.requestFile);
    // A directory that stays unwritable is said once, not with every period.
    if (!written.ok && known?.status !== SaveStatus.failure)
      this.options.printError(`autosave: ${written.error}`);
    if (known !== undefined) {
      known.status = written.ok ? SaveStatus.ok : SaveStatus.failure;
      known.text = written.ok ? "Ok" : "Can't write .sav file";
      if (!written.ok) this.retryLater(known);
      this.options.statusChanged();
    }
    return written.ok;
  }

  private writeFile(set: SaveSet, text: string): Result<void> {
    const { settings } = this.options;
    if (set.missing.length > 0 && !settings.incompleteSetsOk)
      return failed(`${set.saveFile}: ${set.missing.length} PVs are missing, not saved`);
    const path = this.savePathOf(set);
    // What a user named is not lost when it is saved again.
    if (!set.keepsCopies && existsSync(path)) copySaveFile(path, `${path}_${dateStamp(new Date())}`);
    const written = writeSaveFile(path, text, { mode: settings.filePermissions, backup: set.keepsCopies });
    if (written.ok) set.lastFile = path;
    return written;
  }

  /** Where a set is saved: PVs may name the directory and the file. */
  private savePathOf(set: SaveSet): string {
    const { engine } = this.options.host;
    const textOf = (pv: string | undefined): string =>
      pv !== undefined && engine.has(pv) ? toText(engine.get(pv)) : "";
    return resolve(this.options.pathOf(textOf(set.pathPv)), textOf(set.namePv) || set.saveFile);
  }

  private retryLater(known: KnownSet): void {
    if (known.retry !== undefined) return;
    known.retry = setTimeout(() => {
      known.retry = undefined;
      known.set.save();
    }, timerMs(this.options.settings.retrySeconds));
    known.retry.unref();
  }
}
