import { type ArrayValue, type DbfType, isArrayValue, type TypedValue, type Value } from "../channel/dbf.js";

/** A value with the field type that its native type stands for: a number is a DOUBLE, a Uint16Array USHORT. */
export const typedValue = (value: Value): TypedValue => ({ type: typeOf(value), value });

function typeOf(value: Value): DbfType {
  if (isArrayValue(value)) return arrayType(value);
  if (typeof value === "number") return "DOUBLE";
  return typeof value === "bigint" ? "INT64" : "STRING";
}

function arrayType(array: ArrayValue): DbfType {
  if (array instanceof Int8Array) return "CHAR";
  if (array instanceof Uint8Array) return "UCHAR";
  if (array instanceof Int16Array) return "SHORT";
  if (array instanceof Uint16Array) return "USHORT";
  if (array instanceof Int32Array) return "LONG";
  if (array instanceof Uint32Array) return "ULONG";
  if (array instanceof BigInt64Array) return "INT64";
  if (array instanceof BigUint64Array) return "UINT64";
  if (array instanceof Float32Array) return "FLOAT";
  return array instanceof Float64Array ? "DOUBLE" : "STRING";
}

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
  const bytes = new Uint8Array(Buffer.byteLength(value) + 1);
  bytes.set(Buffer.from(value));
  return { type: field.type, value: field.type === "CHAR" ? new Int8Array(bytes.buffer) : bytes };
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
