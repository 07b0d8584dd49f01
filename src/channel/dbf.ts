/** The field types a channel can show to a client. Menus and devices are ENUM, links are STRING. */
export type DbfType =
  | "STRING"
  | "CHAR"
  | "UCHAR"
  | "SHORT"
  | "USHORT"
  | "LONG"
  | "ULONG"
  | "INT64"
  | "UINT64"
  | "FLOAT"
  | "DOUBLE"
  | "ENUM";

export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** One element. INT64 and UINT64 are bigint, STRING is string, ENUM is the index. */
export type ScalarValue = number | bigint | string;

/** Several elements. A posted array never changes afterwards: a new value is a new array. */
export type ArrayValue = NumericArray | readonly string[];

export type Value = ScalarValue | ArrayValue;

/** A value with the type it is expressed in, as a client sends it. */
export interface TypedValue {
  readonly type: DbfType;
  readonly value: Value;
}

/** EPICS strings hold at most 39 bytes and a terminating NUL. */
export const MAX_STRING_SIZE = 40;

const arrayConstructors = {
  CHAR: Int8Array,
  UCHAR: Uint8Array,
  SHORT: Int16Array,
  USHORT: Uint16Array,
  LONG: Int32Array,
  ULONG: Uint32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
  ENUM: Uint16Array,
} as const;

/** An array of `length` zeros (or empty strings) for elements of `type`. */
export function emptyArray(type: DbfType, length: number): ArrayValue {
  return type === "STRING" ? new Array<string>(length).fill("") : new arrayConstructors[type](length);
}

/** An array of `type` with these elements, cut off at `length` or followed by zeros or empty strings up to it. */
export function arrayFrom(
  type: DbfType,
  elements: ArrayLike<ScalarValue>,
  length: number = elements.length,
): ArrayValue {
  const array = emptyArray(type, length);
  if (!ArrayBuffer.isView(array)) return array.map((_, index) => String(elements[index] ?? ""));
  for (let index = 0; index < Math.min(elements.length, length); index++) {
    const element = elements[index] ?? 0;
    if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[index] = BigInt(element);
    else array[index] = Number(element);
  }
  return array;
}

/** Bytes of one element in EPICS's memory. */
export const ELEMENT_BYTES: Readonly<Record<DbfType, number>> = {
  STRING: MAX_STRING_SIZE,
  CHAR: 1,
  UCHAR: 1,
  SHORT: 2,
  USHORT: 2,
  LONG: 4,
  ULONG: 4,
  INT64: 8,
  UINT64: 8,
  FLOAT: 4,
  DOUBLE: 8,
  ENUM: 2,
};

export const isArrayValue = (value: Value): value is ArrayValue => typeof value === "object";

export const elementCountOf = (value: Value): number => (isArrayValue(value) ? value.length : 1);

/** The first element of an array, which may have none, or a scalar as it is. */
export const firstElement = (value: Value): ScalarValue | undefined =>
  isArrayValue(value) ? value[0] : value;

/** The elements of an array, or a scalar as the only one. */
export function elementsOf(value: Value): readonly ScalarValue[] {
  if (!isArrayValue(value)) return [value];
  const elements: ArrayLike<ScalarValue> = value;
  return Array.from(elements);
}
