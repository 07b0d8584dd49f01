import assert from "node:assert/strict";
import { test } from "node:test";
import { loaded, put, running } from "./support.js";

/** Whether a promise has settled by the next turns of the event loop. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test("a put-callback of a synchronous record is complete at once", async (t) => {
  const engine = running(t, { A: ["ao"] });
  assert.equal((await engine.putNotify("A", 3)).ok, true);
  assert.equal(engine.get("A"), 3);
});

test("busy holds a put-callback of 1 until something puts 0", async (t) => {
  const engine = running(t, { B: ["busy"] });
  const completion = engine.putNotify("B", 1);
  assert.equal(await settled(completion), false);
  assert.equal(engine.getString("B"), "Busy");
  put(engine, "B", "Done");
  assert.equal((await completion).ok, true);
});

test("39: busy reads Done and Busy, and its forward link runs when both VAL and OVAL are 0", async (t) => {
  // synApps's record, which EPICS Base does not have.
  const engine = running(t, { B: ["busy", { FLNK: "C" }], C: ["calc", { CALC: "VAL+1" }] });
  assert.equal(engine.getString("B"), "Done");
  put(engine, "B", 1);
  assert.deepEqual([engine.getString("B"), engine.get("C")], ["Busy", 0]);
  put(engine, "B", 0);
  assert.deepEqual([engine.getString("B"), engine.get("C")], ["Done", 1]);
});

test("a put-callback waits for records reached through forward links and PP links", async (t) => {
  const engine = running(t, {
    A: ["ao", { FLNK: "F" }],
    F: ["calc", { CALC: "1", FLNK: "O" }],
    O: ["longout", { VAL: "1", OUT: "B PP" }],
    B: ["busy"],
  });
  const completion = engine.putNotify("A", 3);
  assert.equal(await settled(completion), false);
  put(engine, "B", 0);
  assert.equal((await completion).ok, true);
});

test("a put-callback waits for an output delay", async (t) => {
  const engine = running(t, { C: ["calcout", { CALC: "A", ODLY: "0.05", OUT: "T PP" }], T: ["ao"] });
  const completion = engine.putNotify("C.A", 4);
  assert.equal(engine.get("T"), 0);
  await completion;
  assert.equal(engine.get("T"), 4);
  assert.equal(engine.get("C.PACT"), 0);
});

test("a put-callback waits for device support that answers later", async (t) => {
  let finish = (): void => {};
  const engine = loaded({ A: ["ao", { DTYP: "slow", OUT: "@x" }] });
  engine.addDeviceSupport({
    dtyp: "slow",
    recordTypes: ["ao"],
    attach: () => ({
      write: () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    }),
  });
  engine.iocInit();
  t.after(() => engine.stop());
  const completion = engine.putNotify("A", 1);
  assert.equal(engine.get("A.PACT"), 1);
  assert.equal(await settled(completion), false);
  finish();
  assert.equal((await completion).ok, true);
  assert.equal(engine.get("A.PACT"), 0);
});

test("a second put-callback to the same record waits for the first", async (t) => {
  const engine = running(t, { B: ["busy"] });
  const first = engine.putNotify("B", 1);
  const second = engine.putNotify("B", 1);
  put(engine, "B", 0);
  await first;
  assert.equal(await settled(second), false);
  assert.equal(engine.get("B"), 1);
  put(engine, "B", 0);
  assert.equal((await second).ok, true);
});

test("closing a channel frees the records that its put-callback holds", async (t) => {
  const engine = running(t, { B: ["busy"] });
  const channel = engine.open("B");
  void channel?.writeNotify({ type: "LONG", value: 1 });
  channel?.close();
  put(engine, "B", 0);
  const next = engine.putNotify("B", 1);
  assert.equal(await settled(next), false);
  put(engine, "B", 0);
  assert.equal((await next).ok, true);
});

test("a put-callback to a disabled record is complete", async (t) => {
  const engine = running(t, { A: ["ao", { DISA: "1" }] });
  assert.equal((await engine.putNotify("A", 1)).ok, true);
});

test("a put-callback with a value that cannot be converted fails", async (t) => {
  const engine = running(t, { A: ["ao"] });
  const result = await engine.putNotify("A", "text");
  assert.equal(result.ok, false);
});

test("a put to an active record stores the value and processes once more afterwards", async (t) => {
  const writes: unknown[] = [];
  let finish = (): void => {};
  const engine = loaded({ A: ["ao", { DTYP: "slow", OUT: "@x" }] });
  engine.addDeviceSupport({
    dtyp: "slow",
    recordTypes: ["ao"],
    attach: (record) => ({
      write: () => {
        writes.push(record.getField("OVAL"));
        return new Promise<void>((resolve) => {
          finish = resolve;
        });
      },
    }),
  });
  engine.iocInit();
  t.after(() => engine.stop());
  put(engine, "A", 1);
  put(engine, "A", 2);
  put(engine, "A", 3);
  assert.equal(engine.get("A.RPRO"), 1);
  finish();
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  finish();
  assert.deepEqual(writes, [1, 3]);
});
