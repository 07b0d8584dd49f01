import { convertValue } from "../channel/convert.js";
import type { TypedValue, Value } from "../channel/dbf.js";
import type { WriteResult } from "../channel/provider.js";
import { charsToText } from "../channel/text.js";
import { typedValue } from "../channel/typedValue.js";
import { failed } from "../libcom/result.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, fieldValue, formatOf, store } from "./fieldAccess.js";
import { valueForField } from "./typedValue.js";

/** A field's value as text: what `caget` shows of a scalar, the text in an array of CHAR, elements with commas between. */
export function fieldText(instance: DbRecord, field: string): string {
  const type = addressOf(instance, field)?.type ?? "STRING";
  const value = fieldValue(instance, field);
  if (type === "STRING" && typeof value === "string") return value;
  if (value instanceof Uint8Array || value instanceof Int8Array) return charsToText(value);
  const text = convertValue(value, type, "STRING", formatOf(instance, field));
  return text.ok ? String(text.value) : "";
}

/** A value that a program or a script gives a field, with the type that it is put as. */
export function typedForField(instance: DbRecord, field: string, value: Value): TypedValue {
  const address = addressOf(instance, field);
  return address === undefined ? typedValue(value) : valueForField(value, address);
}

/** Stores a value before iocInit, where nothing processes. */
export function storeInitial(instance: DbRecord, field: string, value: Value): WriteResult {
  const typed = typedForField(instance, field, value);
  const stored = store(instance, field, typed.value, typed.type);
  if (stored.ok && field === "VAL") instance.record.UDF = 0;
  if (stored.ok) return stored;
  return failed({ reason: "noConvert", message: `${instance.name}.${field}: ${stored.error}` });
}
