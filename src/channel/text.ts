import type { Value } from "./dbf.js";

/** The text in a CHAR array, up to the first NUL, as clients show file names and messages. */
export function charsToText(bytes: Uint8Array | Int8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString();
}

/** A value as text: strings as they are, CHAR arrays as the text they hold, the first element of other arrays. */
export function toText(value: Value): string {
  if (value instanceof Uint8Array || value instanceof Int8Array) return charsToText(value);
  return typeof value === "object" ? String(value[0] ?? "") : String(value);
}
