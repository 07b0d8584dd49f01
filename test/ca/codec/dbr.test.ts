import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type DbrContent, getDbr, putDbr } from "../../../src/ca/codec/dbr.js";
import { DBR_TYPES, type DbrType, dbrSize, nativeBase } from "../../../src/ca/codec/dbrTypes.js";
import type { Value } from "../../../src/channel/dbf.js";
import { bytes, sameBytes, written } from "../support/bytes.js";

const typeNamed = (name: string): DbrType => {
  const type = DBR_TYPES.find((candidate) => candidate.name === name);
  assert.ok(type, name);
  return type;
};

const encode = (type: DbrType, content: DbrContent, count: number): Buffer =>
  written((out) => putDbr(out, out.reserve(dbrSize(type, count)), type, content, count));

const plain = (value: Value): DbrContent => ({
  value,
  status: 0,
  severity: 0,
  time: { seconds: 0, nanoseconds: 0 },
});

const motor: DbrContent = {
  value: 1,
  status: 3,
  severity: 2,
  time: { seconds: 0x11223344, nanoseconds: 0x05060708 },
  properties: {
    units: "mm",
    precision: 3,
    display: { low: 2, high: 1 },
    alarm: { low: 6, high: 3 },
    warning: { low: 5, high: 4 },
    control: { low: 8, high: 7 },
    states: ["Off", "On"],
  },
  acknowledge: { transient: true, severity: 2 },
};

const alarm = "0003 0002";
const time = "11223344 05060708";
const units = "6d6d000000000000";

// The structures of db_access.h in network byte order.
const vectors: readonly [name: string, value: Value, hexadecimal: string][] = [
  ["DBR_STRING", "on", `6f6e${"00".repeat(38)}`],
  ["DBR_SHORT", -2, "fffe"],
  ["DBR_FLOAT", 1, "3f800000"],
  ["DBR_ENUM", 1, "0001"],
  ["DBR_CHAR", 200, "c8"],
  ["DBR_LONG", -2, "fffffffe"],
  ["DBR_DOUBLE", 1, "3ff0000000000000"],
  ["DBR_STS_STRING", "on", `${alarm} 6f6e${"00".repeat(38)}`],
  ["DBR_STS_SHORT", 1, `${alarm} 0001`],
  ["DBR_STS_FLOAT", 1, `${alarm} 3f800000`],
  ["DBR_STS_ENUM", 1, `${alarm} 0001`],
  ["DBR_STS_CHAR", 1, `${alarm} 00 01`],
  ["DBR_STS_LONG", 1, `${alarm} 00000001`],
  ["DBR_STS_DOUBLE", 1, `${alarm} 00000000 3ff0000000000000`],
  ["DBR_TIME_STRING", "on", `${alarm} ${time} 6f6e${"00".repeat(38)}`],
  ["DBR_TIME_SHORT", 1, `${alarm} ${time} 0000 0001`],
  ["DBR_TIME_FLOAT", 1, `${alarm} ${time} 3f800000`],
  ["DBR_TIME_ENUM", 1, `${alarm} ${time} 0000 0001`],
  ["DBR_TIME_CHAR", 1, `${alarm} ${time} 000000 01`],
  ["DBR_TIME_LONG", 1, `${alarm} ${time} 00000001`],
  ["DBR_TIME_DOUBLE", 1, `${alarm} ${time} 00000000 3ff0000000000000`],
  ["DBR_GR_STRING", "on", `${alarm} 6f6e${"00".repeat(38)}`],
  ["DBR_GR_SHORT", 9, `${alarm} ${units} 0001 0002 0003 0004 0005 0006 0009`],
  [
    "DBR_GR_FLOAT",
    1,
    `${alarm} 0003 0000 ${units} 3f800000 40000000 40400000 40800000 40a00000 40c00000 3f800000`,
  ],
  [
    "DBR_GR_ENUM",
    1,
    `${alarm} 0002 4f6666${"00".repeat(23)} 4f6e${"00".repeat(24)} ${"00".repeat(14 * 26)} 0001`,
  ],
  ["DBR_GR_CHAR", 9, `${alarm} ${units} 01 02 03 04 05 06 00 09`],
  ["DBR_GR_LONG", 9, `${alarm} ${units} 00000001 00000002 00000003 00000004 00000005 00000006 00000009`],
  [
    "DBR_GR_DOUBLE",
    1,
    `${alarm} 0003 0000 ${units} 3ff0000000000000 4000000000000000 4008000000000000 4010000000000000
     4014000000000000 4018000000000000 3ff0000000000000`,
  ],
  ["DBR_CTRL_STRING", "on", `${alarm} 6f6e${"00".repeat(38)}`],
  ["DBR_CTRL_SHORT", 9, `${alarm} ${units} 0001 0002 0003 0004 0005 0006 0007 0008 0009`],
  [
    "DBR_CTRL_FLOAT",
    1,
    `${alarm} 0003 0000 ${units} 3f800000 40000000 40400000 40800000 40a00000 40c00000 40e00000 41000000 3f800000`,
  ],
  [
    "DBR_CTRL_ENUM",
    1,
    `${alarm} 0002 4f6666${"00".repeat(23)} 4f6e${"00".repeat(24)} ${"00".repeat(14 * 26)} 0001`,
  ],
  ["DBR_CTRL_CHAR", 9, `${alarm} ${units} 01 02 03 04 05 06 07 08 00 09`],
  [
    "DBR_CTRL_LONG",
    9,
    `${alarm} ${units} 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009`,
  ],
  [
    "DBR_CTRL_DOUBLE",
    1,
    `${alarm} 0003 0000 ${units} 3ff0000000000000 4000000000000000 4008000000000000 4010000000000000
     4014000000000000 4018000000000000 401c000000000000 4020000000000000 3ff0000000000000`,
  ],
  ["DBR_PUT_ACKT", 1, "0001"],
  ["DBR_PUT_ACKS", 2, "0002"],
  ["DBR_STSACK_STRING", "on", `${alarm} 0001 0002 6f6e${"00".repeat(38)}`],
  ["DBR_CLASS_NAME", "ai", `6169${"00".repeat(38)}`],
];

describe("DBR types", () => {
  it("have the codes 0 to 38", () => {
    assert.deepEqual(
      DBR_TYPES.map(({ code }) => code),
      Array.from({ length: 39 }, (_, code) => code),
    );
  });

  it("are all among the byte vectors", () => {
    assert.deepEqual(
      vectors.map(([name]) => name),
      DBR_TYPES.map(({ name }) => name),
    );
  });

  for (const [name, value, hexadecimal] of vectors) {
    it(`${name} is written byte for byte`, () => {
      sameBytes(encode(typeNamed(name), { ...motor, value }, 1), hexadecimal);
    });

    it(`${name} is read back`, () => {
      const type = typeNamed(name);
      const data = bytes(hexadecimal);
      const read = getDbr(new DataView(data.buffer, data.byteOffset), 0, type, 1, data.length);
      assert.ok(read.ok);
      assert.equal(read.value.value, value);
      if (type.class === "time") assert.deepEqual(read.value.time, motor.time);
      if (!["plain", "ackt", "acks", "className"].includes(type.class))
        assert.deepEqual([read.value.status, read.value.severity], [3, 2]);
    });
  }
});

const float = fc.float({ noNaN: true });
const text = fc.string({ maxLength: 39, unit: "grapheme-ascii" });
const elements: Readonly<Record<string, fc.Arbitrary<number | string>>> = {
  STRING: text,
  SHORT: fc.integer({ min: -32768, max: 32767 }),
  FLOAT: float,
  ENUM: fc.integer({ min: 0, max: 65535 }),
  UCHAR: fc.integer({ min: 0, max: 255 }),
  LONG: fc.integer(),
  DOUBLE: fc.double({ noNaN: true }),
};
const limitElements: Readonly<Record<string, fc.Arbitrary<number>>> = {
  SHORT: fc.integer({ min: -32768, max: 32767 }),
  FLOAT: float,
  UCHAR: fc.integer({ min: 0, max: 255 }),
  LONG: fc.integer(),
  DOUBLE: fc.double({ noNaN: true }),
};

const toArray: Readonly<Record<string, (list: (number | string)[]) => Value>> = {
  STRING: (list) => list.map(String),
  SHORT: (list) => Int16Array.from(list, Number),
  FLOAT: (list) => Float32Array.from(list, Number),
  ENUM: (list) => Uint16Array.from(list, Number),
  UCHAR: (list) => Uint8Array.from(list, Number),
  LONG: (list) => Int32Array.from(list, Number),
  DOUBLE: (list) => Float64Array.from(list, Number),
};

const limitGroups = {
  gr: ["display", "alarm", "warning"],
  ctrl: ["display", "alarm", "warning", "control"],
} as const;

describe("any value, alarm, time and properties survive", () => {
  for (const type of DBR_TYPES) {
    it(type.name, () => {
      const element = elements[type.base] ?? fc.constant(0);
      const limit = limitElements[type.base] ?? fc.constant(0);
      const limits = fc.record({ low: limit, high: limit }, { noNullPrototype: true });
      const code = fc.integer({ min: 0, max: 65535 });
      const word = fc.integer({ min: 0, max: 0xffffffff });
      fc.assert(
        fc.property(
          fc.oneof(
            fc.array(element, { maxLength: 0 }),
            fc.array(element, { minLength: 1, maxLength: 1 }),
            fc.array(element, { minLength: 2, maxLength: 40 }),
          ),
          code,
          code,
          fc.record({ seconds: word, nanoseconds: word }, { noNullPrototype: true }),
          fc.record({ display: limits, alarm: limits, warning: limits, control: limits }),
          fc.integer({ min: -100, max: 100 }),
          fc.array(fc.string({ maxLength: 25, unit: "grapheme-ascii" }), { maxLength: 16 }),
          (list, status, severity, stamp, ranges, precision, states) => {
            const make = toArray[type.base];
            assert.ok(make);
            const value = list.length === 1 ? (list[0] ?? 0) : make(list);
            const content: DbrContent = {
              value,
              status,
              severity,
              time: stamp,
              properties: { ...ranges, units: "counts", precision, states },
              acknowledge: { transient: status % 2 === 1, severity },
            };
            const data = encode(type, content, list.length);
            const read = getDbr(
              new DataView(data.buffer, data.byteOffset, data.length),
              0,
              type,
              list.length,
              data.length,
            );
            assert.ok(read.ok);
            assert.deepEqual(read.value.value, value);
            if (type.class === "time") assert.deepEqual(read.value.time, stamp);
            if (type.class === "stsack") assert.deepEqual(read.value.acknowledge, content.acknowledge);
            if (["sts", "time", "gr", "ctrl", "stsack"].includes(type.class))
              assert.deepEqual([read.value.status, read.value.severity], [status, severity]);
            if (type.class !== "gr" && type.class !== "ctrl") return;
            if (type.base === "ENUM") assert.deepEqual(read.value.properties, { states });
            else if (type.base !== "STRING")
              for (const group of limitGroups[type.class])
                assert.deepEqual(read.value.properties?.[group], ranges[group]);
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});

describe("values at the edges", () => {
  it("a string longer than 39 bytes is cut between characters and ends with NUL", () => {
    const data = encode(typeNamed("DBR_STRING"), plain(`${"a".repeat(38)}µm`), 1);
    sameBytes(data, `${"61".repeat(38)}0000`);
  });

  it("elements that are missing are zero", () => {
    sameBytes(encode(typeNamed("DBR_LONG"), plain(Int32Array.of(1, 2)), 3), "00000001 00000002 00000000");
  });

  it("elements that were not asked for are left out", () => {
    sameBytes(encode(typeNamed("DBR_LONG"), plain(Int32Array.of(1, 2)), 1), "00000001");
  });

  it("units in Latin-1 are read as well as in UTF-8", () => {
    const data = bytes(`b56d${"00".repeat(38)}`);
    const read = getDbr(new DataView(data.buffer, data.byteOffset), 0, typeNamed("DBR_STRING"), 1, 40);
    assert.ok(read.ok);
    assert.equal(read.value.value, "µm");
  });

  it("one string may come without its unused bytes", () => {
    const data = bytes("6f6e000000000000");
    const read = getDbr(new DataView(data.buffer, data.byteOffset), 0, typeNamed("DBR_STRING"), 1, 8);
    assert.ok(read.ok);
    assert.equal(read.value.value, "on");
  });

  it("more elements than the payload holds are an error", () => {
    const data = bytes("0000000000000001");
    const read = getDbr(new DataView(data.buffer, data.byteOffset), 0, typeNamed("DBR_LONG"), 1000, 8);
    assert.equal(read.ok, false);
  });

  it("types wider than Channel Access knows are shown as the next one that holds them", () => {
    assert.deepEqual((["USHORT", "ULONG", "INT64", "UINT64", "CHAR"] as const).map(nativeBase), [
      "LONG",
      "DOUBLE",
      "DOUBLE",
      "DOUBLE",
      "UCHAR",
    ]);
  });
});
