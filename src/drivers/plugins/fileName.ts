import { mkdirSync, statSync } from "node:fs";
import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../libcom/result.js";

const CONVERSION = /%([-+ 0#]*)(\d*)(?:\.(\d+))?([sdiuxX%])/g;

/**
 * A file name from areaDetector's FileTemplate: C conversions that consume path, name and number in that order, as in
 * `%s%s_%3.3d.h5` (a shorter template uses the first ones only).
 */
export function formatFileName(template: string, path: string, name: string, number: number): Result<string> {
  const parts: (string | number)[] = [path, name, number];
  let problem: string | undefined;
  const text = template.replace(
    CONVERSION,
    (_all, flags: string, width: string, precision: string, kind: string) => {
      if (kind === "%") return "%";
      const part = parts.shift();
      if (part === undefined) problem = "has more than three conversions";
      else if (kind === "s" && typeof part === "number") problem = "formats the file number as a string";
      else if (kind !== "s" && typeof part === "string") problem = "formats a string as a number";
      if (part === undefined || problem !== undefined) return "";
      return pad(convert(part, kind, flags, precision), flags, Number(width || 0), precision !== undefined);
    },
  );
  if (problem !== undefined) return failed(`FileTemplate "${template}" ${problem}`);
  if (text === "") return failed("FileTemplate, FilePath and FileName give an empty name");
  return ok(text);
}

function convert(part: string | number, kind: string, flags: string, precision: string | undefined): string {
  if (typeof part === "string") return precision === undefined ? part : part.slice(0, Number(precision));
  const magnitude = Math.abs(part);
  const base = kind === "x" || kind === "X" ? 16 : 10;
  const digits = magnitude.toString(base).padStart(Number(precision ?? 1), "0");
  const sign = part < 0 ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  return sign + (kind === "X" ? digits.toUpperCase() : digits);
}

function pad(text: string, flags: string, width: number, hasPrecision: boolean): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || hasPrecision) return text.padStart(width);
  const sign = /^[-+ ]/.test(text) ? text.slice(0, 1) : "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

/** The path with the trailing separator that FilePath always carries; an empty path stays empty. */
export const normalizePath = (path: string): string =>
  path === "" || path.endsWith("/") ? path : `${path}/`;

export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes the missing directories of a path as areaDetector's CreateDirectory asks: 0 makes none, a positive depth tells how many
 * levels must exist already, a negative one how many levels at the end may be made (the first must always exist).
 */
export function createDirectories(path: string, depth: number): Result<void> {
  if (depth === 0 || path === "" || isDirectory(path)) return ok(undefined);
  const levels = path.split("/").filter((level) => level !== "");
  const existing = depth < 0 ? Math.max(levels.length + depth, 1) : depth;
  const mustExist = (path.startsWith("/") ? "/" : "") + levels.slice(0, existing).join("/");
  if (!isDirectory(mustExist))
    return failed(`${mustExist} does not exist and CreateDirectory ${depth} does not allow making it`);
  try {
    mkdirSync(path, { recursive: true });
    return ok(undefined);
  } catch (error) {
    return failed(errorMessage(error));
  }
}
