import assert from "node:assert/strict";
import { test } from "node:test";
import { becomes, loaded } from "./support.js";

test("a sub record waits for a function that promises its status", async (context) => {
  const engine = loaded({
    SUM: ["sub", { SNAM: "later", INPA: "3", FLNK: "AFTER" }],
    AFTER: ["calc", { CALC: "VAL+1" }],
  });
  engine.registerFunction("later", async (record) => {
    await new Promise((resolve) => setImmediate(resolve));
    record.setField("VAL", Number(record.getField("A")) * 2);
    return 0;
  });
  engine.iocInit();
  context.after(() => engine.stop());
  engine.put("SUM.PROC", 1);
  assert.equal(engine.get("SUM.PACT"), 1);
  await becomes(engine, "AFTER", 1);
  assert.equal(engine.get("SUM"), 6);
});

test("a function that throws raises the alarm of a bad status", (context) => {
  const engine = loaded({ SUM: ["sub", { SNAM: "broken", BRSV: "MAJOR", VAL: "1" }] });
  engine.registerFunction("broken", () => {
    throw new Error("no beam");
  });
  engine.iocInit();
  context.after(() => engine.stop());
  engine.put("SUM.PROC", 1);
  assert.equal(engine.getString("SUM.SEVR"), "MAJOR");
  assert.equal(engine.getString("SUM.STAT"), "SOFT");
});
