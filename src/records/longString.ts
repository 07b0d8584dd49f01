import { isArrayValue, type TypedValue } from "../channel/dbf.js";
import { charsToText } from "../channel/text.js";
import type { ChannelName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf } from "./fieldAccess.js";
import { isLinkType } from "./fieldSpec.js";

/** Bytes of a link's text as `REC.FIELD$`, with the NUL. */
const LINK_TEXT_SIZE = 1024;

/** The bytes of a string with its terminating NUL, as `REC.FIELD$` shows it. */
export function charsOf(text: string): Int8Array {
  const bytes = new Int8Array(Buffer.byteLength(text) + 1);
  bytes.set(Buffer.from(text));
  return bytes;
}

/** How many bytes `REC.FIELD$` can have. */
export function charCount(instance: DbRecord, field: string): number {
  const spec = instance.type.fields[field];
  if (spec !== undefined && isLinkType(spec.dbf)) return LINK_TEXT_SIZE;
  return addressOf(instance, field)?.bytes ?? spec?.size ?? 1;
}

/** What arrives for `REC.FIELD$` as an array of CHAR is text. */
export function incoming(address: ChannelName, value: TypedValue): TypedValue {
  if (!address.asChars || !isArrayValue(value.value)) return value;
  if (!(value.value instanceof Int8Array || value.value instanceof Uint8Array)) return value;
  return { type: "STRING", value: charsToText(value.value) };
}
