import fc from "fast-check";
import { coerce } from "../../../src/pva/data/coerce.js";
import {
  boundedString,
  type PvType,
  pvVariant,
  pvVariantArray,
  SCALAR_NAMES,
  type ScalarName,
  type StructureType,
  scalarArray,
  scalarType,
  structure,
  structureArray,
  type UnionType,
  union,
  unionArray,
} from "../../../src/pva/data/types.js";
import { type PvStructure, PvUnion, type PvValue, PvVariant } from "../../../src/pva/data/values.js";

const fieldName = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,5}$/);
const scalarName = fc.constantFrom(...SCALAR_NAMES);

const fields = (type: fc.Arbitrary<PvType>) =>
  fc.uniqueArray(fc.tuple(fieldName, type), { maxLength: 4, selector: ([name]) => name });

const { structureType, unionType, anyType } = fc.letrec<{
  structureType: StructureType;
  unionType: UnionType;
  anyType: PvType;
}>((tie) => ({
  structureType: fc
    .tuple(fc.string({ maxLength: 5 }), fields(tie("anyType")))
    .map(([id, list]) => structure(id, list)),
  unionType: fc
    .tuple(fc.string({ maxLength: 5 }), fields(tie("anyType")))
    .map(([id, list]) => union(id, list)),
  anyType: fc.oneof(
    { depthSize: "small" },
    scalarName.map(scalarType),
    scalarName.map((name) => scalarArray(name)),
    fc.tuple(scalarName, fc.nat(3)).map(([name, length]) => scalarArray(name, { form: "fixed", length })),
    fc.constant(boundedString(20)),
    fc.constant(pvVariant),
    fc.constant(pvVariantArray),
    tie("structureType"),
    tie("unionType"),
    tie("structureType").map(structureArray),
    tie("unionType").map(unionArray),
  ),
}));

export const arbitraryType = anyType;
export const arbitraryStructureType = structureType;
export const arbitraryUnionType = unionType;

const integers: Readonly<Record<string, [number, number]>> = {
  byte: [-128, 127],
  short: [-32768, 32767],
  int: [-(2 ** 31), 2 ** 31 - 1],
  ubyte: [0, 255],
  ushort: [0, 65535],
  uint: [0, 2 ** 32 - 1],
};

function scalarOf(name: ScalarName): fc.Arbitrary<PvValue> {
  switch (name) {
    case "boolean":
      return fc.boolean();
    case "string":
      return fc.string({ unit: "grapheme", maxLength: 8 });
    case "long":
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case "ulong":
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    case "float":
      return fc.float();
    case "double":
      return fc.double();
    default: {
      const [min = 0, max = 0] = integers[name] ?? [];
      return fc.integer({ min, max });
    }
  }
}

/** Values of a type, in the form that decoding gives. */
export function arbitraryValue(type: PvType, depth = 0): fc.Arbitrary<PvValue> {
  const maxLength = depth > 3 ? 0 : 3;
  switch (type.kind) {
    case "scalar":
      return scalarOf(type.scalar);
    case "scalarArray": {
      const length = type.size.form === "fixed" ? type.size.length : undefined;
      const limits = length === undefined ? { maxLength: 5 } : { minLength: length, maxLength: length };
      return fc.array(scalarOf(type.element), limits).map((items) => typedArray(type.element, items));
    }
    case "structure":
      return structureOf(type, depth);
    case "union":
      return unionOf(type, depth);
    case "variant":
      return variantOf(depth);
    case "structureArray":
      return fc
        .array(fc.option(structureOf(type.element, depth + 1)), { maxLength })
        .map((items): PvValue => items);
    case "unionArray":
      // An element that is there but has no choice and one that is absent cannot be told apart.
      return fc.array(unionOf(type.element, depth + 1), { maxLength });
    case "variantArray":
      return fc.array(variantOf(depth + 1), { maxLength });
  }
}

export const structureOf = (type: StructureType, depth = 0): fc.Arbitrary<PvStructure> =>
  fc.record(
    Object.fromEntries(type.fields.map((field) => [field.name, arbitraryValue(field.type, depth + 1)])),
    { noNullPrototype: true },
  );

const unionOf = (type: UnionType, depth: number): fc.Arbitrary<PvUnion | null> =>
  type.fields.length === 0
    ? fc.constant(null)
    : fc
        .constantFrom(...type.fields)
        .chain((field) =>
          arbitraryValue(field.type, depth + 1).map((value) => new PvUnion(field.name, value)),
        );

const variantOf = (depth: number): fc.Arbitrary<PvVariant | null> =>
  depth > 3
    ? fc.constant(null)
    : anyType.chain((type) => arbitraryValue(type, depth + 1).map((value) => new PvVariant(type, value)));

const typedArray = (element: ScalarName, items: readonly PvValue[]): PvValue =>
  coerce(scalarArray(element), items.map(String));
