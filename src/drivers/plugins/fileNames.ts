import { rename, writeFile } from "node:fs/promises";
import type { Logger } from "../../libcom/log.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import type { FileNaming } from "./fileDirections.js";
import { createDirectories, formatFileName, isDirectory, normalizePath } from "./fileName.js";
import type { FileParameters } from "./fileParameters.js";

/** What a file is called. */
export interface FileNames {
  readonly path: string;
  /** Where it is until it is whole. */
  readonly temporaryPath: string;
}

/** Gives a whole file its name. */
export async function keepAs({ path, temporaryPath }: FileNames): Promise<void> {
  if (temporaryPath !== path) await rename(temporaryPath, path);
}

/** Names files by FilePath, FileName, FileNumber and FileTemplate. */
export class FileNamer {
  readonly #file: FileParameters;
  readonly #log: Logger;

  constructor(file: FileParameters, log: Logger) {
    this.#file = file;
    this.#log = log;
    file.FILE_PATH.handleWrites((path) => this.#acceptPath(path));
    file.CREATE_DIR.handleWrites((depth) => {
      file.CREATE_DIR.set(depth);
      this.#acceptPath(file.FILE_PATH.value ?? "");
    });
  }

  /** FileName and FileNumber as a frame asks for them. The number then counts by itself no longer. */
  take({ name, number }: FileNaming): void {
    const { FILE_NAME, FILE_NUMBER, AUTO_INCREMENT } = this.#file;
    if (name !== undefined) FILE_NAME.set(name);
    if (number === undefined) return;
    FILE_NUMBER.set(number);
    AUTO_INCREMENT.set(0);
  }

  /** The next file's names; FileNumber moves on when AutoIncrement says so. Throws where the template gives no name. */
  next(): FileNames {
    const file = this.#file;
    const path = this.#acceptPath(file.FILE_PATH.value ?? "");
    const number = file.FILE_NUMBER.value ?? 0;
    const name = formatFileName(file.FILE_TEMPLATE.value ?? "", path, file.FILE_NAME.value ?? "", number);
    if (!name.ok) throw new Error(name.error);
    if (file.AUTO_INCREMENT.value === 1) file.FILE_NUMBER.set(number + 1);
    file.FULL_FILE_NAME.set(name.value);
    return { path: name.value, temporaryPath: name.value + (file.FILE_TEMP_SUFFIX.value ?? "") };
  }

  /** The same, with an empty file put there: a bad directory shows at once. */
  async claim(): Promise<FileNames> {
    const names = this.next();
    await writeFile(names.temporaryPath, "");
    return names;
  }

  /** FilePath with its trailing slash; missing directories are made as CreateDirectory allows. */
  #acceptPath(path: string): string {
    const normal = normalizePath(path);
    const made = createDirectories(normal, this.#file.CREATE_DIR.value ?? 0);
    if (!made.ok) this.#log.warn(`FilePath: ${made.error}`);
    setIfChanged(this.#file.FILE_PATH_EXISTS, isDirectory(normal) ? 1 : 0);
    return normal;
  }
}
