import assert from "node:assert/strict";
import { test } from "node:test";
import { put, running } from "./support.js";

test("a put is kept within the drive limits", (t) => {
  const engine = running(t, { L: ["longout", { DRVH: "10", DRVL: "0" }] });
  put(engine, "L", 12);
  assert.equal(engine.get("L"), 10);
});

test("the output is written through OUT", (t) => {
  const engine = running(t, { L: ["longout", { OUT: "M" }], M: ["longout"] });
  put(engine, "L", 5);
  assert.equal(engine.get("M"), 5);
});
