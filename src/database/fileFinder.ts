import { existsSync, statSync } from "node:fs";
import { basename, delimiter, dirname, extname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expandMacros } from "../libcom/macLib.js";

/** The YAML databases that come with the package. */
export const packageDatabaseDirectory = resolve(dirname(fileURLToPath(import.meta.url)), "../../../db");

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/**
 * Where database files are: as named, then in the search path (EPICS_DB_INCLUDE_PATH where none is given), and last among
 * the package's own databases by base name, so that a boot directory works whose templates are not installed.
 */
export class FileFinder {
  private directories: string[];

  constructor(
    searchPath: readonly string[] | undefined,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    const fromEnvironment = environment["EPICS_DB_INCLUDE_PATH"];
    this.directories = [...(searchPath ?? fromEnvironment?.split(delimiter) ?? [])];
  }

  /** The `path` and `addpath` commands of a database file. */
  setPath(directories: string, append: boolean): void {
    const parts = this.expand(directories)
      .split(delimiter)
      .map((part) => (part === "" ? "." : part));
    this.directories = append ? [...this.directories, ...parts] : parts;
  }

  /** The file that `name` means, or undefined. `from` is the file that asks for it. */
  find(name: string, from?: string): string | undefined {
    const expanded = this.expand(name);
    return this.candidates(expanded, from).find(isFile) ?? this.ownDatabase(expanded);
  }

  private candidates(name: string, from: string | undefined): string[] {
    if (isAbsolute(name)) return [name];
    const beside = from === undefined ? [] : [join(dirname(from), name)];
    return [...this.directories.map((directory) => join(directory, name)), name, ...beside];
  }

  private ownDatabase(name: string): string | undefined {
    const base = basename(name, extname(name));
    return [
      join(packageDatabaseDirectory, basename(name)),
      join(packageDatabaseDirectory, `${base}.yaml`),
    ].find(isFile);
  }

  private expand(text: string): string {
    return expandMacros(text, {}, { environment: this.environment, quiet: true }).text;
  }
}
