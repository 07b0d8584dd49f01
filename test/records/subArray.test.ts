import assert from "node:assert/strict";
import { test } from "node:test";
import { put, running } from "./support.js";

const sourced = (fields: Record<string, string>) =>
  ({
    source: ["waveform", { FTVL: "LONG", NELM: "10" }],
    part: ["subArray", { INP: "source NPP", FTVL: "LONG", MALM: "10", ...fields }],
  }) as const;

test("a subArray takes NELM elements from INDX on", (t) => {
  const engine = running(t, sourced({ INDX: "1", NELM: "2" }));
  put(engine, "source", Int32Array.of(5, 6, 7, 8));
  put(engine, "part.PROC", 1);
  assert.deepEqual(engine.get("part"), Int32Array.of(6, 7));
  assert.equal(engine.get("part.NORD"), 2);
});

test("a subArray ends where its source does", (t) => {
  const engine = running(t, sourced({ INDX: "3", NELM: "5" }));
  put(engine, "source", Int32Array.of(5, 6, 7, 8));
  put(engine, "part.PROC", 1);
  assert.deepEqual(engine.get("part"), Int32Array.of(8));
});

test("INDX and NELM are brought within MALM", (t) => {
  const engine = running(t, sourced({ INDX: "99", NELM: "99" }));
  put(engine, "part.PROC", 1);
  assert.deepEqual([engine.get("part.INDX"), engine.get("part.NELM")], [9, 10]);
});

test("a scalar record reads the first element through a link", (t) => {
  const engine = running(t, {
    ...sourced({ INDX: "2", NELM: "1", FLNK: "size" }),
    size: ["longin", { INP: "part NPP" }],
  });
  put(engine, "source", Int32Array.of(5, 6, 7));
  put(engine, "part.PROC", 1);
  assert.equal(engine.get("size"), 7);
});
