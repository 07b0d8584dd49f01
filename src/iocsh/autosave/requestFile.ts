import { existsSync, readFileSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { expandMacros, parseMacros } from "../../libcom/macLib.js";

export interface RequestList {
  /** The PVs to save, in order, each once. */
  readonly pvs: readonly string[];
  /** What was wrong, one line each; the rest is used. */
  readonly problems: readonly string[];
}

export interface RequestFileOptions {
  /** Directories, in the order of set_requestfile_path; none means the working directory. */
  readonly searchPath: readonly string[];
  /** Where a file is looked up by its base name when no directory has it. */
  readonly fallbackDirectory: string;
}

const DEEPEST_INCLUDE = 20;

/** The first of the search path that has the file. */
export function findRequestFile(name: string, options: RequestFileOptions): string | undefined {
  const { searchPath, fallbackDirectory } = options;
  const candidates = isAbsolute(name)
    ? [name]
    : (searchPath.length > 0 ? searchPath : ["."]).map((directory) => resolve(directory, name));
  return [...candidates, join(fallbackDirectory, basename(name))].find((path) => existsSync(path));
}

/** `file "x.req", P=$(P), R=$(R)`: blanks and commas separate the macros, quotes do not count. */
function parseInclude(line: string): { name: string; macros: Readonly<Record<string, string>> } {
  const match = /^file\s*"?\s*([^\s"#,]+)"?(.*)$/.exec(line);
  const [, name = "", rest = ""] = match ?? [];
  const definitions = rest
    .replaceAll('"', "")
    .split(/[\s,]+/)
    .filter((each) => each.includes("="));
  return { name, macros: parseMacros(definitions.join(",")) };
}

/**
 * Reads a request file with everything it includes: one PV per line, `file "x.req" P=..,R=..` for another file with
 * its own macros, `#` for comments.
 */
export function readRequestFile(
  name: string,
  macros: Readonly<Record<string, string>>,
  options: RequestFileOptions,
): RequestList {
  const pvs = new Set<string>();
  const problems: string[] = [];

  const read = (
    file: string,
    given: Readonly<Record<string, string>>,
    place: string,
    depth: number,
  ): void => {
    const path = findRequestFile(file, options);
    if (path === undefined) {
      problems.push(`${place}unable to open request file ${file}`);
      return;
    }
    if (depth > DEEPEST_INCLUDE) {
      problems.push(`${place}${file} includes itself`);
      return;
    }
    for (const [index, raw] of readFileSync(path, "utf8").split(/\r?\n/).entries()) {
      if (raw.trim() === "" || raw.trimStart().startsWith("#")) continue;
      const here = `${basename(path)}:${index + 1}: `;
      const { text, undefined: missing } = expandMacros(raw, given);
      if (missing.length > 0) {
        problems.push(`${here}macro is undefined: ${missing.join(", ")}`);
        continue;
      }
      const line = text.trim();
      if (/^file[\s"]/.test(line)) {
        const include = parseInclude(line);
        read(include.name, include.macros, here, depth + 1);
      } else {
        const [pv = ""] = line.split(/\s+/);
        if (/^[A-Za-z0-9_:$[<]/.test(pv)) pvs.add(pv);
        else problems.push(`${here}'${pv}' is no PV name`);
      }
    }
  };

  read(name, macros, "", 0);
  return { pvs: [...pvs], problems };
}
