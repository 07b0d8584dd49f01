import { convertValue } from "../../channel/convert.js";
import { formatDirective } from "../../libcom/cPrintf.js";
import { escapeText, unescapeText } from "../../libcom/escape.js";
import { readDouble } from "../../libcom/parseNumber.js";
import { scanDirectives, scanOne } from "../../libcom/scanf.js";
import { toInt32 } from "../../libcom/toInt32.js";
import { nearest } from "./extendedScalar.js";

/** The functions of texts in synApps's expressions. Each character of a text is one byte. */

/** The most characters of a text, and of one that a function has made. */
export const TEXT_SIZE = 39;
const MADE_SIZE = 38;

const made = (text: string): string => untilNul(text).slice(0, MADE_SIZE);
const untilNul = (text: string): string => text.split("\0", 1)[0] ?? "";

/** A number as text, with so many digits behind the point. */
export function numberToText(value: number, precision: number): string {
  if (Number.isNaN(value)) return "NaN";
  const converted = convertValue(value, "DOUBLE", "STRING", { precision });
  return converted.ok ? String(converted.value) : "";
}

/** The number that a text begins with, else 0. */
export const leadingNumber = (text: string): number => readDouble(text)?.value ?? 0;

/** The first number anywhere in a text, else 0. */
export function firstNumber(text: string): number {
  const digits = text.search(/\d/);
  if (digits < 0) return 0;
  const point = text[digits - 1] === "." ? digits - 1 : digits;
  return leadingNumber(text.slice(text[point - 1] === "-" ? point - 1 : point));
}

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export const escapeBytes = (text: string): string =>
  made(
    escapeText(text).replace(
      /[\x80-\xff]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
    ),
  );
export const unescapeBytes = (text: string): string => made(unescapeText(text));

interface Conversion {
  readonly letter: string;
  /** The letter before it, which may be a size. */
  readonly size: string;
}

/** Where conversions are looked for: behind the last `%%` of a format. */
function afterPercents(format: string): string {
  const last = [...format.matchAll(/%%/g)].at(-1);
  return last === undefined ? format : format.slice(last.index + 2);
}

/** The conversion that a format of one value has. */
function conversionIn(format: string): Conversion | undefined {
  const found = /%[\s\S]*?([*cdeEfgGiousxX])/.exec(afterPercents(format));
  return found ? { letter: found[1] ?? "", size: found[0].at(-2) ?? "" } : undefined;
}

const DIRECTIVE = /%([-+ #0]*)(\d*)(?:\.(\d*))?(hh|h|ll|l|L)?([cdeEfgGiousxX])/;
const BITS: Readonly<Record<string, number>> = { hh: 8, h: 16, l: 64, ll: 64 };

/** PRINTF: the value written as the format says; undefined where that is not possible. */
export function print(format: string, value: number | string): string | undefined {
  const conversion = conversionIn(format);
  if (conversion === undefined) return made(format);
  if (conversion.letter === "*") return undefined;
  let used = false;
  const text = format.replace(new RegExp(`%%|${DIRECTIVE.source}`, "g"), (whole, ...groups: string[]) => {
    if (whole === "%%") return "%";
    if (used) return whole;
    used = true;
    const [flags = "", width = "", precision, size = "", letter = ""] = groups;
    const digits = precision === undefined ? undefined : Number(precision);
    return formatDirective(
      { flags, width: Number(width), precision: digits, conversion: letter },
      argumentFor(letter, size, value),
    );
  });
  return made(text);
}

function argumentFor(letter: string, size: string, value: number | string): number | bigint | string {
  if (letter === "s") return typeof value === "string" ? value : numberToText(value, 8);
  const number = typeof value === "string" ? leadingNumber(value) : value;
  if (!"cdiouxX".includes(letter)) return number;
  const wrap = "cdi".includes(letter) ? BigInt.asIntN : BigInt.asUintN;
  return wrap(BITS[size] ?? 32, BigInt(nearest(number)));
}

/** SSCANF: the one value that the format reads from a text. */
export function scan(text: string, format: string): number | string | undefined {
  const wanted = scanDirectives(afterPercents(format)).filter(({ suppressed }) => !suppressed);
  if (wanted.length !== 1) return undefined;
  const value = scanOne(text, format);
  return typeof value === "string" ? made(value) : value;
}

/** WRITE: the bytes of a value, escaped. */
export function writeBinary(format: string, value: number): string | undefined {
  const conversion = conversionIn(format);
  if (conversion === undefined) return undefined;
  const view = new DataView(new ArrayBuffer(8));
  const size = putBinary(view, conversion, value);
  return size === undefined ? undefined : escapeBytes(textOf(new Uint8Array(view.buffer, 0, size)));
}

function putBinary(view: DataView, { letter, size }: Conversion, value: number): number | undefined {
  if (letter === "c") {
    view.setInt8(0, nearest(value));
    return 1;
  }
  if ("diouxX".includes(letter)) {
    if (size === "h") view.setInt16(0, nearest(value), true);
    else view.setInt32(0, nearest(value), true);
    return size === "h" ? 2 : 4;
  }
  if (!"eEfgG".includes(letter)) return undefined;
  if (size === "l") view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return size === "l" ? 8 : 4;
}

const ROOM = 1024;

/** READ: the value that stands in the bytes of an escaped text; conversions with `*` skip bytes. */
export function readBinary(text: string, format: string): number | undefined {
  const directives = scanDirectives(afterPercents(format));
  const wanted = directives.filter(({ suppressed }) => !suppressed);
  const [directive] = wanted;
  if (directive === undefined || wanted.length !== 1) return undefined;
  const skipped = directives[0]?.suppressed ? directives[0] : undefined;
  const offset = skipped === undefined ? 0 : (skipped.width ?? 1) * sizeOf(skipped.conversion, skipped.size);
  const bytes = new Uint8Array(ROOM);
  bytes.set(bytesOf(unescapeText(text)).subarray(0, ROOM));
  const view = new DataView(bytes.buffer, Math.min(offset, ROOM - 8));
  const { conversion, size } = directive;
  if (conversion === "c") return view.getInt8(0);
  if ("diouxX".includes(conversion)) {
    if (size !== "h") return view.getUint32(0, true);
    return "di".includes(conversion) ? view.getInt16(0, true) : view.getUint16(0, true);
  }
  if (!"eEfgG".includes(conversion)) return undefined;
  return size === "l" ? view.getFloat64(0, true) : view.getFloat32(0, true);
}

function sizeOf(conversion: string, size: string): number {
  if ("diouxX".includes(conversion)) return size === "h" ? 2 : 4;
  if ("eEfgG".includes(conversion)) return size === "l" ? 8 : 4;
  return 1;
}

const hex = (byte: number): string => `\\x${(byte & 0xff).toString(16).padStart(2, "0")}`;

/** Modbus's check sum of an escaped text, low byte first, escaped; undefined for an empty text. */
export function crc16(text: string): string | undefined {
  const bytes = bytesOf(unescapeText(text));
  if (bytes.length === 0) return undefined;
  let crc = 0xffff;
  for (const byte of bytes) {
    // Bytes from 128 on are negative where this comes from.
    crc = (crc ^ ((byte << 24) >> 24)) >>> 0;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? ((crc >>> 1) ^ 0xa001) >>> 0 : crc >>> 1;
  }
  return hex(crc) + hex(crc >>> 8);
}

const digitOf = (character: string | undefined): number =>
  character !== undefined && /[\da-f]/i.test(character) ? Number.parseInt(character, 16) : 0;

/** The check sum of Modbus ASCII over pairs of hexadecimal digits. */
export function lrc(text: string): string {
  let sum = 0;
  for (let at = 0; at < text.length - 1; at += 2) sum += digitOf(text[at]) * 16 + digitOf(text[at + 1]);
  return (-sum & 0xff).toString(16).toUpperCase().padStart(2, "0");
}

/** All bytes of an escaped text combined by exclusive or, escaped; undefined for an empty text. */
export function xor8(text: string): string | undefined {
  const bytes = bytesOf(unescapeText(text));
  return bytes.length === 0 ? undefined : hex(bytes.reduce((sum, byte) => sum ^ byte, 0));
}

/** `text[from,to]`: from and to are positions, counted from the end when negative, or texts that stand around it. */
export function subrange(text: string, from: number | string, to: number | string): string {
  const position = (at: number): number => toInt32(at) + (toInt32(at) < 0 ? text.length : 0);
  const first = typeof from === "number" ? position(from) : behind(text, from);
  const last = typeof to === "number" ? position(to) : before(text, to);
  const start = Math.max(0, Math.min(first, text.length));
  return text.slice(start, Math.max(start, Math.min(last, text.length) + 1));
}

function behind(text: string, mark: string): number {
  const at = text.indexOf(mark);
  return at < 0 ? 0 : at + mark.length;
}

function before(text: string, mark: string): number {
  const at = mark === "" ? -1 : text.indexOf(mark);
  return at < 0 ? text.length : at - 1;
}

/** `text{old,new}`: the first occurrence replaced. */
export function replaceFirst(text: string, old: string, replacement: string): string {
  const at = text.indexOf(old);
  if (at < 0) return text;
  return (text.slice(0, at) + replacement + text.slice(at + old.length)).slice(0, TEXT_SIZE);
}

/** Takes the first or the last occurrence out of a text; one at the very start is not looked at for the last. */
export function without(text: string, part: string, which: "first" | "last"): string {
  if (part === "") return text;
  const last = text.lastIndexOf(part);
  const at = which === "first" ? text.indexOf(part) : last > 0 ? last : -1;
  return at < 0 ? text : text.slice(0, at) + text.slice(at + part.length);
}

/** Moves a text to the right, blanks before it, or to the left. */
export const shifted = (text: string, count: number): string =>
  count >= 0 ? (" ".repeat(Math.min(count, TEXT_SIZE)) + text).slice(0, TEXT_SIZE) : text.slice(-count);
