import { isArrayValue, type Value } from "./dbf.js";

/** The bytes before the first NUL, or all of them. */
export function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The text in a CHAR array, up to the first NUL, as clients show file names and messages. */
export function charsToText(codes: Uint8Array | Int8Array): string {
  return Buffer.from(untilNul(new Uint8Array(codes.buffer, codes.byteOffset, codes.length))).toString();
}

/** A value as text: strings as they are, CHAR arrays as the text they hold, the first element of other arrays. */
export function toText(value: Value): string {
  if (value instanceof Uint8Array || value instanceof Int8Array) return charsToText(value);
  return String(isArrayValue(value) ? (value[0] ?? "") : value);
}

/** Text for a CHAR array, with its NUL. */
export const textToChars = (text: string): Uint8Array => new TextEncoder().encode(`${text}\0`);
