import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ByteReader } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";
import { decodeType, encodeType } from "../../../src/pva/data/typeCodec.js";
import { decodeValue, encodeValue } from "../../../src/pva/data/valueCodec.js";
import { NTNDARRAY_TYPE } from "../../../src/pva/nt/ntNdArray.js";
import {
  EVERYTHING,
  parsePvRequest,
  readPvRequest,
  requestStructure,
  selectedFields,
} from "../../../src/pva/protocol/pvRequest.js";
import { bytes } from "../support/bytes.js";

const texts: readonly [string, string[], Record<string, string>][] = [
  ["", [], {}],
  ["field()", [], {}],
  ["value", ["value"], {}],
  ["value, alarm.severity", ["value", "alarm.severity"], {}],
  ["field(value,timeStamp)", ["value", "timeStamp"], {}],
  ["alarm{severity,status}", ["alarm.severity", "alarm.status"], {}],
  ["record[process=true,block=true]field(value)", ["value"], { process: "true", block: "true" }],
  ["field(a.b)record[queueSize=10]", ["a.b"], { queueSize: "10" }],
  ["record[pipeline=true]", [], { pipeline: "true" }],
];

describe("pvRequest as text", () => {
  for (const [text, fields, options] of texts) {
    test(`reads "${text}"`, () => {
      assert.deepEqual(parsePvRequest(text), {
        ok: true,
        value: { fields, options: new Map(Object.entries(options)) },
      });
    });
  }
  for (const text of ["field(", "field(a", "record[x]", "a b)", "field(a)field(b)", "{a}"]) {
    test(`refuses "${text}"`, () => assert.equal(parsePvRequest(text).ok, false));
  }
});

test("what an old C++ client sends is understood", () => {
  const input = new ByteReader(
    bytes(
      'fd 0200 80 00 01 06 "record" fd 0300 80 00 01 08 "_options" fd 0400 80 00 02 09 "queueSize" 60 08 "pipeline" 60 01 "4" 04 "true"',
    ),
  );
  const registry = new Map();
  const type = decodeType(input, registry);
  assert.ok(type !== null);
  assert.deepEqual(readPvRequest(decodeValue(input, type, registry)), {
    fields: [],
    options: new Map([
      ["queueSize", "4"],
      ["pipeline", "true"],
    ]),
  });
});

test("a request comes back from the wire as it went", () => {
  const request = { fields: ["a.b", "a.c", "d"], options: new Map([["process", "true"]]) };
  const { type, value } = requestStructure(request);
  const out = new ByteWriter();
  encodeType(out, type);
  encodeValue(out, type, value);
  const input = new ByteReader(out.bytes());
  const back = decodeType(input, new Map());
  assert.ok(back !== null);
  assert.deepEqual(readPvRequest(decodeValue(input, back)), request);
});

test("a structure selects its fields, a field selects itself", () => {
  const selected = selectedFields(NTNDARRAY_TYPE, { ...EVERYTHING, fields: ["uniqueId", "alarm"] });
  assert.equal(selected.ok && selected.value.toString(), "{8,15,16,17,18}");
});

test("a request that selects nothing fails", () => {
  assert.equal(selectedFields(NTNDARRAY_TYPE, { ...EVERYTHING, fields: ["nothing"] }).ok, false);
});
