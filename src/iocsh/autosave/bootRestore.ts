import { isAbsolute } from "node:path";
import { errorMessage } from "../../libcom/errorMessage.js";
import { CommandError } from "../command.js";
import type { ShellEngine } from "../host.js";
import type { RestoreFile } from "./autosaveReport.js";
import { restoreAfterInit, restoreBeforeInit, withMacros } from "./restore.js";
import { dateStamp } from "./saveFile.js";
import { copySaveFile, type FoundSaveFile } from "./saveStore.js";
import type { AutosaveSettings } from "./settings.js";
import { SaveStatus, type SaveStatusNumber } from "./statusRecords.js";

/** Before the records are initialised (pass 0), or after it (pass 1). */
export type RestorePass = "before" | "after";

export interface BootRestoreOptions {
  readonly engine: ShellEngine;
  readonly settings: AutosaveSettings;
  /** Reads a save file or one of its copies; throws a CommandError when none is complete. */
  readonly find: (name: string) => FoundSaveFile;
  readonly pathOf: (name: string) => string;
  readonly print: (line: string) => void;
  readonly printError: (line: string) => void;
}

/** Restores save files while the IOC boots, and remembers how that went. */
export class BootRestore {
  readonly files: Readonly<Record<RestorePass, RestoreFile[]>> = { before: [], after: [] };
  readonly #options: BootRestoreOptions;
  #status: SaveStatusNumber = SaveStatus.noStatus;
  #text = "";

  constructor(options: BootRestoreOptions) {
    this.#options = options;
  }

  /** The worst of all files. */
  get status(): SaveStatusNumber {
    return this.#status;
  }

  get text(): string {
    return this.#text || "Nothing to restore";
  }

  add(pass: RestorePass, name: string, macros: RestoreFile["macros"]): void {
    this.files[pass].push({ name, macros, status: SaveStatus.noStatus, text: "" });
  }

  /** Restores the files of a pass; what is wrong with one does not keep the others back. */
  run(pass: RestorePass): void {
    for (const file of this.files[pass]) {
      try {
        this.#restore(pass, file);
      } catch (error) {
        const message = errorMessage(error);
        if (!this.#saidBefore(pass, file.name)) this.#options.printError(message);
        this.#note(file, SaveStatus.failure, message);
      }
    }
  }

  #restore(pass: RestorePass, file: RestoreFile): void {
    const { name, macros } = file;
    const { engine, settings, find, pathOf, print, printError } = this.#options;
    const found = find(name);
    if (found.file.missing > 0 && !settings.incompleteSetsOk)
      throw new CommandError(`autosave: ${name} lacks ${found.file.missing} values: not restored`);
    const restore = pass === "before" ? restoreBeforeInit : restoreAfterInit;
    const outcome = restore(engine, withMacros(found.file.entries, macros), name);
    const alreadySaid = this.#saidBefore(pass, name);
    for (const problem of alreadySaid ? [] : outcome.problems) printError(`autosave: ${problem}`);
    const number = pass === "before" ? 0 : 1;
    print(`autosave: ${found.path}: ${outcome.restored} values restored in pass ${number}`);
    if (!alreadySaid && !isAbsolute(name)) this.#keepCopy(found.path, pathOf(name));
    const errors = outcome.problems.length;
    if (errors > 0) this.#note(file, SaveStatus.warning, `${errors} PV error${errors > 1 ? "s" : ""}`);
    else this.#note(file, SaveStatus.ok, "No errors");
  }

  /** The second pass over a file meets the same obstacles as the first. */
  #saidBefore(pass: RestorePass, name: string): boolean {
    return pass === "after" && this.files.before.some((each) => each.name === name);
  }

  /** What was restored is kept beside the file that will be overwritten. */
  #keepCopy(found: string, path: string): void {
    const { settings, printError } = this.#options;
    const copy = settings.datedBackupFiles ? `${path}_${dateStamp(new Date())}` : `${path}.bu`;
    const copied = copySaveFile(found, copy);
    if (!copied.ok) printError(`autosave: ${copied.error}`);
  }

  #note(file: RestoreFile, status: SaveStatusNumber, text: string): void {
    file.status = status;
    file.text = text;
    if (this.#status !== SaveStatus.noStatus && status >= this.#status) return;
    this.#status = status;
    this.#text = text;
  }
}
