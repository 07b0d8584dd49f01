import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { traceOutput } from "../../src/records/processTrace.js";
import { becomes, put, running } from "./support.js";

/** Lines of the trace that `action` writes, as EPICS Base 7.0.10 writes them. */
async function traceOf(context: TestContext, action: () => void | Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const { mock } = context.mock.method(traceOutput, "write", (line: string) => void lines.push(line));
  await action();
  mock.restore();
  return lines;
}

test("TPRO traces a record and what it makes process, disabled ones too", async (t) => {
  const engine = running(t, {
    a: ["ao", { TPRO: "1", FLNK: "b" }],
    b: ["calc", { FLNK: "d" }],
    d: ["bo", { DISA: "1", FLNK: "other" }],
    other: ["bo"],
  });
  const lines = await traceOf(t, () => put(engine, "a", 5));
  assert.deepEqual(lines, [
    "_main_: dbProcess of 'a'",
    "_main_: dbProcess of 'b'",
    "_main_: dbProcess of Disabled 'd'",
  ]);
});

test("TPRO within a chain traces the record with all behind it, and nothing that comes afterwards", async (t) => {
  const engine = running(t, {
    fan: ["fanout", { LNK1: "a", LNK2: "after" }],
    a: ["calc", { FLNK: "b" }],
    b: ["calc", { TPRO: "1", FLNK: "c" }],
    c: ["calc", { TPRO: "1", FLNK: "a" }],
    after: ["calc"],
  });
  const lines = await traceOf(t, () => put(engine, "fan.PROC", 1));
  assert.deepEqual(lines, [
    "_main_: dbProcess of 'b'",
    "_main_: dbProcess of 'c'",
    "_main_: dbProcess of Active 'a' with RPRO=0",
  ]);
});

test("the trace names the client, and the threads of scans, events and reprocessing", async (t) => {
  const engine = running(t, {
    scanned: ["calc", { TPRO: "1", SCAN: ".1 second", CALC: "1" }],
    onEvent: ["calc", { TPRO: "1", SCAN: "Event", EVNT: "x", PRIO: "HIGH", CALC: "1" }],
    delayed: ["calcout", { TPRO: "1", CALC: "A", ODLY: "0.01" }],
  });
  const scan = await traceOf(t, () => becomes(engine, "scanned", 1));
  put(engine, "scanned.SCAN", "Passive");
  assert.equal(scan[0], "scan-0.1: dbProcess of 'scanned'");
  const event = await traceOf(t, () => {
    engine.postEvent("x");
    return becomes(engine, "onEvent", 1);
  });
  assert.deepEqual(event, ["cbHigh: dbProcess of 'onEvent'"]);
  const client = engine.open("delayed.A", { user: "ana", host: "beamline", protocol: "ca" });
  const again = await traceOf(t, () => {
    client?.write({ type: "DOUBLE", value: 1 });
    client?.write({ type: "DOUBLE", value: 2 });
    return becomes(engine, "delayed", 2);
  });
  assert.deepEqual(again, ["ca:ana@beamline: dbProcess of 'delayed'", "scanOnce: dbProcess of 'delayed'"]);
});
