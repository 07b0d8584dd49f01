/** The scalar types of pvData in the order of their type codes. */
export const SCALAR_NAMES = [
  "boolean",
  "byte",
  "short",
  "int",
  "long",
  "ubyte",
  "ushort",
  "uint",
  "ulong",
  "float",
  "double",
  "string",
] as const;

export type ScalarName = (typeof SCALAR_NAMES)[number];

export interface ScalarType {
  readonly kind: "scalar";
  readonly scalar: ScalarName;
  /** Most bytes of a bounded string. */
  readonly bound?: number;
}

/** How many elements an array may have: any, at most `length`, exactly `length`. */
export type ArraySize =
  | { readonly form: "variable" }
  | { readonly form: "bounded" | "fixed"; readonly length: number };

export interface ScalarArrayType {
  readonly kind: "scalarArray";
  readonly element: ScalarName;
  readonly size: ArraySize;
}

export interface FieldOf<T = PvType> {
  readonly name: string;
  readonly type: T;
  /** Bit of the field relative to its structure's own bit; the structure itself is bit 0. */
  readonly offset: number;
}

export interface StructureType {
  readonly kind: "structure";
  readonly id: string;
  readonly fields: readonly FieldOf[];
  /** Bits that a bit set of this structure has: itself and everything below it. */
  readonly bits: number;
}

export interface UnionType {
  readonly kind: "union";
  readonly id: string;
  readonly fields: readonly FieldOf[];
}

export interface VariantType {
  readonly kind: "variant";
}

export interface StructureArrayType {
  readonly kind: "structureArray";
  readonly element: StructureType;
}

export interface UnionArrayType {
  readonly kind: "unionArray";
  readonly element: UnionType;
}

export interface VariantArrayType {
  readonly kind: "variantArray";
}

export type PvType =
  | ScalarType
  | ScalarArrayType
  | StructureType
  | UnionType
  | VariantType
  | StructureArrayType
  | UnionArrayType
  | VariantArrayType;

const scalar = (name: ScalarName): ScalarType => ({ kind: "scalar", scalar: name });

export const pvBoolean = scalar("boolean");
export const pvByte = scalar("byte");
export const pvShort = scalar("short");
export const pvInt = scalar("int");
export const pvLong = scalar("long");
export const pvUByte = scalar("ubyte");
export const pvUShort = scalar("ushort");
export const pvUInt = scalar("uint");
export const pvULong = scalar("ulong");
export const pvFloat = scalar("float");
export const pvDouble = scalar("double");
export const pvString = scalar("string");
export const pvVariant: VariantType = { kind: "variant" };
export const pvVariantArray: VariantArrayType = { kind: "variantArray" };

export const scalarType = scalar;

export const boundedString = (bound: number): ScalarType => ({ kind: "scalar", scalar: "string", bound });

export const scalarArray = (
  element: ScalarName,
  size: ArraySize = { form: "variable" },
): ScalarArrayType => ({
  kind: "scalarArray",
  element,
  size,
});

/** Bits of a field in the bit set of the structure around it. */
export const bitsOf = (type: PvType): number => (type.kind === "structure" ? type.bits : 1);

type FieldTable = Readonly<Record<string, PvType>> | readonly (readonly [name: string, type: PvType])[];

const entriesOf = (fields: FieldTable): readonly (readonly [string, PvType])[] =>
  isEntryList(fields) ? fields : Object.entries(fields);

const isEntryList = (fields: FieldTable): fields is readonly (readonly [string, PvType])[] =>
  Array.isArray(fields);

/** A structure type: its id (`epics:nt/NTScalar:1.0`; empty means the default `structure`) and its fields in order. */
export function structure(id: string, fields: FieldTable): StructureType {
  const laidOut: FieldOf[] = [];
  let bits = 1;
  for (const [name, type] of entriesOf(fields)) {
    laidOut.push({ name, type, offset: bits });
    bits += bitsOf(type);
  }
  return { kind: "structure", id, fields: laidOut, bits };
}

/** A union type: one of its fields, or none, at a time. */
export function union(id: string, fields: FieldTable): UnionType {
  return {
    kind: "union",
    id,
    fields: entriesOf(fields).map(([name, type]) => ({ name, type, offset: 0 })),
  };
}

export const structureArray = (element: StructureType): StructureArrayType => ({
  kind: "structureArray",
  element,
});

export const unionArray = (element: UnionType): UnionArrayType => ({ kind: "unionArray", element });

export const fieldOf = (type: StructureType | UnionType, name: string): FieldOf | undefined =>
  type.fields.find((field) => field.name === name);

/** `timeStamp.nanoseconds`: the field's type and its bit counted from the top. */
export function fieldAt(top: StructureType, path: string): { type: PvType; bit: number } | undefined {
  let type: PvType = top;
  let bit = 0;
  for (const name of path.split(".")) {
    if (type.kind !== "structure") return undefined;
    const field = fieldOf(type, name);
    if (field === undefined) return undefined;
    bit += field.offset;
    type = field.type;
  }
  return { type, bit };
}

/** Same fields, names, ids and order: a value of one can be read as the other. */
export function sameType(a: PvType, b: PvType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "scalar":
      return b.kind === "scalar" && a.scalar === b.scalar && a.bound === b.bound;
    case "scalarArray":
      return b.kind === "scalarArray" && a.element === b.element && sameSize(a.size, b.size);
    case "structure":
    case "union":
      return (
        b.kind === a.kind &&
        a.id === b.id &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, index) => {
          const other = b.fields[index];
          return other !== undefined && field.name === other.name && sameType(field.type, other.type);
        })
      );
    case "structureArray":
      return b.kind === "structureArray" && sameType(a.element, b.element);
    case "unionArray":
      return b.kind === "unionArray" && sameType(a.element, b.element);
    default:
      return a.kind === b.kind;
  }
}

const sameSize = (a: ArraySize, b: ArraySize): boolean =>
  a.form === b.form &&
  (a.form === "variable" ? undefined : a.length) === (b.form === "variable" ? undefined : b.length);
