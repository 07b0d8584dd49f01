import { type ArrayValue, type DbfType, isArrayValue, type TypedValue, type Value } from "./dbf.js";

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
