import assert from "node:assert/strict";
import { test } from "node:test";
import { Subject } from "rxjs";
import { eventKey } from "../../src/records/scan/scanner.js";
import { becomes, events, loaded, put, running, values } from "./support.js";

test("a periodic record processes by itself", async (t) => {
  const engine = running(t, { C: ["calc", { CALC: "VAL+1", SCAN: ".1 second" }] });
  await becomes(engine, "C", 2);
});

test("SCAN can be changed while running", async (t) => {
  const engine = running(t, { C: ["calc", { CALC: "VAL+1" }] });
  put(engine, "C.SCAN", ".1 second");
  await becomes(engine, "C", 1);
  put(engine, "C.SCAN", "Passive");
  const now = engine.get("C");
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(engine.get("C"), now);
});

test("records of one period process in the order of PHAS", async (t) => {
  const engine = running(t, {
    Late: ["calc", { INPA: "Early", CALC: "A", SCAN: ".1 second", PHAS: "1" }],
    Early: ["calc", { CALC: "VAL+1", SCAN: ".1 second" }],
  });
  await becomes(engine, "Late", 1);
  assert.equal(engine.get("Early"), 1);
});

test("an event processes the records that wait for it soon, by name or number", async (t) => {
  const engine = running(t, {
    A: ["calc", { CALC: "VAL+1", SCAN: "Event", EVNT: "beam on" }],
    B: ["calc", { CALC: "VAL+1", SCAN: "Event", EVNT: "1.0" }],
  });
  engine.postEvent(" beam on ");
  engine.postEvent(1);
  engine.postEvent("other");
  assert.deepEqual([engine.get("A"), engine.get("B")], [0, 0]);
  await Promise.all([becomes(engine, "A", 1), becomes(engine, "B", 1)]);
  assert.deepEqual([engine.get("A"), engine.get("B")], [1, 1]);
});

test("event 0 and an empty name are no event", () => {
  assert.deepEqual(
    [eventKey("0"), eventKey(""), eventKey("255.5"), eventKey("256")],
    [undefined, undefined, "255", "256"],
  );
});

test("I/O Intr processes when the device announces something", (t) => {
  const announced = new Subject<void>();
  const engine = loaded({ A: ["longin", { DTYP: "dev", INP: "@x", SCAN: "I/O Intr" }] });
  let value = 0;
  engine.addDeviceSupport({
    dtyp: "dev",
    recordTypes: ["longin"],
    attach: (record) => ({
      read: () => {
        record.setField("VAL", value);
        return "noConvert";
      },
      ioIntr$: announced,
    }),
  });
  engine.iocInit();
  t.after(() => engine.stop());
  const seen = events(engine, "A", 1);
  for (value of [5, 6]) announced.next();
  put(engine, "A.SCAN", "Passive");
  value = 7;
  announced.next();
  assert.deepEqual(values(seen), [5, 6]);
});

test("PINI processes at iocInit, in the order of PHAS", (t) => {
  const engine = running(t, {
    B: ["calc", { INPA: "A", CALC: "A", PINI: "YES", PHAS: "1" }],
    A: ["calc", { CALC: "5", PINI: "YES" }],
    R: ["calc", { CALC: "6", PINI: "RUNNING" }],
    No: ["calc", { CALC: "7" }],
  });
  assert.deepEqual([engine.get("B"), engine.get("R"), engine.get("No")], [5, 6, 0]);
});

test("hooks run in the order of iocInit", () => {
  const order: string[] = [];
  const engine = loaded({ A: ["calc", { CALC: "1", PINI: "YES" }] });
  engine.onInitHook("afterIocRunning", () => order.push(`running ${engine.get("A")}`));
  engine.onInitHook("afterInitRecords", () => order.push(`initialised ${engine.get("A")}`));
  engine.onInitHook("beforeInitRecords", () => order.push("loaded"));
  engine.iocInit();
  engine.stop();
  assert.deepEqual(order, ["loaded", "initialised 0", "running 1"]);
});

test("TSEL to a record's TIME takes its time and UTAG", (t) => {
  const engine = running(t, { A: ["ai"], B: ["ai", { TSEL: "A.TIME" }] });
  put(engine, "A.PROC", 1);
  engine.record("A")?.setField("UTAG", 42n);
  put(engine, "B.PROC", 1);
  assert.equal(engine.get("B.UTAG"), 42n);
  assert.deepEqual(engine.open("B")?.read().time, engine.open("A")?.read().time);
});
