import assert from "node:assert/strict";
import { test } from "node:test";
import { EventMask } from "../../src/channel/eventMask.js";
import { events, put, running, values } from "./support.js";

test("MDEL decides what is posted as VALUE, ADEL what is posted as LOG", (t) => {
  const engine = running(t, { A: ["ao", { MDEL: "2", ADEL: "5", VAL: "0" }] });
  const seen = events(engine, "A", EventMask.VALUE);
  const logged = events(engine, "A", EventMask.LOG);
  for (const value of [1, 3, 4, 5.5, 6]) put(engine, "A", value);
  assert.deepEqual(values(seen), [3, 5.5]);
  assert.deepEqual(values(logged), [5.5]);
});

test("MDEL -1 posts every processing", (t) => {
  const engine = running(t, { A: ["ao", { MDEL: "-1" }] });
  const seen = events(engine, "A", EventMask.VALUE);
  put(engine, "A", 0);
  put(engine, "A", 0);
  assert.equal(seen.length, 2);
});

test("an alarm is posted as SEVR, then STAT, then the value", (t) => {
  const engine = running(t, { A: ["ao", { HIGH: "5", HSV: "MINOR", VAL: "0", PINI: "YES" }] });
  const order: string[] = [];
  for (const field of ["VAL", "STAT", "SEVR", "AMSG", "ACKS"])
    engine.open(`A.${field}`)?.subscribe(7, ({ mask }) => order.push(`${field}:${mask}`));
  put(engine, "A", 6);
  assert.deepEqual(order, ["SEVR:1", "STAT:5", "AMSG:5", "ACKS:1", "VAL:7"]);
});

test("a sample carries the alarm and time of its processing", (t) => {
  const engine = running(t, { A: ["ao", { HIGH: "5", HSV: "MINOR" }] });
  const seen = events(engine, "A");
  put(engine, "A", 6);
  put(engine, "A", 1);
  assert.deepEqual(
    seen.map(({ sample }) => [sample.value, sample.severity, sample.status]),
    [
      [6, 1, 4],
      [1, 0, 0],
    ],
  );
  assert.ok((seen[0]?.sample.time.seconds ?? 0) > 0);
});

test("a field that is not the value is posted when it is put", (t) => {
  const engine = running(t, { A: ["ao"] });
  const seen = events(engine, "A.DESC", EventMask.VALUE);
  put(engine, "A.DESC", "new");
  assert.deepEqual(values(seen), ["new"]);
});

test("metadata is posted as PROPERTY to every subscriber that asks for it", (t) => {
  const engine = running(t, { A: ["ao"] });
  const seen = events(engine, "A", EventMask.PROPERTY);
  put(engine, "A.EGU", "mm");
  assert.equal(seen.length, 1);
  assert.deepEqual(engine.open("A")?.properties().units, "mm");
});

test("a renamed state is posted as PROPERTY, and as VALUE when it is the present one", (t) => {
  const engine = running(t, { M: ["mbbo", { ZRST: "a", ONST: "b", VAL: "1", PINI: "YES" }] });
  const masks = events(engine, "M", 15);
  put(engine, "M.ZRST", "x");
  put(engine, "M.ONST", "y");
  const value = EventMask.VALUE | EventMask.LOG;
  assert.deepEqual(
    masks.map(({ mask }) => mask),
    [EventMask.PROPERTY, EventMask.PROPERTY, value],
  );
});

test("metadata that is put again as it was is posted to nobody", (t) => {
  const engine = running(t, { A: ["ao", { EGU: "mm" }] });
  const seen = events(engine, "A", EventMask.PROPERTY);
  put(engine, "A.EGU", "mm");
  put(engine, "A.EGU", "m");
  assert.equal(seen.length, 1);
});

test("a put to a record that scans changes the value without a monitor", (t) => {
  const engine = running(t, { A: ["ao", { SCAN: "10 second" }] });
  const seen = events(engine, "A");
  put(engine, "A", 5);
  assert.equal(engine.get("A"), 5);
  assert.deepEqual(seen, []);
});

test("an array that was posted is not changed by later puts", (t) => {
  const engine = running(t, { W: ["waveform", { FTVL: "LONG", NELM: "3" }] });
  const seen = events(engine, "W");
  put(engine, "W", Int32Array.of(1, 2, 3));
  put(engine, "W", Int32Array.of(4, 5));
  assert.deepEqual(values(seen), [Int32Array.of(1, 2, 3), Int32Array.of(4, 5)]);
});

test("NORD is posted when the number of elements changes", (t) => {
  const engine = running(t, { W: ["waveform", { FTVL: "LONG", NELM: "3" }] });
  const seen = events(engine, "W.NORD");
  put(engine, "W", Int32Array.of(1, 2, 3, 4));
  put(engine, "W", Int32Array.of(7, 8, 9));
  put(engine, "W", new Int32Array(0));
  assert.deepEqual(values(seen), [3, 0]);
});

test("a waveform that posts on change is silent while its content stays", (t) => {
  const engine = running(t, {
    W: ["waveform", { FTVL: "LONG", NELM: "3", MPST: "On Change", APST: "On Change" }],
  });
  const seen = events(engine, "W", EventMask.VALUE);
  put(engine, "W", Int32Array.of(1, 2));
  put(engine, "W", Int32Array.of(1, 2));
  put(engine, "W", Int32Array.of(1, 3));
  assert.equal(seen.length, 2);
});
