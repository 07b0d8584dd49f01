import type { ArrayValue, DbfType, TypedValue, Value } from "../channel/dbf.js";
import { textToChars } from "../channel/text.js";
import { typedValue } from "../channel/typedValue.js";

const isText = (type: DbfType): boolean => type === "CHAR" || type === "UCHAR";

/**
 * A value as a person or a script gives it to a field: text for an array of CHAR is its bytes, a JSON list is an
 * array, other text is left to conversion.
 */
export function valueForField(value: Value, field: { type: DbfType; elementCount: number }): TypedValue {
  if (typeof value !== "string" || field.elementCount <= 1) return typedValue(value);
  const list = jsonList(value);
  if (list !== undefined) return typedValue(list);
  if (!isText(field.type)) return typedValue(value);
  const bytes = textToChars(value);
  return { type: field.type, value: field.type === "CHAR" ? Int8Array.from(bytes) : bytes };
}

function jsonList(text: string): ArrayValue | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith("[") || !trimmed.endsWith("]")) return undefined;
  try {
    const list: unknown = JSON.parse(trimmed);
    if (!Array.isArray(list)) return undefined;
    return list.every((item) => typeof item === "number") ? Float64Array.from(list) : list.map(String);
  } catch {
    return undefined;
  }
}
