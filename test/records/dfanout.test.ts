import assert from "node:assert/strict";
import { test } from "node:test";
import { put, running } from "./support.js";

const fan = (fields: Record<string, string>) =>
  ({
    fan: ["dfanout", { OUTA: "a PP", OUTB: "b PP", OUTC: "c PP", ...fields }],
    a: ["ao"],
    b: ["ao"],
    c: ["ao"],
  }) as const;

for (const [what, fields, expected] of [
  ["all outputs", {}, [4, 4, 4]],
  ["the one that SELN specifies", { SELM: "Specified", SELN: "2" }, [0, 4, 0]],
  ["none for SELN 0", { SELM: "Specified", SELN: "0" }, [0, 0, 0]],
  ["those of the mask in SELN", { SELM: "Mask", SELN: "5" }, [4, 0, 4]],
] as const) {
  test(`a dfanout writes to ${what}`, (t) => {
    const engine = running(t, fan(fields));
    put(engine, "fan", 4);
    assert.deepEqual(
      ["a", "b", "c"].map((name) => engine.get(name)),
      expected,
    );
  });
}

test("a SELN beyond the outputs is a SOFT alarm", (t) => {
  const engine = running(t, fan({ SELM: "Specified", SELN: "17" }));
  put(engine, "fan", 4);
  assert.equal(engine.getString("fan.STAT"), "SOFT");
});

test("a dfanout takes its value through DOL in closed loop", (t) => {
  const engine = running(t, { ...fan({ OMSL: "closed_loop", DOL: "wanted" }), wanted: ["ao", { VAL: "7" }] });
  put(engine, "fan.PROC", 1);
  assert.equal(engine.get("c"), 7);
});
