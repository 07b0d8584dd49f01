import { isArrayValue, MAX_STRING_SIZE, type TypedValue } from "../channel/dbf.js";
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

/** What arrives for `REC.FIELD$` as an array of CHAR is text. */
export function incoming(address: FieldName, value: TypedValue): TypedValue {
  if (!address.asChars || !isArrayValue(value.value)) return value;
  if (!(value.value instanceof Int8Array || value.value instanceof Uint8Array)) return value;
  return { type: "STRING", value: charsToText(value.value) };
}
