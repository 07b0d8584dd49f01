import assert from "node:assert/strict";
import { test } from "node:test";
import { defineRecordType, double, RecordEngine } from "../../src/records/index.js";
import { database } from "./support.js";

test("records are merged: later fields win", () => {
  const engine = new RecordEngine();
  engine.load(database({ A: ["ao", { PREC: "1", EGU: "mm" }] }));
  assert.deepEqual(engine.load(database({ A: ["ao", { PREC: "3" }] })), []);
  assert.deepEqual([engine.get("A.PREC"), engine.get("A.EGU")], [3, "mm"]);
});

test('"*" adds to a record that is there', () => {
  const engine = new RecordEngine();
  engine.load(database({ A: ["ao"] }));
  assert.deepEqual(engine.load(database({ A: ["*", { DESC: "x" }] })), []);
  assert.equal(engine.get("A.DESC"), "x");
});

test("what is wrong is reported with record and field, and the rest is loaded", () => {
  const engine = new RecordEngine();
  const problems = engine.load(
    database({
      A: ["ao", { PREC: "many", SCAN: "Sometimes", NOPE: "1", EGU: "mm" }],
      B: ["nothing"],
      C: ["*"],
      D: ["longout", { HIGH: "1.5" }],
    }),
  );
  assert.deepEqual(
    problems.map(({ record, field }) => [record, field]),
    [
      ["A", "PREC"],
      ["A", "SCAN"],
      ["A", "NOPE"],
      ["B", undefined],
      ["C", undefined],
      ["D", "HIGH"],
    ],
  );
  assert.equal(engine.get("A.EGU"), "mm");
});

test("a record of another type under the same name is refused", () => {
  const engine = new RecordEngine();
  engine.load(database({ A: ["ao"] }));
  assert.equal(engine.load(database({ A: ["bo"] })).length, 1);
});

test("an alias is another name of the record", () => {
  const engine = new RecordEngine();
  const { records } = database({ A: ["ao", { VAL: "2" }] });
  const location = { file: "test.db", line: 1 };
  engine.load({ records, aliases: [{ record: "A", alias: "B", location }] });
  assert.equal(engine.get("B"), 2);
  assert.deepEqual([...engine.recordNames()], ["A"]);
});

test("a value in the database defines the record", () => {
  const engine = new RecordEngine();
  engine.load(database({ A: ["ao", { VAL: "1" }], B: ["ao"] }));
  assert.deepEqual([engine.get("A.UDF"), engine.get("B.UDF")], [0, 1]);
});

test("a put before iocInit stores without processing", () => {
  const engine = new RecordEngine();
  engine.load(database({ A: ["ao", { OUT: "B PP" }], B: ["ao"] }));
  engine.put("A", 3);
  engine.put("A.OUT", "C");
  assert.deepEqual([engine.get("A"), engine.get("A.OUT"), engine.get("B")], [3, "C NPP NMS", 0]);
});

test("records cannot be loaded after iocInit", () => {
  const engine = new RecordEngine();
  engine.iocInit();
  assert.equal(engine.load(database({ A: ["ao"] })).length, 1);
  engine.stop();
});

test("a record type of a program's own is loaded as any other, under a name that is free", () => {
  const engine = new RecordEngine();
  const type = defineRecordType("mine", { VAL: double() }, { process: () => undefined });
  engine.addRecordType(type);
  assert.deepEqual(engine.load(database({ M: ["mine", { VAL: "3" }] })), []);
  assert.equal(engine.get("M"), 3);
  assert.deepEqual(
    [...engine.instances()].map(({ name }) => name),
    ["M"],
  );
  assert.throws(() => engine.addRecordType(type), /"mine" exists already/);
  assert.equal(new RecordEngine().recordTypes.has("mine"), false, "other engines do not know it");
});
