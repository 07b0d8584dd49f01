import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { convertValue, doubleToFloat, truncateString } from "../../src/channel/convert.js";
import type { DbfType, Value } from "../../src/channel/dbf.js";
import { referenceData } from "../support/referenceData.js";

type Row = [
  direction: "get" | "put",
  from: DbfType,
  to: DbfType,
  precision: number,
  states: string[] | null,
  values: string[],
  answer: string[] | null,
];

const isBig = (type: DbfType): boolean => type === "INT64" || type === "UINT64";

function element(type: DbfType, text: string): string | number | bigint {
  if (type === "STRING") return text;
  return isBig(type) ? BigInt(text) : Number(text.replace("inf", "Infinity"));
}

function toValue(type: DbfType, texts: string[]): Value {
  const elements = texts.map((text) => element(type, text));
  if (elements.length === 1) return elements[0] ?? 0;
  return type === "STRING" ? texts : Float64Array.from(elements, Number);
}

const asList = (value: Value): (string | number | bigint)[] =>
  typeof value === "object" ? Array.from<string | number | bigint>(value) : [value];

const convert = (value: Value, from: DbfType, to: DbfType, properties = {}): Value => {
  const result = convertValue(value, from, to, properties);
  assert.ok(result.ok, result.ok ? "" : result.error);
  return result.value;
};

describe("convertValue", () => {
  it("answers as EPICS Base's dbPutField and dbGetField do", () => {
    for (const [direction, from, to, precision, states, values, answer] of referenceData<Row>(
      "convertReference.json",
    )) {
      // The ENUM that was asked is VAL of mbbo, which takes texts as elements of an array.
      const isState = from === "STRING" && to === "ENUM";
      const result = convertValue(isState ? values : toValue(from, values), from, to, {
        direction,
        precision,
        states: states ?? undefined,
      });
      const place = `${direction} ${JSON.stringify(values)} ${from} to ${to} precision ${precision}`;
      assert.equal(result.ok, answer !== null, place);
      if (result.ok && answer)
        assert.deepEqual(
          asList(result.value).map(String),
          answer.map((text) => String(element(to, text))),
          place,
        );
    }
  });

  it("takes an empty string as 0 for a scalar and refuses it in an array that is put", () => {
    assert.equal(convert("", "STRING", "LONG"), 0);
    assert.equal(convertValue(["1", ""], "STRING", "LONG").ok, false);
    assert.deepEqual(convert(["1", ""], "STRING", "LONG", { direction: "get" }), Int32Array.of(1, 0));
  });

  it("takes no text after the number of a state, but in an array", () => {
    const states = ["off", "on"];
    assert.equal(convertValue("1abc", "STRING", "ENUM", { states }).ok, false);
    assert.equal(convert("1 ", "STRING", "ENUM", { states }), 1);
    assert.deepEqual(convert(["1abc"], "STRING", "ENUM", { states }), Uint16Array.of(1));
  });

  it("reads enum text as a state before it reads it as a number", () => {
    const states = ["1", "0"];
    assert.equal(convert("0", "STRING", "ENUM", { states }), 1);
    assert.equal(convertValue("2", "STRING", "ENUM", { states }).ok, false);
  });

  it("shows an enum beyond its states as the record type does", () => {
    assert.equal(convert(3, "ENUM", "STRING", { states: ["No", "Yes"] }), "3");
    const illegalState = "Illegal_Value";
    assert.equal(convert(3, "ENUM", "STRING", { states: ["No", "Yes"], illegalState }), illegalState);
  });

  it("keeps 64-bit integers exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        assert.equal(convert(convert(value, "INT64", "STRING"), "STRING", "INT64"), value);
      }),
    );
  });

  it("truncates doubles toward zero", () => {
    fc.assert(
      fc.property(fc.double({ min: -2e9, max: 2e9, noNaN: true }), (value) => {
        assert.equal(convert(value, "DOUBLE", "LONG"), Math.trunc(value) + 0);
      }),
    );
  });

  it("never throws, whatever text it is given", () => {
    const types: DbfType[] = ["CHAR", "ULONG", "INT64", "UINT64", "FLOAT", "DOUBLE", "ENUM", "STRING"];
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...types), (text, to) => {
        const result = convertValue(text, "STRING", to, { states: ["No", "Yes"] });
        assert.equal(typeof result.ok, "boolean");
      }),
    );
  });

  it("gives back the typed array itself when nothing has to change", () => {
    const value = Float64Array.of(1, 2);
    assert.equal(convert(value, "DOUBLE", "DOUBLE"), value);
  });
});

describe("truncateString", () => {
  it("keeps 39 bytes and never splits a character", () => {
    assert.equal(truncateString("x".repeat(50)), "x".repeat(39));
    assert.equal(truncateString(`${"x".repeat(38)}µm`), "x".repeat(38));
  });
});

describe("doubleToFloat", () => {
  it("saturates instead of overflowing to infinity", () => {
    assert.equal(doubleToFloat(1e300), 3.4028234663852886e38);
    assert.equal(doubleToFloat(Infinity), Infinity);
  });
});
