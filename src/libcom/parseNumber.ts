import { failed, ok, type Result } from "./result.js";

/** A number read from the start of a text, and the text after it without leading blanks. */
export interface Parsed<T> {
  readonly value: T;
  readonly rest: string;
}

export interface IntegerKind {
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

const INTEGER = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|[0-9]+)/;
const OCTAL = /^0[0-7]*/;
const DIGITS = /^[0-9]+/;

const afterBlanks = (text: string): string => text.replace(/^[ \t\n\v\f\r]+/, "");

/** The digits that C's strtol takes in this base: base 0 knows 0x and a leading 0 for octal. */
function magnitudeOf(digits: string, base: 0 | 10): { magnitude: bigint; length: number } {
  if (/^0x/i.test(digits)) {
    return base === 0 ? { magnitude: BigInt(digits), length: digits.length } : { magnitude: 0n, length: 1 };
  }
  if (base === 0 && digits.startsWith("0")) {
    const octal = OCTAL.exec(digits)?.[0] ?? "0";
    return { magnitude: octal === "0" ? 0n : BigInt(`0o${octal.slice(1)}`), length: octal.length };
  }
  const decimal = DIGITS.exec(digits)?.[0] ?? "0";
  return { magnitude: BigInt(decimal), length: decimal.length };
}

/**
 * Reads an integer as EPICS's epicsParseInt8 ... epicsParseUInt64 do: text may follow; an unsigned one may be negative
 * down to minus its largest value and wraps.
 */
export function parseInteger(text: string, kind: IntegerKind, base: 0 | 10 = 0): Result<Parsed<bigint>> {
  const match = INTEGER.exec(text);
  if (!match) return failed(`"${text}" is not a number`);
  const [whole, sign = "", digits = ""] = match;
  const { magnitude, length } = magnitudeOf(digits, base);
  const value = sign === "-" ? -magnitude : magnitude;
  const highest = kind.signed ? (1n << BigInt(kind.bits - 1)) - 1n : (1n << BigInt(kind.bits)) - 1n;
  const lowest = kind.signed ? -highest - 1n : -highest;
  if (value > highest || value < lowest) return failed(`"${text}" is out of range`);
  const rest = afterBlanks(text.slice(whole.length - digits.length + length));
  return ok({ value: kind.signed ? value : BigInt.asUintN(kind.bits, value), rest });
}

const DOUBLE =
  /^[ \t\n\v\f\r]*([+-]?)(?:0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)(?:[pP]([+-]?[0-9]+))?|([0-9]+\.?[0-9]*(?:[eE][+-]?[0-9]+)?|\.[0-9]+(?:[eE][+-]?[0-9]+)?)|(inf(?:inity)?)|(nan(?:\([0-9a-zA-Z_]*\))?))/i;

const SMALLEST_NORMAL = 2 ** -1022;

function hexadecimal(digits: string, exponent: string | undefined): number {
  const [whole = "", fraction = ""] = digits.split(".");
  const mantissa = Number(BigInt(`0x0${whole}${fraction}`));
  return mantissa * 2 ** (Number(exponent ?? "0") - 4 * fraction.length);
}

/** What `DOUBLE` has matched, as a number; too large is Infinity, too small 0. */
function doubleOf([, sign, hexDigits, hexExponent, decimal, infinity]: RegExpExecArray): number {
  let magnitude = Number.NaN;
  if (infinity !== undefined) magnitude = Infinity;
  else if (hexDigits !== undefined) magnitude = hexadecimal(hexDigits, hexExponent);
  else if (decimal !== undefined) magnitude = Number(decimal);
  return sign === "-" ? -magnitude : magnitude;
}

/** A number as C's strtod reads it; text may follow. Undefined where the text does not begin with one. */
export function readDouble(text: string): Parsed<number> | undefined {
  const match = DOUBLE.exec(text);
  return match ? { value: doubleOf(match), rest: afterBlanks(text.slice(match[0].length)) } : undefined;
}

/**
 * Reads a double as EPICS's epicsParseDouble does: decimal, hexadecimal, inf and nan; text may follow. A value too large
 * or too small for a normal double is an error.
 */
export function parseDouble(text: string): Result<Parsed<number>> {
  const match = DOUBLE.exec(text);
  if (!match) return failed(`"${text}" is not a number`);
  const parsed = { value: doubleOf(match), rest: afterBlanks(text.slice(match[0].length)) };
  const [, , hexDigits, , decimal] = match;
  if (hexDigits === undefined && decimal === undefined) return ok(parsed);
  const magnitude = Math.abs(parsed.value);
  if (magnitude === Infinity) return failed(`"${text}" is out of range`);
  const digits = (hexDigits ?? decimal ?? "").replace(/e.*$/i, hexDigits === undefined ? "" : "$&");
  if (magnitude < SMALLEST_NORMAL && /[1-9a-f]/i.test(digits)) return failed(`"${text}" is out of range`);
  return ok(parsed);
}

/** The smallest normal and the largest number that a 32-bit float holds. */
export const FLOAT_MINIMUM = 2 ** -126;
export const FLOAT_MAXIMUM = 2 ** 128 - 2 ** 104;

/** As `parseDouble`, limited to what a 32-bit float holds, with epicsParseFloat's limits. */
export function parseFloat32(text: string): Result<Parsed<number>> {
  const parsed = parseDouble(text);
  if (!parsed.ok) return parsed;
  const { value, rest } = parsed.value;
  if (value > 0 && value <= FLOAT_MINIMUM) return failed(`"${text}" is out of range`);
  if (Number.isFinite(value) && Math.abs(value) >= FLOAT_MAXIMUM) return failed(`"${text}" is out of range`);
  return ok({ value: Math.fround(value), rest });
}
