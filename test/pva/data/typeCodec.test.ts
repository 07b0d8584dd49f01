import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ByteReader, DecodeError } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { decodeType, encodeType, TypeIntroducer } from "../../../src/pva/data/typeCodec.js";
import {
  boundedString,
  fieldAt,
  type PvType,
  pvBoolean,
  pvDouble,
  pvInt,
  pvString,
  pvULong,
  pvVariant,
  pvVariantArray,
  sameType,
  scalarArray,
  structure,
  structureArray,
  union,
  unionArray,
} from "../../../src/pva/data/types.js";
import { TIME_TYPE } from "../../../src/pva/nt/fields.js";
import { NTNDARRAY_TYPE } from "../../../src/pva/nt/ntNdArray.js";
import { arbitraryType } from "../support/arbitraries.js";
import { assertReads, assertWrites, bytes } from "../support/bytes.js";

const POINT = structure("p", { x: pvInt });

const descriptions: readonly [string, PvType, string][] = [
  ["boolean", pvBoolean, "00"],
  ["int", pvInt, "22"],
  ["ulong", pvULong, "27"],
  ["double", pvDouble, "43"],
  ["string", pvString, "60"],
  ["ushort[]", scalarArray("ushort"), "2d"],
  ["double[]", scalarArray("double"), "4b"],
  ["string[]", scalarArray("string"), "68"],
  ["bounded byte[]", scalarArray("byte", { form: "bounded", length: 16 }), "30 10"],
  ["fixed byte[]", scalarArray("byte", { form: "fixed", length: 4 }), "38 04"],
  ["bounded string", boundedString(8), "83 08"],
  ["any", pvVariant, "82"],
  ["any[]", pvVariantArray, "8a"],
  ["structure", POINT, '80 01 "p" 01 01 "x" 22'],
  ["structure[]", structureArray(POINT), '88 80 01 "p" 01 01 "x" 22'],
  ["union", union("", { a: pvInt, b: pvString }), '81 00 02 01 "a" 22 01 "b" 60'],
  ["union[]", unionArray(union("", { a: pvInt })), '89 81 00 01 01 "a" 22'],
];

describe("type descriptions", () => {
  for (const [name, type, encoded] of descriptions) {
    test(`of ${name}`, () => {
      assertWrites("little", encoded, (out) => encodeType(out, type));
      assertReads("little", encoded, type, (input) => decodeType(input, new Map()) ?? pvVariant);
    });
  }

  test("of time_t", () => {
    assertWrites(
      "big",
      '80 06 "time_t" 03 10 "secondsPastEpoch" 23 0b "nanoseconds" 22 07 "userTag" 22',
      (out) => encodeType(out, TIME_TYPE),
    );
  });

  test("no type is one byte", () => {
    assert.equal(decodeType(new ByteReader(bytes("ff")), new Map()), null);
  });

  test("with an id are remembered, and read again by the id alone", () => {
    const registry = new Map<number, PvType>();
    const first = decodeType(new ByteReader(bytes('fd 0200 80 00 01 01 "x" 22')), registry);
    const second = decodeType(new ByteReader(bytes("fe 0200")), registry);
    assert.equal(second, first);
  });

  test("an introducer describes a structure once", () => {
    const introducer = new TypeIntroducer();
    assertWrites("little", 'fd 0000 80 01 "p" 01 01 "x" 22 fe 0000', (out) => {
      introducer.encode(out, POINT);
      introducer.encode(out, structure("p", { x: pvInt }));
    });
  });

  test("an id that was never described is refused", () => {
    assert.throws(() => decodeType(new ByteReader(bytes("fe 0700")), new Map()), DecodeError);
  });

  test("of billions of fields made by reference are refused", () => {
    const doubling = (id: number) =>
      bytes(`fd 0${id}00 80 00 02 01 "a" fe 0${id - 1}00 01 "b" fe 0${id - 1}00`);
    const all = Buffer.concat([bytes('fd 0000 80 00 01 01 "x" 22')]);
    const registry = new Map<number, PvType>();
    decodeType(new ByteReader(all), registry);
    for (let id = 1; id < 10; id++) decodeType(new ByteReader(doubling(id)), registry);
    const wide = Buffer.concat([
      bytes("80 00 fe 00010000"),
      ...Array.from({ length: 256 }, () => bytes('01 "a" fe 0900')),
    ]);
    assert.throws(() => decodeType(new ByteReader(wide), registry), DecodeError);
  });

  test("come back as they were", () => {
    fc.assert(
      fc.property(arbitraryType, fc.boolean(), (type, littleEndian) => {
        const out = new ByteWriter(littleEndian);
        encodeType(out, type);
        const back = decodeType(new ByteReader(out.bytes(), littleEndian), new Map());
        assert.ok(back !== null && sameType(back, type));
      }),
    );
  });
});

test("bits count depth first, unions and arrays as one", () => {
  assert.deepEqual(
    ["value", "codec", "codec.parameters", "compressedSize", "dimension", "timeStamp.userTag"].map(
      (path) => fieldAt(NTNDARRAY_TYPE, path)?.bit,
    ),
    [1, 2, 4, 5, 7, 22],
  );
});
