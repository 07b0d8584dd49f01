import { convertValue } from "../channel/convert.js";
import { MAX_STRING_SIZE, type TypedValue } from "../channel/dbf.js";
import { charsToText, toText } from "../channel/text.js";
import type { FieldName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, fieldValue } from "./fieldAccess.js";
import { isLinkType } from "./fieldSpec.js";

/** Bytes of a link's text as `REC.FIELD$`, with the NUL. */
const LINK_TEXT_SIZE = 1024;

/** The bytes of a string with its terminating NUL, as `REC.FIELD$` shows it. */
export function charsOf(text: string): Int8Array {
  const bytes = new Int8Array(Buffer.byteLength(text) + 1);
  bytes.set(Buffer.from(text));
  return bytes;
}

/**
 * What a filter has left of a text's bytes, as EPICS Base gives it: a link's text from its beginning, as long as the
 * part; the part of a plain string with a NUL at its end, and nothing behind the first NUL.
 */
export function filteredChars(instance: DbRecord, field: string, part: Int8Array): Int8Array {
  const spec = instance.type.fields[field];
  if (spec !== undefined && isLinkType(spec.dbf)) {
    const text = charsOf(toText(fieldValue(instance, field)));
    return terminated(text.slice(0, part.length));
  }
  return spec?.dbf === "STRING" && part.length > 1 ? terminated(part) : part;
}

function terminated(chars: Int8Array): Int8Array {
  if (chars.length === 0) return chars;
  const end = chars.subarray(0, -1).indexOf(0);
  const text = chars.slice(0, end < 0 ? chars.length : end + 1);
  text[text.length - 1] = 0;
  return text;
}

/** How many bytes `REC.FIELD$` can have. */
export function charCount(instance: DbRecord, field: string): number {
  const spec = instance.type.fields[field];
  if (spec !== undefined && isLinkType(spec.dbf)) return LINK_TEXT_SIZE;
  return addressOf(instance, field)?.bytes ?? (spec?.size || MAX_STRING_SIZE);
}

/** Numbers that arrive for `REC.FIELD$` are its characters; those behind them stay, up to the first NUL. */
export function incoming(instance: DbRecord, address: FieldName, put: TypedValue): TypedValue {
  if (!address.asChars || put.type === "STRING") return put;
  const chars = charsFrom(put, "put");
  return chars === undefined ? put : { type: "STRING", value: charsToText(over(instance, address, chars)) };
}

/** Numbers of any type, or texts of numbers, as the characters that they are the codes of. */
export function charsFrom(
  { value, type }: TypedValue,
  direction: "get" | "put",
): Int8Array | Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  const chars = convertValue(value, type, "CHAR", { direction });
  if (!chars.ok) return undefined;
  return chars.value instanceof Int8Array ? chars.value : Int8Array.of(Number(chars.value));
}

/** Only plain strings keep what is behind. */
function over(instance: DbRecord, { field }: FieldName, chars: Int8Array | Uint8Array) {
  const before = instance.fields[field];
  if (instance.type.fields[field]?.dbf !== "STRING" || typeof before !== "string") return chars;
  const whole = charsOf(before);
  if (chars.length >= whole.length) return chars;
  whole.set(chars);
  return whole;
}
