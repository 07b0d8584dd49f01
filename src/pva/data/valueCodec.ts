import type { NumericArray } from "../../channel/dbf.js";
import { BitSet } from "./bitSet.js";
import { type ByteReader, DecodeError } from "./byteReader.js";
import type { ByteWriter } from "./byteWriter.js";
import { decodeType, encodeType, type TypeRegistry } from "./typeCodec.js";
import type { PvType, ScalarArrayType, ScalarName, StructureType, UnionType } from "./types.js";
import {
  isNumericArray,
  isNumericScalar,
  isPvStructure,
  type PvStructure,
  PvUnion,
  type PvValue,
  PvVariant,
} from "./values.js";

interface ScalarCodec {
  /** Bytes of one element; the least that a string takes. */
  readonly bytes: number;
  write(out: ByteWriter, value: PvValue | undefined): void;
  read(input: ByteReader): boolean | number | bigint | string;
}

const toNumber = (value: PvValue | undefined): number =>
  typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : 0;
const toBig = (value: PvValue | undefined): bigint =>
  typeof value === "bigint" ? value : typeof value === "number" ? BigInt(Math.trunc(value)) : 0n;

const scalarCodecs: Readonly<Record<ScalarName, ScalarCodec>> = {
  boolean: { bytes: 1, write: (out, v) => out.u8(v === true ? 1 : 0), read: (input) => input.u8() !== 0 },
  byte: { bytes: 1, write: (out, v) => out.i8(toNumber(v)), read: (input) => input.i8() },
  short: { bytes: 2, write: (out, v) => out.i16(toNumber(v)), read: (input) => input.i16() },
  int: { bytes: 4, write: (out, v) => out.i32(toNumber(v)), read: (input) => input.i32() },
  long: { bytes: 8, write: (out, v) => out.i64(toBig(v)), read: (input) => input.i64() },
  ubyte: { bytes: 1, write: (out, v) => out.u8(toNumber(v)), read: (input) => input.u8() },
  ushort: { bytes: 2, write: (out, v) => out.u16(toNumber(v)), read: (input) => input.u16() },
  uint: { bytes: 4, write: (out, v) => out.u32(toNumber(v)), read: (input) => input.u32() },
  ulong: { bytes: 8, write: (out, v) => out.u64(toBig(v)), read: (input) => input.u64() },
  float: { bytes: 4, write: (out, v) => out.f32(toNumber(v)), read: (input) => input.f32() },
  double: { bytes: 8, write: (out, v) => out.f64(toNumber(v)), read: (input) => input.f64() },
  string: {
    bytes: 1,
    write: (out, v) => out.string(typeof v === "string" ? v : ""),
    read: (input) => input.string(),
  },
};

/** Writes a value that fits `type` (as `coerce` and `merge` make it); what does not fit goes out as the default. */
export function encodeValue(out: ByteWriter, type: PvType, value: PvValue | undefined): void {
  switch (type.kind) {
    case "scalar":
      scalarCodecs[type.scalar].write(out, value);
      return;
    case "scalarArray":
      encodeArray(out, type, value);
      return;
    case "structure": {
      const present = isPvStructure(value) ? value : {};
      for (const field of type.fields) encodeValue(out, field.type, present[field.name]);
      return;
    }
    case "union":
      encodeUnion(out, type, value);
      return;
    case "variant":
      encodeVariant(out, value);
      return;
    default:
      encodeElements(out, type, Array.isArray(value) ? value : []);
  }
}

function encodeArray(out: ByteWriter, type: ScalarArrayType, value: PvValue | undefined): void {
  if (isNumericScalar(type.element)) {
    encodeNumbers(out, type, isNumericArray(value) ? value : new Uint8Array());
    return;
  }
  const items: readonly PvValue[] = Array.isArray(value) ? value : [];
  const count = type.size.form === "fixed" ? type.size.length : items.length;
  if (type.size.form !== "fixed") out.size(count);
  for (let index = 0; index < count; index++) scalarCodecs[type.element].write(out, items[index]);
}

/** A fixed array goes out with exactly its length, whatever the value has. */
function encodeNumbers(out: ByteWriter, type: ScalarArrayType, array: NumericArray): void {
  if (type.size.form !== "fixed") {
    out.reserve(array.byteLength + 5);
    out.size(array.length).elements(array);
    return;
  }
  const given = array.subarray(0, type.size.length);
  out.elements(given).zeros((type.size.length - given.length) * scalarCodecs[type.element].bytes);
}

function encodeUnion(out: ByteWriter, type: UnionType, value: PvValue | undefined): void {
  const index = value instanceof PvUnion ? type.fields.findIndex((field) => field.name === value.field) : -1;
  const field = type.fields[index];
  if (field === undefined || !(value instanceof PvUnion)) {
    out.nullSize();
    return;
  }
  out.size(index);
  encodeValue(out, field.type, value.value);
}

function encodeVariant(out: ByteWriter, value: PvValue | undefined): void {
  if (!(value instanceof PvVariant)) {
    encodeType(out, null);
    return;
  }
  encodeType(out, value.type);
  encodeValue(out, value.type, value.value);
}

type ElementsType = Extract<PvType, { kind: "structureArray" | "unionArray" | "variantArray" }>;

function encodeElements(out: ByteWriter, type: ElementsType, items: readonly PvValue[]): void {
  out.size(items.length);
  for (const item of items) {
    if (item === null) {
      out.u8(0);
      continue;
    }
    out.u8(1);
    if (type.kind === "variantArray") encodeVariant(out, item);
    else encodeValue(out, type.element, item);
  }
}

const MAX_NESTING = 20;

/** Reads a value; throws DecodeError for bytes that cannot be one. */
export function decodeValue(
  input: ByteReader,
  type: PvType,
  registry: TypeRegistry = new Map(),
  depth = 0,
): PvValue {
  if (depth > MAX_NESTING) throw new DecodeError(`a value nests deeper than ${MAX_NESTING}`);
  switch (type.kind) {
    case "scalar":
      return scalarCodecs[type.scalar].read(input);
    case "scalarArray":
      return decodeArray(input, type);
    case "structure":
      return decodeStructure(input, type, registry, depth);
    case "union":
      return decodeUnion(input, type, registry, depth);
    case "variant":
      return decodeVariant(input, registry, depth);
    case "structureArray":
      return decodeElements(input, () => decodeStructure(input, type.element, registry, depth + 1));
    case "unionArray":
      return decodeElements(input, () => decodeUnion(input, type.element, registry, depth + 1));
    case "variantArray":
      return decodeElements(input, () => decodeVariant(input, registry, depth + 1));
  }
}

function decodeArray(input: ByteReader, type: ScalarArrayType): PvValue {
  const codec = scalarCodecs[type.element];
  const count = type.size.form === "fixed" ? type.size.length : input.count(codec.bytes);
  if (isNumericScalar(type.element)) return input.elements(type.element, count);
  if (count > input.remaining) throw new DecodeError(`${count} elements in ${input.remaining} bytes`);
  const items = Array.from({ length: count }, () => codec.read(input));
  return type.element === "string" ? items.map(String) : items.map(Boolean);
}

function decodeStructure(
  input: ByteReader,
  type: StructureType,
  registry: TypeRegistry,
  depth: number,
): PvStructure {
  return Object.fromEntries(
    type.fields.map((field) => [field.name, decodeValue(input, field.type, registry, depth + 1)]),
  );
}

function decodeUnion(
  input: ByteReader,
  type: UnionType,
  registry: TypeRegistry,
  depth: number,
): PvUnion | null {
  const selector = input.size();
  if (selector < 0) return null;
  const field = type.fields[selector];
  if (field === undefined) throw new DecodeError(`union selector ${selector} of ${type.fields.length}`);
  return new PvUnion(field.name, decodeValue(input, field.type, registry, depth + 1));
}

function decodeVariant(input: ByteReader, registry: TypeRegistry, depth: number): PvVariant | null {
  const type = decodeType(input, registry, depth + 1);
  return type === null ? null : new PvVariant(type, decodeValue(input, type, registry, depth + 1));
}

function decodeElements<T>(input: ByteReader, decode: () => T): (T | null)[] {
  const count = input.count(1);
  const items: (T | null)[] = [];
  for (let index = 0; index < count; index++) items.push(input.u8() === 0 ? null : decode());
  return items;
}

/** Writes the fields whose bit (or whose structure's bit) is set, in order; the bit set itself goes before by `bitSet`. */
export function encodeSelected(
  out: ByteWriter,
  type: StructureType,
  value: PvStructure,
  bits: BitSet,
  base = 0,
): void {
  if (bits.has(base)) {
    encodeValue(out, type, value);
    return;
  }
  for (const field of type.fields) {
    const bit = base + field.offset;
    const present = value[field.name];
    if (field.type.kind === "structure") {
      if (bits.hasAny(bit, bit + field.type.bits))
        encodeSelected(out, field.type, isPvStructure(present) ? present : {}, bits, bit);
    } else if (bits.has(bit)) encodeValue(out, field.type, present);
  }
}

/** A bit set, then the fields it names. `value` is only those fields, nested as in the structure. */
export function decodeSelected(
  input: ByteReader,
  type: StructureType,
  registry: TypeRegistry = new Map(),
): { changed: BitSet; partial: PvStructure } {
  const changed = input.bitSet();
  return { changed, partial: decodeFields(input, type, changed, registry, 0) };
}

function decodeFields(
  input: ByteReader,
  type: StructureType,
  bits: BitSet,
  registry: TypeRegistry,
  base: number,
): PvStructure {
  if (bits.has(base)) return decodeStructure(input, type, registry, 0);
  const fields: [string, PvValue][] = [];
  for (const field of type.fields) {
    const bit = base + field.offset;
    if (field.type.kind === "structure") {
      if (bits.hasAny(bit, bit + field.type.bits))
        fields.push([field.name, decodeFields(input, field.type, bits, registry, bit)]);
    } else if (bits.has(bit)) fields.push([field.name, decodeValue(input, field.type, registry)]);
  }
  return Object.fromEntries(fields);
}

/** Every leaf below the bits set, as leaf bits only: bit 0 becomes all leaves. */
export function leavesOf(type: StructureType, bits: BitSet, base = 0, whole = false): BitSet {
  const leaves = new BitSet([], type.bits);
  collectLeaves(type, bits, base, whole || bits.has(base), leaves);
  return leaves;
}

function collectLeaves(
  type: StructureType,
  bits: BitSet,
  base: number,
  whole: boolean,
  leaves: BitSet,
): void {
  for (const field of type.fields) {
    const bit = base + field.offset;
    const selected = whole || bits.has(bit);
    if (field.type.kind === "structure") collectLeaves(field.type, bits, bit, selected, leaves);
    else if (selected) leaves.set(bit);
  }
}
