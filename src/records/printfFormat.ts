import type { DbfType } from "../channel/dbf.js";
import { formatDirective } from "../libcom/cPrintf.js";

/** Reads the next argument as a type; undefined when it cannot be had. */
export interface PrintfArguments {
  number(type: DbfType): number | bigint | undefined;
  /** At most `bytes` bytes of a text of any length when `long`, else an EPICS string. */
  text(long: boolean, bytes: number): string | undefined;
}

interface Parsed {
  flags: string;
  width: number;
  precision: number | undefined;
  /** `h`, `hh`, `l`, `ll` or nothing. */
  size: string;
  conversion: string;
  /** The directive as written, with what `*` stood for. */
  text: string;
  bad: "" | "format" | "link";
  length: number;
}

const SIZES = new Set(["", "h", "hh", "l", "ll"]);

/** Takes one directive apart, from its `%` on; undefined where the format ends inside it. */
function parseDirective(format: string, start: number, args: PrintfArguments): Parsed | undefined {
  const parsed: Parsed = {
    flags: "",
    width: 0,
    precision: undefined,
    size: "",
    conversion: "",
    text: "%",
    bad: "",
    length: 0,
  };
  for (let index = start + 1; index < format.length; index++) {
    const letter = format.charAt(index);
    parsed.text += letter;
    if ("+ #-".includes(letter)) parsed.flags += letter;
    else if (letter === ".") parsed.precision = 0;
    else if (letter >= "0" && letter <= "9") digit(parsed, letter);
    else if (letter === "*") star(parsed, args);
    else if (letter === "h" || letter === "l") parsed.size += letter;
    else {
      parsed.conversion = letter;
      if (!"diouxXeEfFgGcs%".includes(letter) || !SIZES.has(parsed.size)) parsed.bad ||= "format";
      parsed.length = index + 1 - start;
      return parsed;
    }
  }
  return undefined;
}

function digit(parsed: Parsed, letter: string): void {
  if (parsed.precision !== undefined) parsed.precision = parsed.precision * 10 + Number(letter);
  else if (letter === "0" && parsed.width === 0) parsed.flags += "0";
  else parsed.width = parsed.width * 10 + Number(letter);
}

/** `*` takes the width or the precision from the next argument. */
function star(parsed: Parsed, args: PrintfArguments): void {
  if ((parsed.precision ?? parsed.width) !== 0) {
    parsed.bad = "format";
    return;
  }
  const value = args.number("SHORT");
  if (value === undefined) {
    parsed.bad = "link";
    return;
  }
  const number = Number(value);
  parsed.text = parsed.text.slice(0, -1) + String(number);
  if (parsed.precision !== undefined) parsed.precision = number < 0 ? undefined : number;
  else {
    parsed.width = Math.abs(number);
    if (number < 0) parsed.flags += "-";
  }
}

const SIGNED: Readonly<Record<string, DbfType>> = { hh: "CHAR", h: "SHORT", ll: "INT64" };
const UNSIGNED: Readonly<Record<string, DbfType>> = { hh: "UCHAR", h: "USHORT", ll: "UINT64" };

/** The type that an argument is read as. */
function argumentType({ conversion, size }: Parsed): DbfType {
  if (conversion === "c") return "CHAR";
  if ("di".includes(conversion)) return SIGNED[size] ?? "LONG";
  if ("oxXu".includes(conversion)) return UNSIGNED[size] ?? "ULONG";
  return size === "h" ? "FLOAT" : "DOUBLE";
}

/** A directive with its argument, in at most `space` bytes; undefined when the argument cannot be had. */
function formatArgument(parsed: Parsed, args: PrintfArguments, space: number): string | undefined {
  if (parsed.conversion === "%") return "%";
  if (parsed.conversion !== "s") {
    const value = args.number(argumentType(parsed));
    return value === undefined ? undefined : formatDirective(parsed, value);
  }
  const long = parsed.size === "l";
  // EPICS Base lets one byte more than the precision through.
  const limit = parsed.precision !== undefined && parsed.precision > 0 ? parsed.precision + 1 : space;
  const text = args.text(long, Math.min(space, limit));
  const precision = long ? undefined : parsed.precision;
  return text === undefined ? undefined : formatDirective({ ...parsed, precision }, text);
}

/**
 * What a printf record makes of its format, in at most `space` bytes. A directive that printf does not have is shown as it is
 * written, one whose argument cannot be had as `invalid`.
 */
export function printfText(format: string, args: PrintfArguments, space: number, invalid: string): string {
  let text = "";
  let index = 0;
  while (index < format.length && Buffer.byteLength(text) < space) {
    if (format.charAt(index) !== "%") {
      text += format.charAt(index);
      index += 1;
      continue;
    }
    const parsed = parseDirective(format, index, args);
    if (parsed === undefined) break;
    text += directiveText(parsed, args, space - Buffer.byteLength(text), invalid);
    index += parsed.length;
  }
  return text;
}

function directiveText(parsed: Parsed, args: PrintfArguments, space: number, invalid: string): string {
  if (parsed.bad === "format") return parsed.text;
  if (parsed.bad === "link") return invalid;
  return formatArgument(parsed, args, space) ?? invalid;
}
