import { existsSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";
import { expandMacros, parseMacros } from "../../libcom/macLib.js";
import { readText } from "./saveStore.js";

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

type Macros = Readonly<Record<string, string>>;

class RequestReader {
  readonly pvs = new Set<string>();
  readonly problems: string[] = [];
  /** The files that are being read, each included by the one before. */
  private readonly reading: string[] = [];

  constructor(private readonly options: RequestFileOptions) {}

  /** Reads a file that is asked for at `place`. */
  read(file: string, macros: Macros, place: string): void {
    const path = findRequestFile(file, this.options);
    if (path === undefined) this.problems.push(`${place}unable to open request file ${file}`);
    else if (this.reading.includes(path)) this.problems.push(`${place}${file} includes itself`);
    else {
      const text = readText(path);
      if (text.ok) this.lines(path, text.value, macros);
      else this.problems.push(`${place}${text.error}`);
    }
  }

  private lines(path: string, text: string, macros: Macros): void {
    this.reading.push(path);
    for (const [index, line] of text.split(/\r?\n/).entries())
      if (!/^\s*(?:#|$)/.test(line)) this.line(line, macros, `${basename(path)}:${index + 1}: `);
    this.reading.pop();
  }

  private line(raw: string, macros: Macros, place: string): void {
    const { text, undefined: missing } = expandMacros(raw, macros);
    const line = text.trim();
    if (missing.length > 0) this.problems.push(`${place}macro is undefined: ${missing.join(", ")}`);
    else if (/^file[\s"]/.test(line)) {
      const include = parseInclude(line);
      this.read(include.name, include.macros, place);
    } else {
      const [pv = ""] = line.split(/\s+/);
      if (/^[A-Za-z0-9_:$[<]/.test(pv)) this.pvs.add(pv);
      else this.problems.push(`${place}'${pv}' is no PV name`);
    }
  }
}

/**
 * Reads a request file with everything it includes: one PV per line, `file "x.req" P=..,R=..` for another file with
 * its own macros, `#` for comments.
 */
export function readRequestFile(name: string, macros: Macros, options: RequestFileOptions): RequestList {
  const reader = new RequestReader(options);
  reader.read(name, macros, "");
  return { pvs: [...reader.pvs], problems: reader.problems };
}
