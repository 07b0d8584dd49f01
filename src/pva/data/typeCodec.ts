import { type ByteReader, DecodeError } from "./byteReader.js";
import type { ByteWriter } from "./byteWriter.js";
import {
  type ArraySize,
  boundedString,
  type PvType,
  pvVariant,
  pvVariantArray,
  SCALAR_NAMES,
  type ScalarName,
  type StructureType,
  sameType,
  scalarArray,
  scalarType,
  structure,
  structureArray,
  type UnionType,
  union,
  unionArray,
} from "./types.js";

const scalarCodes: Readonly<Record<ScalarName, number>> = {
  boolean: 0x00,
  byte: 0x20,
  short: 0x21,
  int: 0x22,
  long: 0x23,
  ubyte: 0x24,
  ushort: 0x25,
  uint: 0x26,
  ulong: 0x27,
  float: 0x42,
  double: 0x43,
  string: 0x60,
};

const scalarByCode = new Map(SCALAR_NAMES.map((name) => [scalarCodes[name], name]));

const STRUCTURE = 0x80;
const UNION = 0x81;
const VARIANT = 0x82;
const BOUNDED_STRING = 0x83;
const STRUCTURE_ARRAY = 0x88;
const UNION_ARRAY = 0x89;
const VARIANT_ARRAY = 0x8a;
const ARRAY_BITS = 0x18;
const FULL_WITH_ID = 0xfd;
const ONLY_ID = 0xfe;
const NULL_TYPE = 0xff;

const arrayFlags: Readonly<Record<ArraySize["form"], number>> = {
  variable: 0x08,
  bounded: 0x10,
  fixed: 0x18,
};

const MAX_NESTING = 20;

/** No structure has more fields; without a limit a few ids that refer to each other would describe billions. */
const MAX_BITS = 1 << 16;

/** The peer's descriptions by the ids it gave them; one per direction of a connection. */
export type TypeRegistry = Map<number, PvType>;

/** Describes a type to a peer, each structure and union once; afterwards by its id. */
export class TypeIntroducer {
  private readonly known: PvType[] = [];

  encode(out: ByteWriter, type: PvType): void {
    const id = this.known.findIndex((other) => sameType(other, type));
    if (id >= 0) {
      out.u8(ONLY_ID).u16(id);
      return;
    }
    if ((type.kind === "structure" || type.kind === "union") && this.known.length < 0x7fff) {
      out.u8(FULL_WITH_ID).u16(this.known.length);
      this.known.push(type);
    }
    encodeType(out, type);
  }
}

export function encodeType(out: ByteWriter, type: PvType | null): void {
  if (type === null) {
    out.u8(NULL_TYPE);
    return;
  }
  switch (type.kind) {
    case "scalar":
      if (type.bound === undefined) out.u8(scalarCodes[type.scalar]);
      else out.u8(BOUNDED_STRING).size(type.bound);
      return;
    case "scalarArray":
      out.u8(scalarCodes[type.element] | arrayFlags[type.size.form]);
      if (type.size.form !== "variable") out.size(type.size.length);
      return;
    case "structure":
      encodeFields(out.u8(STRUCTURE), type);
      return;
    case "union":
      encodeFields(out.u8(UNION), type);
      return;
    case "variant":
      out.u8(VARIANT);
      return;
    case "structureArray":
      encodeType(out.u8(STRUCTURE_ARRAY), type.element);
      return;
    case "unionArray":
      encodeType(out.u8(UNION_ARRAY), type.element);
      return;
    case "variantArray":
      out.u8(VARIANT_ARRAY);
      return;
  }
}

function encodeFields(out: ByteWriter, type: StructureType | UnionType): void {
  out.string(type.id).size(type.fields.length);
  for (const field of type.fields) {
    out.string(field.name);
    encodeType(out, field.type);
  }
}

/** A description, or null for none; what carries an id is remembered in `registry`. */
export function decodeType(input: ByteReader, registry: TypeRegistry, depth = 0): PvType | null {
  if (depth > MAX_NESTING) throw new DecodeError(`a type nests deeper than ${MAX_NESTING}`);
  const code = input.u8();
  if (code === NULL_TYPE) return null;
  if (code === ONLY_ID) {
    const id = input.u16();
    const known = registry.get(id);
    if (known === undefined) throw new DecodeError(`type id ${id} was never described`);
    return known;
  }
  if (code === FULL_WITH_ID) {
    const id = input.u16();
    const type = decodeType(input, registry, depth + 1);
    if (type === null) throw new DecodeError(`type id ${id} stands for nothing`);
    registry.set(id, type);
    return type;
  }
  return decodeUntagged(input, code, registry, depth);
}

function decodeUntagged(input: ByteReader, code: number, registry: TypeRegistry, depth: number): PvType {
  switch (code) {
    case STRUCTURE: {
      const [id, fields] = decodeFields(input, registry, depth);
      const type = structure(id, fields);
      if (type.bits > MAX_BITS) throw new DecodeError(`a structure of ${type.bits} fields`);
      return type;
    }
    case UNION: {
      const [id, fields] = decodeFields(input, registry, depth);
      return union(id, fields);
    }
    case VARIANT:
      return pvVariant;
    case BOUNDED_STRING:
      return boundedString(input.size());
    case STRUCTURE_ARRAY: {
      const element = decodeType(input, registry, depth + 1);
      if (element?.kind !== "structure") throw new DecodeError("a structure array of something else");
      return structureArray(element);
    }
    case UNION_ARRAY: {
      const element = decodeType(input, registry, depth + 1);
      if (element?.kind !== "union") throw new DecodeError("a union array of something else");
      return unionArray(element);
    }
    case VARIANT_ARRAY:
      return pvVariantArray;
    default:
      return decodeScalar(input, code);
  }
}

function decodeScalar(input: ByteReader, code: number): PvType {
  const name = scalarByCode.get(code & ~ARRAY_BITS);
  if (name === undefined) throw new DecodeError(`type code 0x${code.toString(16)} is not defined`);
  switch (code & ARRAY_BITS) {
    case 0:
      return scalarType(name);
    case arrayFlags.variable:
      return scalarArray(name);
    case arrayFlags.bounded:
      return scalarArray(name, { form: "bounded", length: lengthOf(input) });
    default:
      return scalarArray(name, { form: "fixed", length: lengthOf(input) });
  }
}

function lengthOf(input: ByteReader): number {
  const length = input.size();
  if (length < 0) throw new DecodeError("an array without a length");
  return length;
}

function decodeFields(
  input: ByteReader,
  registry: TypeRegistry,
  depth: number,
): [id: string, fields: (readonly [string, PvType])[]] {
  const id = input.string();
  const count = input.count(2);
  const fields: (readonly [string, PvType])[] = [];
  for (let index = 0; index < count; index++) {
    const name = input.string();
    const type = decodeType(input, registry, depth + 1);
    if (type === null) throw new DecodeError(`field ${name} has no type`);
    fields.push([name, type]);
  }
  return [id, fields];
}
