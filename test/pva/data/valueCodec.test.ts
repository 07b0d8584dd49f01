import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BitSet } from "../../../src/pva/data/bitSet.js";
import { ByteReader, DecodeError } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { coerce, merge } from "../../../src/pva/data/coerce.js";
import {
  type PvType,
  pvInt,
  pvString,
  pvUInt,
  pvVariant,
  pvVariantArray,
  scalarArray,
  structure,
  structureArray,
  union,
  unionArray,
} from "../../../src/pva/data/types.js";
import {
  decodeSelected,
  decodeValue,
  encodeSelected,
  encodeValue,
  leavesOf,
} from "../../../src/pva/data/valueCodec.js";
import { defaultStructure, PvUnion, type PvValue, PvVariant } from "../../../src/pva/data/values.js";
import {
  arbitraryStructureType,
  arbitraryType,
  arbitraryValue,
  structureOf,
} from "../support/arbitraries.js";
import { assertReads, assertWrites, bytes } from "../support/bytes.js";

const POINT = structure("", { x: pvUInt, y: pvUInt });
const CHOICE = union("", { x: pvString, y: pvString });
const Q = structure("", { q: pvString });

const vectors: readonly [string, PvType, PvValue, string][] = [
  ["an empty uint[]", scalarArray("uint"), new Uint32Array(), "00"],
  ["a uint[]", scalarArray("uint"), Uint32Array.of(0x12345678), "01 12345678"],
  ["a ushort[]", scalarArray("ushort"), Uint16Array.of(1, 0xffff), "02 0001 ffff"],
  ["a double[]", scalarArray("double"), Float64Array.of(1), "01 3ff0000000000000"],
  ["a string[]", scalarArray("string"), ["hello", "world"], '02 05 "hello" 05 "world"'],
  ["a fixed ubyte[]", scalarArray("ubyte", { form: "fixed", length: 2 }), Uint8Array.of(1, 2), "01 02"],
  ["a structure", POINT, { x: 0xdeadbeef, y: 1 }, "deadbeef 00000001"],
  ["a structure[] with a gap", structureArray(POINT), [{ x: 1, y: 2 }, null], "02 01 00000001 00000002 00"],
  ["a union", CHOICE, new PvUnion("y", "test"), '01 04 "test"'],
  ["a union without a choice", CHOICE, null, "ff"],
  [
    "a union[]",
    unionArray(CHOICE),
    [new PvUnion("x", "theX"), new PvUnion("y", "theY"), null],
    '03 01 00 04 "theX" 01 01 04 "theY" 00',
  ],
  ["a variant", pvVariant, new PvVariant(pvUInt, 0x600df00d), "26 600df00d"],
  ["an empty variant", pvVariant, null, "ff"],
  [
    "a variant[]",
    pvVariantArray,
    [new PvVariant(pvUInt, 0x7b), new PvVariant(Q, { q: "theq" }), null],
    '03 01 26 0000007b 01 80 00 01 01 "q" 60 04 "theq" 00',
  ],
];

describe("values", () => {
  for (const [name, type, value, encoded] of vectors) {
    test(`${name} in big-endian order`, () => {
      assertWrites("big", encoded, (out) => encodeValue(out, type, value));
      assertReads("big", encoded, value, (input) => decodeValue(input, type));
    });
  }

  test("a fixed array goes out with its length whatever it holds", () => {
    const type = scalarArray("ushort", { form: "fixed", length: 3 });
    assertWrites("little", "0100 0000 0000", (out) => encodeValue(out, type, Uint16Array.of(1)));
  });

  test("come back as they were, in both orders", () => {
    const typed = arbitraryType.chain((type) => arbitraryValue(type).map((value) => ({ type, value })));
    fc.assert(
      fc.property(typed, fc.boolean(), ({ type, value }, littleEndian) => {
        const out = new ByteWriter(littleEndian);
        encodeValue(out, type, value);
        const input = new ByteReader(out.bytes(), littleEndian);
        assert.deepEqual(decodeValue(input, type), value);
        assert.equal(input.remaining, 0);
      }),
    );
  });

  test("of an unknown union field are refused", () => {
    assert.throws(() => decodeValue(new ByteReader(bytes("05")), CHOICE), DecodeError);
  });

  test("more elements than bytes are refused before memory is taken", () => {
    assert.throws(
      () => decodeValue(new ByteReader(bytes("fe ffffff7e 00")), scalarArray("double")),
      DecodeError,
    );
  });
});

describe("selected fields", () => {
  const NESTED = structure("", { a: pvInt, b: structure("", { c: pvInt, d: pvInt }), e: pvString });

  test("only those with a bit go out", () => {
    const bits = new BitSet([1, 4]);
    assertWrites("big", "01 12 00000001 00000003", (out) =>
      encodeSelected(out.bitSet(bits), NESTED, { a: 1, b: { c: 2, d: 3 }, e: "" }, bits),
    );
  });

  test("a structure's bit stands for all its fields", () => {
    const bits = new BitSet([2]);
    assertWrites("big", "01 04 00000002 00000003", (out) =>
      encodeSelected(out.bitSet(bits), NESTED, { a: 1, b: { c: 2, d: 3 }, e: "" }, bits),
    );
  });

  test("come back nested as in the structure", () => {
    const { changed, partial } = decodeSelected(
      new ByteReader(bytes("01 12 00000001 00000003"), false),
      NESTED,
    );
    assert.deepEqual([changed.toString(), partial], ["{1,4}", { a: 1, b: { d: 3 } }]);
  });

  test("merge into what was there", () => {
    fc.assert(
      fc.property(
        arbitraryStructureType.chain((type) =>
          fc.record({ type: fc.constant(type), value: structureOf(type), bits: fc.array(fc.nat(20)) }),
        ),
        ({ type, value, bits }) => {
          const selected = leavesOf(type, new BitSet(bits.filter((bit) => bit < type.bits)));
          const out = new ByteWriter().bitSet(selected);
          encodeSelected(out, type, value, selected);
          const { partial } = decodeSelected(new ByteReader(out.bytes()), type);
          const { value: merged, changed } = merge(type, defaultStructure(type), partial);
          assert.deepEqual(leavesOf(type, changed), selected);
          const again = new ByteWriter().bitSet(selected);
          encodeSelected(again, type, merged, selected);
          assert.equal(again.bytes().toString("hex"), out.bytes().toString("hex"));
        },
      ),
    );
  });
});

describe("coerce", () => {
  const cases: readonly [string, PvType, PvValue, PvValue][] = [
    ["wraps integers", pvInt, 2 ** 32 + 5, 5],
    ["makes bigint of a number for long", { kind: "scalar", scalar: "long" }, 7, 7n],
    ["makes 0 of what no integer can be", { kind: "scalar", scalar: "long" }, Number.NaN, 0n],
    ["reads numbers from text", pvInt, "12", 12],
    ["makes typed arrays of plain ones", scalarArray("float"), ["1", "2.5"], Float32Array.of(1, 2.5)],
    ["converts between typed arrays", scalarArray("int"), Uint8Array.of(1, 2), Int32Array.of(1, 2)],
    ["fills what a structure lacks", POINT, { x: 1 }, { x: 1, y: 0 }],
  ];
  for (const [name, type, given, expected] of cases)
    test(name, () => assert.deepEqual(coerce(type, given), expected));

  test("names the place of what does not fit", () => {
    assert.throws(() => coerce(structure("", { p: POINT }), { p: { x: "abc" } }), /p\.x: a uint is needed/);
  });
});
