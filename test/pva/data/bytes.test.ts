import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BitSet } from "../../../src/pva/data/bitSet.js";
import { ByteReader, DecodeError } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { decodeStatus, encodeStatus, statusError } from "../../../src/pva/data/status.js";
import { assertReads, assertWrites, type ByteOrder, bytes } from "../support/bytes.js";

const bothOrders = fc.constantFrom<ByteOrder>("little", "big");

describe("sizes", () => {
  const forms: readonly [number, ByteOrder, string][] = [
    [0, "little", "00"],
    [253, "little", "fd"],
    [254, "little", "fe fe000000"],
    [254, "big", "fe 000000fe"],
    [100_000, "big", "fe 000186a0"],
  ];
  for (const [size, order, encoded] of forms) {
    test(`${size} in ${order}-endian order is ${encoded}`, () => {
      assertWrites(order, encoded, (out) => out.size(size));
      assertReads(order, encoded, size, (input) => input.size());
    });
  }
  test("255 means null", () => assertReads("little", "ff", -1, (input) => input.size()));
  test("the long escape carries eight bytes", () =>
    assertReads("big", "fe 7fffffff 0000000100000000", 2 ** 32, (input) => input.size()));
});

describe("strings", () => {
  test("are UTF-8 with a size", () => {
    assertWrites("little", '03 "2" c2b5', (out) => out.string("2µ"));
    assertReads("little", '03 "2" c2b5', "2µ", (input) => input.string());
  });
  test("that are null read as empty", () => assertReads("little", "ff", "", (input) => input.string()));
  test("longer than what is left are refused", () => {
    assert.throws(() => new ByteReader(bytes('05 "abc"')).string(), DecodeError);
  });
});

describe("bit sets", () => {
  const forms: readonly [number[], ByteOrder, string][] = [
    [[], "big", "00"],
    [[0], "big", "01 01"],
    [[1, 9], "little", "02 02 02"],
    [[63], "little", "08 0000000000000080"],
    [[63], "big", "08 8000000000000000"],
    [[0, 64], "big", "09 0000000000000001 01"],
    [[0, 64], "little", "09 0100000000000000 01"],
    [[55], "big", "07 00000000000080"],
  ];
  for (const [members, order, encoded] of forms) {
    test(`{${members}} in ${order}-endian order is ${encoded}`, () => {
      assertWrites(order, encoded, (out) => out.bitSet(new BitSet(members)));
      assertReads(order, encoded, members, (input) => [...input.bitSet()]);
    });
  }
  test("come back as they were, whatever the order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), bothOrders, (members, order) => {
        const out = new ByteWriter(order === "little").bitSet(new BitSet(members));
        const back = new ByteReader(out.bytes(), order === "little").bitSet();
        assert.deepEqual(
          [...back],
          members.toSorted((a, b) => a - b),
        );
      }),
    );
  });
  test("find their next member across words", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200)), fc.nat(210), (members, from) => {
        const expected = Math.min(...members.filter((bit) => bit >= from));
        assert.equal(new BitSet(members).next(from), Number.isFinite(expected) ? expected : -1);
      }),
    );
  });
});

describe("status", () => {
  test("success is one byte", () => {
    assertReads("little", "ff", { kind: "ok", message: "" }, decodeStatus);
  });
  test("an error has its message and an empty call tree", () => {
    assertWrites("little", '02 03 "bad" 00', (out) => encodeStatus(out, statusError("bad")));
    assertReads("little", '02 03 "bad" 02 "at"', statusError("bad"), decodeStatus);
  });
});

test("numeric arrays are swapped when the orders differ", () => {
  assertWrites("big", "0102 0304", (out) => out.elements(Uint16Array.of(0x0102, 0x0304)));
  assertWrites("little", "0201 0403", (out) => out.elements(Uint16Array.of(0x0102, 0x0304)));
  assertReads("big", "0102 0304", Uint16Array.of(0x0102, 0x0304), (input) => input.elements("ushort", 2));
});

test("a view in the middle of a buffer is written as it is", () => {
  const all = Float64Array.of(1, 2, 3);
  assertWrites("big", "4000000000000000", (out) => out.elements(all.subarray(1, 2)));
});
