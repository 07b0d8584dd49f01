import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLink } from "../../src/records/links/parseLink.js";
import { becomes, events, put, running, values } from "./support.js";

test("a link without modifiers neither processes nor inherits severities", () => {
  assert.deepEqual(parseLink("a:b.VAL", "INLINK"), {
    kind: "pv",
    target: "a:b.VAL",
    access: "NPP",
    process: false,
    ca: false,
    onChange: "never",
    severity: "NMS",
  });
});

test("modifiers are found anywhere behind the target", () => {
  const link = parseLink(" world MSICP", "INLINK");
  assert.deepEqual(link.kind === "pv" && [link.target, link.severity, link.onChange, link.ca], [
    "world",
    "MSI",
    "always",
    true,
  ]);
});

test("a number is a constant, a number with a letter a PV", () => {
  assert.equal(parseLink(" -1.5e3 ", "INLINK").kind, "constant");
  assert.equal(parseLink("0x10", "INLINK").kind, "constant");
  assert.equal(parseLink("0.1a", "INLINK").kind, "pv");
});

test("a forward link knows no modifier but CA", () => {
  const link = parseLink("next CPP MS", "FWDLINK");
  assert.deepEqual(link.kind === "pv" && [link.ca, link.onChange, link.severity], [false, "never", "NMS"]);
});

test("an @ address is for device support", () => {
  assert.deepEqual(parseLink("@asyn(P,0)X", "OUTLINK"), { kind: "device", parameters: "asyn(P,0)X" });
});

test("a CP link processes when its source is posted, once for several posts in a turn", async (t) => {
  const engine = running(t, { S: ["ao", { VAL: "5" }], C: ["calc", { INPA: "S CP", CALC: "A*2" }] });
  await becomes(engine, "C", 10);
  const seen = events(engine, "C");
  put(engine, "S", 1);
  put(engine, "S", 2);
  await becomes(engine, "C", 4);
  assert.deepEqual(values(seen), [4]);
});

test("a CP link gives its record a value right after iocInit", async (t) => {
  const engine = running(t, {
    Start: ["ao", { VAL: "10" }],
    Step: ["ao", { VAL: "2" }],
    N: ["longout", { VAL: "5" }],
    Stop: ["calc", { INPA: "Start CP", INPB: "Step CP", INPC: "N CP", CALC: "A+B*(C-1)" }],
  });
  await becomes(engine, "Stop", 18);
});

test("a CPP link processes a passive record only", async (t) => {
  const engine = running(t, {
    S: ["ao"],
    C: ["calc", { INPA: "S CPP", CALC: "A", SCAN: "10 second" }],
    P: ["calc", { INPA: "S CPP", CALC: "A" }],
  });
  put(engine, "S", 3);
  await becomes(engine, "P", 3);
  assert.equal(engine.get("C"), 0);
});

test("a record that triggers itself through CP leaves the event loop alive", async (t) => {
  const engine = running(t, {
    A: ["calc", { INPA: "B CP", CALC: "A+1" }],
    B: ["calc", { INPA: "A CP", CALC: "A+1" }],
  });
  const rounds = events(engine, "A");
  while (rounds.length < 3) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(Number(engine.get("A")) > 2);
});

test("a link to its own value counts, as tomoScan's Watchdog does", (t) => {
  const engine = running(t, {
    W: ["calcout", { INPA: "W.VAL NPP", CALC: "A>0?A-1:0", VAL: "3" }],
  });
  put(engine, "W.PROC", 1);
  put(engine, "W.PROC", 1);
  assert.equal(engine.get("W"), 1);
});

test("a chain of a thousand forward links runs to its end", async (t) => {
  const count = 1000;
  const engine = running(
    t,
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [
        `R${i}`,
        ["calc", { CALC: "VAL+1", FLNK: i + 1 < count ? `R${i + 1}` : "" }] as const,
      ]),
    ),
  );
  const completion = engine.putNotify("R0.PROC", 1);
  await completion;
  assert.equal(engine.get(`R${count - 1}`), 1);
});

test("a new text for a link takes effect at the next processing", (t) => {
  const engine = running(t, {
    A: ["ao", { VAL: "1" }],
    B: ["ao", { VAL: "2" }],
    C: ["calc", { INPA: "A", CALC: "A" }],
  });
  put(engine, "C.INPA", "B");
  put(engine, "C.PROC", 1);
  assert.equal(engine.get("C"), 2);
  assert.equal(engine.get("C.INPA"), "B NPP NMS");
});

test("a link to a record that is nowhere is a LINK alarm", (t) => {
  const engine = running(t, { C: ["calc", { INPA: "nowhere", CALC: "A" }] });
  put(engine, "C.PROC", 1);
  assert.deepEqual(
    [engine.getString("C.STAT"), engine.getString("C.SEVR"), engine.get("C.AMSG")],
    ["LINK", "INVALID", "field INPA"],
  );
});

test("TSEL copies another record's time", (t) => {
  const engine = running(t, { A: ["ao"], B: ["ao", { TSEL: "A.TIME" }] });
  put(engine, "A", 1);
  const time = engine.open("A")?.read().time;
  put(engine, "B", 1);
  assert.deepEqual(engine.open("B")?.read().time, time);
});

test("a text put to an empty link is that record's alone", (t) => {
  const engine = running(t, { A: ["calc"], B: ["calc", { CALC: "A" }], S: ["ao", { VAL: "7" }] });
  put(engine, "A.INPA", "S");
  assert.equal(engine.getString("A.INPA"), "S NPP NMS");
  assert.equal(engine.getString("B.INPA"), "");
  put(engine, "B.INPA", "S");
  put(engine, "B.PROC", 1);
  assert.equal(engine.get("B"), 7);
  put(engine, "B.INPA", "");
  put(engine, "S", 8);
  put(engine, "B.PROC", 1);
  assert.equal(engine.get("B"), 7);
});
