import assert from "node:assert/strict";
import { test } from "node:test";
import { events, put, running } from "./support.js";

test("a disabled record does not process and shows DISABLE, once", (t) => {
  const engine = running(t, {
    D: ["bo", { VAL: "1" }],
    A: ["ao", { SDIS: "D", DISS: "MAJOR", FLNK: "F" }],
    F: ["calc", { CALC: "VAL+1" }],
  });
  const severities = events(engine, "A.SEVR");
  put(engine, "A", 1);
  put(engine, "A", 2);
  assert.deepEqual(
    [engine.getString("A.STAT"), engine.getString("A.SEVR"), engine.get("F")],
    ["DISABLE", "MAJOR", 0],
  );
  assert.equal(severities.length, 1);
});

test("DISP refuses every put but the one to DISP", (t) => {
  const engine = running(t, { A: ["ao"] });
  put(engine, "A.DISP", 1);
  const refused = engine.put("A", 5);
  assert.deepEqual([refused.ok, !refused.ok && refused.error.reason], [false, "disabled"]);
  put(engine, "A.DISP", 0);
  put(engine, "A", 5);
  assert.equal(engine.get("A"), 5);
});

test("fields of the engine give no write access", (t) => {
  const engine = running(t, { A: ["ao"] });
  for (const field of ["NAME", "STAT", "SEVR", "LALM", "PACT"]) {
    assert.deepEqual(engine.open(`A.${field}`)?.access, { read: true, write: false });
    assert.equal(engine.put(`A.${field}`, 1).ok, false);
  }
});

test("a put that inhibits processing only stores", (t) => {
  const engine = running(t, { A: ["ao", { OUT: "B" }], B: ["ao"] });
  engine.open("A")?.write({ type: "DOUBLE", value: 3 }, "inhibit");
  assert.deepEqual([engine.get("A"), engine.get("B")], [3, 0]);
  engine.open("A.DESC")?.write({ type: "STRING", value: "x" }, "force");
  assert.equal(engine.get("B"), 3);
});
