import type { NumericArray } from "../../channel/dbf.js";
import type { PvType, ScalarName, StructureType } from "./types.js";

/**
 * A value of any pvData type. long and ulong are bigint, other numbers number; numeric arrays are the TypedArray of
 * their element (`ushort[]` is Uint16Array, `long[]` BigInt64Array), boolean[] and string[] plain arrays.
 */
export type PvValue =
  | boolean
  | number
  | bigint
  | string
  | NumericArray
  | readonly boolean[]
  | readonly string[]
  | PvStructure
  | PvUnion
  | PvVariant
  | null
  | readonly (PvStructure | null)[]
  | readonly (PvUnion | null)[]
  | readonly (PvVariant | null)[];

export interface PvStructure {
  readonly [field: string]: PvValue;
}

/** The chosen field of a union and its value; a union without a choice is null. */
export class PvUnion {
  constructor(
    readonly field: string,
    readonly value: PvValue,
  ) {}
}

/** A value that carries its type; an empty variant is null. */
export class PvVariant {
  constructor(
    readonly type: PvType,
    readonly value: PvValue,
  ) {}
}

const arrayConstructors = {
  byte: Int8Array,
  short: Int16Array,
  int: Int32Array,
  long: BigInt64Array,
  ubyte: Uint8Array,
  ushort: Uint16Array,
  uint: Uint32Array,
  ulong: BigUint64Array,
  float: Float32Array,
  double: Float64Array,
} as const;

export type NumericScalarName = keyof typeof arrayConstructors;

/** The TypedArray class that holds elements of a numeric scalar type. */
export const arrayConstructorOf = (scalar: NumericScalarName) => arrayConstructors[scalar];

export const isNumericScalar = (scalar: ScalarName): scalar is NumericScalarName =>
  scalar !== "boolean" && scalar !== "string";

export const isNumericArray = (value: unknown): value is NumericArray =>
  ArrayBuffer.isView(value) && !(value instanceof DataView);

/** The pvData element type of a TypedArray. */
export function scalarNameOf(array: NumericArray): NumericScalarName {
  if (array instanceof Uint8Array) return "ubyte";
  if (array instanceof Uint16Array) return "ushort";
  if (array instanceof Float32Array) return "float";
  if (array instanceof Float64Array) return "double";
  if (array instanceof Int8Array) return "byte";
  if (array instanceof Int16Array) return "short";
  if (array instanceof Int32Array) return "int";
  if (array instanceof Uint32Array) return "uint";
  return array instanceof BigInt64Array ? "long" : "ulong";
}

export const isPvStructure = (value: unknown): value is PvStructure =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value) &&
  !(value instanceof PvUnion) &&
  !(value instanceof PvVariant);

/** Zeros, empty strings and arrays, and no choice: what a new structure holds. */
export function defaultValue(type: PvType): PvValue {
  switch (type.kind) {
    case "scalar":
      return defaultScalar(type.scalar);
    case "scalarArray": {
      const length = type.size.form === "fixed" ? type.size.length : 0;
      if (isNumericScalar(type.element)) return new arrayConstructors[type.element](length);
      return type.element === "string"
        ? new Array<string>(length).fill("")
        : new Array<boolean>(length).fill(false);
    }
    case "structure":
      return defaultStructure(type);
    case "union":
    case "variant":
      return null;
    default:
      return [];
  }
}

export const defaultStructure = (type: StructureType): PvStructure =>
  Object.fromEntries(type.fields.map((field) => [field.name, defaultValue(field.type)]));

function defaultScalar(scalar: ScalarName): PvValue {
  if (scalar === "boolean") return false;
  if (scalar === "string") return "";
  return scalar === "long" || scalar === "ulong" ? 0n : 0;
}
