import assert from "node:assert/strict";
import { test } from "node:test";
import { put, running } from "./support.js";

test("a name is a record, a record with a field, or a string field as characters", (t) => {
  const engine = running(t, { A: ["ao"] });
  const names = ["A", "A.", "A.VAL", "A.DESC", "A.DESC$", "A.NOPE", "B", "A.RSET", "A.TIME"];
  assert.deepEqual(
    names.filter((name) => engine.has(name)),
    ["A", "A.", "A.VAL", "A.DESC", "A.DESC$"],
  );
});

test("REC.FIELD$ reads and writes text as characters with a NUL", (t) => {
  const engine = running(t, { A: ["stringout"] });
  const channel = engine.open("A.VAL$");
  assert.deepEqual([channel?.fieldType, channel?.elementCount], ["CHAR", 40]);
  channel?.write({ type: "CHAR", value: Int8Array.from(Buffer.from("hi\0rest")) });
  assert.equal(engine.get("A"), "hi");
  assert.deepEqual(channel?.read().value, Int8Array.from(Buffer.from("hi\0")));
});

test("a long link text goes through REC.FIELD$", (t) => {
  const engine = running(t, { A: ["ao"] });
  const text = `${"x".repeat(60)} PP NMS`;
  engine.open("A.OUT$")?.write({ type: "CHAR", value: Int8Array.from(Buffer.from(`${text}\0`)) });
  assert.equal(engine.get("A.OUT"), text);
});

test("the value of an ao has units, precision and limits", (t) => {
  const engine = running(t, {
    A: [
      "ao",
      {
        EGU: "mm",
        PREC: "3",
        HOPR: "10",
        LOPR: "-10",
        DRVH: "5",
        DRVL: "-5",
        HIHI: "9",
        HHSV: "MAJOR",
        DESC: "x",
      },
    ],
  });
  assert.deepEqual(engine.open("A")?.properties(), {
    units: "mm",
    precision: 3,
    display: { low: -10, high: 10 },
    control: { low: -5, high: 5 },
    alarm: { low: Number.NaN, high: 9 },
    warning: { low: Number.NaN, high: Number.NaN },
    description: "x",
  });
});

test("a numeric field that is not on the value's scale has the limits of its type", (t) => {
  const engine = running(t, { A: ["ao"] });
  assert.deepEqual(engine.open("A.OROC")?.properties().display, { low: -1e300, high: 1e300 });
  assert.deepEqual(engine.open("A.PHAS")?.properties().display, { low: -32768, high: 32767 });
});

test("menus, devices and states are enums", (t) => {
  const engine = running(t, { M: ["mbbo", { ZRST: "a", TWST: "c" }] });
  assert.deepEqual(engine.open("M")?.properties().states, ["a", "", "c"]);
  assert.equal(engine.open("M.SCAN")?.properties().states?.length, 10);
  assert.deepEqual(engine.open("M.DTYP")?.properties().states, [
    "Soft Channel",
    "Raw Soft Channel",
    "Async Soft Channel",
  ]);
});

test("an mbbo without states is a number", (t) => {
  const engine = running(t, { M: ["mbbo"] });
  assert.equal(engine.open("M")?.fieldType, "USHORT");
});

test("text put to an array of characters is its bytes", (t) => {
  const engine = running(t, { W: ["waveform", { FTVL: "UCHAR", NELM: "256" }] });
  put(engine, "W", "/local/data");
  assert.equal(engine.getString("W"), "/local/data");
  assert.equal(engine.get("W.NORD"), 12);
});

test("a JSON list put to an array is its elements", (t) => {
  const engine = running(t, { W: ["waveform", { FTVL: "DOUBLE", NELM: "4" }] });
  put(engine, "W", "[1, 2.5]");
  assert.deepEqual(engine.get("W"), Float64Array.of(1, 2.5));
});

test("an empty array put to a scalar leaves it and is a LINK alarm at the next processing", (t) => {
  const engine = running(t, { A: ["ao", { VAL: "3" }] });
  put(engine, "A", new Float64Array(0));
  assert.deepEqual([engine.get("A"), engine.getString("A.STAT")], [3, "LINK"]);
});

test("RTYP is the record type, and cannot be written", (t) => {
  const engine = running(t, { A: ["ao"] });
  assert.equal(engine.get("A.RTYP"), "ao");
  assert.equal(engine.put("A.RTYP", "ai").ok, false);
});

test("only fields of the value's type have units", (t) => {
  const engine = running(t, { A: ["ao", { EGU: "mm" }], L: ["longin", { EGU: "counts" }] });
  const units = (name: string) => engine.open(name)?.properties().units;
  assert.deepEqual(["A.HOPR", "A.PREC", "A.UDF", "L.HIGH", "L.UTAG"].map(units), [
    "mm",
    undefined,
    undefined,
    "counts",
    undefined,
  ]);
});

test("records with states or text have no limits", (t) => {
  const engine = running(t, { M: ["mbbo"], B: ["bo"], W: ["waveform"] });
  const limits = (name: string) => {
    const { display, control } = engine.open(name)?.properties() ?? {};
    return [display?.low, display?.high, control?.low, control?.high];
  };
  assert.deepEqual(limits("M.ZRVL"), [0, 0, 0, 0]);
  assert.deepEqual(limits("B.PHAS"), [0, 0, -32768, 32767]);
  assert.deepEqual(limits("B.HIGH"), [0, 0, 0, 100_000]);
  assert.deepEqual(limits("W.PHAS"), [-32768, 32767, -32768, 32767]);
});
