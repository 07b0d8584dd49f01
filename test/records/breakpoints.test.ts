import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { running } from "./support.js";

/** A fanout that leads to two chains; everything is one lock set. */
function chain(t: TestContext) {
  const engine = running(t, {
    fan: ["fanout", { LNK1: "first", LNK2: "last" }],
    first: ["calc", { CALC: "VAL+1", FLNK: "second" }],
    second: ["calc", { CALC: "VAL+1" }],
    last: ["calc", { CALC: "VAL+1" }],
  });
  const stops: string[] = [];
  engine.breakpoints.onStop = ({ name }, entryPoint) => stops.push(`${name} in ${entryPoint.name}`);
  const members = [...engine.recordNames()].flatMap((name) => engine.instance(name) ?? []);
  const record = (name: string) => {
    const instance = engine.instance(name);
    assert.ok(instance);
    return instance;
  };
  const counts = () => ["first", "second", "last"].map((name) => engine.get(name));
  const proceed = async (step: boolean) => {
    const set = engine.breakpoints.setOf(record("fan"));
    assert.ok(set);
    engine.breakpoints.proceed(set, step);
    await turn();
    await turn();
  };
  return { engine, stops, members, record, counts, proceed };
}

test("a record with a breakpoint stops, and what comes after it waits", async (t) => {
  const { engine, stops, members, record, counts, proceed } = chain(t);
  engine.breakpoints.add(record("second"), 1, members);
  engine.put("fan.PROC", 1);
  await turn();
  await turn();
  assert.deepEqual(stops, ["second in fan"]);
  assert.deepEqual(counts(), [1, 0, 0]);
  await proceed(true);
  assert.deepEqual(stops, ["second in fan", "last in fan"]);
  assert.deepEqual(counts(), [1, 1, 0]);
  await proceed(false);
  assert.deepEqual(counts(), [1, 1, 1]);
});

test("without breakpoints records process as before", async (t) => {
  const { engine, members, record, counts, proceed } = chain(t);
  engine.breakpoints.add(record("first"), 1, members);
  engine.put("fan.PROC", 1);
  await turn();
  await turn();
  engine.breakpoints.remove(record("first"));
  assert.deepEqual(counts(), [0, 0, 0]);
  await proceed(false);
  assert.deepEqual(counts(), [1, 1, 1]);
  engine.put("fan.PROC", 1);
  assert.deepEqual(counts(), [2, 2, 2]);
  assert.deepEqual(engine.breakpoints.sets(), []);
});
