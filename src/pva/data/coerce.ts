import type { NumericArray } from "../../channel/dbf.js";
import { BitSet } from "./bitSet.js";
import { fieldOf, type PvType, type ScalarName, type StructureType, type UnionType } from "./types.js";
import {
  arrayConstructorOf,
  defaultValue,
  isNumericArray,
  isNumericScalar,
  isPvStructure,
  type NumericScalarName,
  type PvStructure,
  PvUnion,
  type PvValue,
  PvVariant,
  scalarNameOf,
} from "./values.js";

/** What `merge` and `coerce` complain about: the path and what was wrong there. */
export class PvValueError extends TypeError {
  constructor(path: string, message: string) {
    super(`${path === "" ? "value" : path}: ${message}`);
    this.name = "PvValueError";
  }
}

/**
 * The value as `type` wants it: numbers wrapped to the type's range, long from number, plain number arrays as
 * TypedArrays, missing fields of a structure at their defaults. An array of the right class is taken as it is, not
 * copied. Throws PvValueError where the shapes cannot meet.
 */
export function coerce(type: PvType, value: PvValue | undefined, path = ""): PvValue {
  if (value === undefined) return defaultValue(type);
  switch (type.kind) {
    case "scalar":
      return coerceScalar(type.scalar, value, path);
    case "scalarArray":
      return coerceArray(type.element, value, path);
    case "structure":
      return coerceStructure(type, value, path);
    case "union":
      return coerceUnion(type, value, path);
    case "variant":
      return coerceVariant(value, path);
    case "structureArray":
      return elementsOf(value, path).map((element, index) =>
        element === null ? null : coerceStructure(type.element, element, `${path}[${index}]`),
      );
    case "unionArray":
      return elementsOf(value, path).map((element, index) =>
        coerceUnion(type.element, element, `${path}[${index}]`),
      );
    case "variantArray":
      return elementsOf(value, path).map((element, index) => coerceVariant(element, `${path}[${index}]`));
  }
}

function coerceStructure(type: StructureType, value: PvValue, path: string): PvStructure {
  if (!isPvStructure(value)) throw new PvValueError(path, `a structure is needed, not ${describe(value)}`);
  rejectUnknownFields(type, value, path);
  return Object.fromEntries(
    type.fields.map((field) => [
      field.name,
      coerce(field.type, value[field.name], joinPath(path, field.name)),
    ]),
  );
}

function coerceUnion(type: UnionType, value: PvValue, path: string): PvUnion | null {
  if (value === null) return null;
  if (!(value instanceof PvUnion)) throw new PvValueError(path, `a union is needed, not ${describe(value)}`);
  const chosen = fieldOf(type, value.field);
  if (chosen === undefined) throw new PvValueError(path, `the union has no field ${value.field}`);
  return new PvUnion(value.field, coerce(chosen.type, value.value, joinPath(path, value.field)));
}

function coerceVariant(value: PvValue, path: string): PvVariant | null {
  if (value === null) return null;
  if (!(value instanceof PvVariant))
    throw new PvValueError(path, `a variant is needed, not ${describe(value)}`);
  return new PvVariant(value.type, coerce(value.type, value.value, path));
}

const integerRange = {
  byte: (x: number) => (x << 24) >> 24,
  short: (x: number) => (x << 16) >> 16,
  int: (x: number) => x | 0,
  ubyte: (x: number) => x & 0xff,
  ushort: (x: number) => x & 0xffff,
  uint: (x: number) => x >>> 0,
} as const;

const isSmallInteger = (scalar: ScalarName): scalar is keyof typeof integerRange => scalar in integerRange;

function coerceScalar(scalar: ScalarName, value: PvValue, path: string): PvValue {
  if (scalar === "string") {
    if (typeof value === "object") throw new PvValueError(path, `a string is needed, not ${describe(value)}`);
    return String(value);
  }
  if (scalar === "boolean") {
    if (typeof value === "string") return value === "true" || value === "1";
    if (typeof value === "object")
      throw new PvValueError(path, `a boolean is needed, not ${describe(value)}`);
    return Boolean(value);
  }
  if (scalar === "long" || scalar === "ulong") {
    const big = toBigInt(value);
    if (big === undefined) throw new PvValueError(path, `a ${scalar} is needed, not ${describe(value)}`);
    return scalar === "long" ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big);
  }
  const number = toNumber(value);
  if (number === undefined) throw new PvValueError(path, `a ${scalar} is needed, not ${describe(value)}`);
  if (isSmallInteger(scalar)) return integerRange[scalar](Math.trunc(number));
  return scalar === "float" ? Math.fround(number) : number;
}

function toNumber(value: PvValue): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  if (typeof value !== "string" || value.trim() === "") return undefined;
  const number = Number(value);
  return Number.isNaN(number) && value.trim().toLowerCase() !== "nan" ? undefined : number;
}

function toBigInt(value: PvValue): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number") return bigIntOf(value);
  if (typeof value !== "string" || value.trim() === "") return undefined;
  try {
    return BigInt(value.trim());
  } catch {
    const number = Number(value);
    return Number.isFinite(number) ? bigIntOf(number) : undefined;
  }
}

/** NaN and infinity become 0, as they do in the smaller integers. */
const bigIntOf = (number: number): bigint => (Number.isFinite(number) ? BigInt(Math.trunc(number)) : 0n);

function coerceArray(element: ScalarName, value: PvValue, path: string): PvValue {
  if (isNumericScalar(element)) {
    const TypedArray = arrayConstructorOf(element);
    if (value instanceof TypedArray) return value;
    const elements = elementsOf(value, path).map((item, index) =>
      coerceScalar(element, item, `${path}[${index}]`),
    );
    return numericArrayFrom(element, elements);
  }
  const items = elementsOf(value, path).map((item, index) =>
    coerceScalar(element, item, `${path}[${index}]`),
  );
  return element === "string" ? items.map(String) : items.map(Boolean);
}

function numericArrayFrom(element: NumericScalarName, items: readonly PvValue[]): NumericArray {
  if (element === "long" || element === "ulong") {
    const big = new (arrayConstructorOf(element))(items.length);
    for (const [index, item] of items.entries()) if (typeof item === "bigint") big[index] = item;
    return big;
  }
  const array = new (arrayConstructorOf(element))(items.length);
  for (const [index, item] of items.entries()) if (typeof item === "number") array[index] = item;
  return array;
}

function elementsOf(value: PvValue, path: string): readonly PvValue[] {
  if (Array.isArray(value)) return value;
  if (isNumericArray(value)) return Array.from<number | bigint>(value);
  throw new PvValueError(path, `an array is needed, not ${describe(value)}`);
}

function rejectUnknownFields(type: StructureType, value: PvStructure, path: string): void {
  for (const name of Object.keys(value))
    if (fieldOf(type, name) === undefined) throw new PvValueError(joinPath(path, name), "no such field");
}

export const joinPath = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

function describe(value: PvValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (isNumericArray(value)) return scalarNameOf(value) + "[]";
  if (value instanceof PvUnion) return "a union";
  if (value instanceof PvVariant) return "a variant";
  return typeof value === "object" ? "a structure" : JSON.stringify(String(value));
}

/**
 * `current` with the fields of `partial` in place of its own, as a new value, and the bits of the fields given.
 * Sub-structures merge field by field. Throws PvValueError for a field that `type` lacks.
 */
export function merge(
  type: StructureType,
  current: PvStructure,
  partial: PvStructure,
): { value: PvStructure; changed: BitSet } {
  const changed = new BitSet([], type.bits);
  return { value: mergeInto(type, current, partial, changed, 0, ""), changed };
}

function mergeInto(
  type: StructureType,
  current: PvStructure,
  partial: PvStructure,
  changed: BitSet,
  base: number,
  path: string,
): PvStructure {
  rejectUnknownFields(type, partial, path);
  const merged: Record<string, PvValue> = { ...current };
  for (const field of type.fields) {
    const given = partial[field.name];
    if (given === undefined) continue;
    const fieldPath = joinPath(path, field.name);
    const bit = base + field.offset;
    const present = current[field.name];
    if (field.type.kind === "structure" && isPvStructure(given) && isPvStructure(present)) {
      merged[field.name] = mergeInto(field.type, present, given, changed, bit, fieldPath);
    } else {
      merged[field.name] = coerce(field.type, given, fieldPath);
      changed.setRange(bit, bit + (field.type.kind === "structure" ? field.type.bits : 1));
    }
  }
  return merged;
}
