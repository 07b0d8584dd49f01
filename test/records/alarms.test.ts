import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded, put, running } from "./support.js";

test("a record that was never processed is UDF and INVALID, and has no time", (t) => {
  const engine = running(t, { A: ["ai"] });
  const sample = engine.open("A")?.read();
  assert.deepEqual([sample?.status, sample?.severity, sample?.time], [17, 3, { seconds: 0, nanoseconds: 0 }]);
});

test("UDFS is the severity of an undefined record", (t) => {
  const engine = running(t, { A: ["ai", { UDFS: "MINOR" }] });
  assert.equal(engine.open("A")?.read().severity, 1);
});

test("ACKS keeps the highest severity until it is acknowledged", (t) => {
  const engine = running(t, { A: ["ao", { HIHI: "10", HHSV: "MAJOR", VAL: "0" }] });
  const channel = engine.open("A");
  put(engine, "A", 11);
  put(engine, "A", 1);
  assert.deepEqual(channel?.acknowledge(), { transient: true, severity: 2 });
  channel?.writeAcknowledge({ severity: 1 });
  assert.equal(channel?.acknowledge().severity, 2);
  channel?.writeAcknowledge({ severity: 2 });
  assert.equal(channel?.acknowledge().severity, 0);
});

test("with ACKT off, ACKS falls with the severity", (t) => {
  const engine = running(t, { A: ["ao", { HIHI: "10", HHSV: "MAJOR", VAL: "0" }] });
  const channel = engine.open("A");
  channel?.writeAcknowledge({ transient: false });
  put(engine, "A", 11);
  put(engine, "A", 1);
  assert.deepEqual(channel?.acknowledge(), { transient: false, severity: 0 });
});

test("processing an active record too often is a SCAN alarm", (t) => {
  const engine = loaded({ A: ["ao", { DTYP: "stuck", OUT: "@x", VAL: "1" }] });
  engine.addDeviceSupport({
    dtyp: "stuck",
    recordTypes: ["ao"],
    attach: () => ({ write: () => new Promise<void>(() => {}) }),
  });
  engine.iocInit();
  t.after(() => engine.stop());
  put(engine, "A", 1);
  for (let attempt = 0; attempt < 10; attempt++) engine.instance("A")?.process();
  assert.notEqual(engine.getString("A.STAT"), "SCAN");
  engine.instance("A")?.process();
  assert.deepEqual(
    [engine.getString("A.STAT"), engine.getString("A.SEVR"), engine.get("A.AMSG")],
    ["SCAN", "INVALID", "Async in progress"],
  );
});

test("a device that fails to write is a WRITE alarm with its message", async (t) => {
  const engine = loaded({ A: ["ao", { DTYP: "bad", OUT: "@x" }] });
  engine.addDeviceSupport({
    dtyp: "bad",
    recordTypes: ["ao"],
    attach: () => ({ write: () => Promise.reject(new Error("no power")) }),
  });
  engine.iocInit();
  t.after(() => engine.stop());
  await engine.putNotify("A", 1);
  assert.deepEqual(
    [engine.getString("A.STAT"), engine.getString("A.SEVR"), engine.get("A.AMSG")],
    ["WRITE", "INVALID", "no power"],
  );
});

test("a record whose device support is missing is in alarm, the rest runs", (t) => {
  const engine = running(t, { A: ["ao", { DTYP: "nothing", OUT: "@x" }], B: ["ao"] });
  assert.equal(engine.getString("A.DTYP"), "nothing");
  assert.equal(engine.getString("A.SEVR"), "INVALID");
  put(engine, "B", 1);
  assert.equal(engine.getString("B.SEVR"), "NO_ALARM");
});
