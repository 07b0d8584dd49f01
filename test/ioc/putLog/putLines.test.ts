import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DbfType, Value } from "../../../src/channel/dbf.js";
import type { PutEntry } from "../../../src/ioc/putLog/putFilter.js";
import { jsonLine, plainLine } from "../../../src/ioc/putLog/putLines.js";
import { fromPosixMilliseconds } from "../../../src/libcom/epicsTime.js";

const time = fromPosixMilliseconds(new Date(2020, 7, 10, 13, 2, 8, 124).getTime());

const entry = (
  type: DbfType,
  values: { readonly new: Value; readonly old: Value; readonly isArray?: boolean },
  burst?: PutEntry["burst"],
): PutEntry => ({
  put: { time, host: "devws", user: "devman", pv: "pv", type, isArray: false, ...values },
  old: values.old,
  ...(burst === undefined ? {} : { burst }),
});

const change = (line: string): string => line.replace("10-Aug-20 13:02:08 devws devman pv ", "");

describe("plainLine", () => {
  const format = "%d-%b-%y %H:%M:%S";
  const cases: readonly (readonly [PutEntry, string])[] = [
    [entry("DOUBLE", { new: 77.5, old: 1 }), "new=77.5 old=1"],
    [entry("STRING", { new: 'a "b"\n', old: "" }), 'new="a \\"b\\"\\n" old=""'],
    [entry("CHAR", { new: -1, old: 65 }), "new=255 old=65"],
    [entry("ENUM", { new: 3, old: 0 }), "new=3 old=0"],
    [entry("LONG", { new: 8, old: -2 }, { count: 3, min: -5, max: 9 }), "new=8 old=-2 min=-5 max=9"],
    [
      entry("DOUBLE", { new: new Float64Array([1, 2]), old: new Float64Array([0]), isArray: true }),
      "new=1 old=0",
    ],
  ];
  for (const [each, line] of cases)
    it(`writes ${line}`, () => assert.equal(change(plainLine(each, format)), line));

  it("cuts off what caPutLog's buffer does not hold", () => {
    const long = plainLine(entry("STRING", { new: "x".repeat(300), old: "" }), format);
    assert.equal(long.length, 254);
  });
});

describe("jsonLine", () => {
  const head = '{"date":"2020-08-10","time":"13:02:08.124","host":"devws","user":"devman","pv":"pv",';
  const cases: readonly (readonly [PutEntry, string])[] = [
    [entry("DOUBLE", { new: 77.5, old: 1 }), '"new":77.5,"old":1.0}'],
    [entry("DOUBLE", { new: Number.NaN, old: -Infinity }), '"new":"Nan","old":"-Infinity"}'],
    [
      entry("LONG", { new: 8, old: 77 }, { count: 10, min: 7, max: 870 }),
      '"new":8,"old":77,"min":7,"max":870,"burst":10}',
    ],
    [entry("STRING", { new: 'say "so1"', old: "so1" }), '"new":"say \\"so1\\"","old":"so1"}'],
    [
      entry("DOUBLE", { new: new Float64Array([0.5, 2]), old: new Float64Array(0), isArray: true }),
      '"new":[0.5,2.0],"new-size":2,"old":[],"old-size":0}',
    ],
    [
      entry("CHAR", { new: new Int8Array(Buffer.from("long\0")), old: new Int8Array(0), isArray: true }),
      '"new":["long"],"new-size":5,"old":[""],"old-size":0}',
    ],
  ];
  for (const [each, tail] of cases)
    it(`writes ${tail}`, () => assert.equal(jsonLine(each, new Map()), head + tail));

  it("keeps 400 bytes of a value", () => {
    const long = entry("LONG", { new: new Int32Array(500), old: 0, isArray: true });
    const { new: kept, "new-size": size } = JSON.parse(jsonLine(long, new Map()));
    assert.deepEqual([kept.length, size], [100, 500]);
  });

  it("puts properties of one's own, sorted, before the PV", () => {
    const line = jsonLine(
      entry("LONG", { new: 1, old: 0 }),
      new Map([
        ["z", "1"],
        ["a", "x"],
      ]),
    );
    assert.ok(line.includes('"user":"devman","a":"x","z":"1","pv":"pv"'));
  });
});
