import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { loaded, put, running, type TestRecords } from "./support.js";

/** Records c0, c1, ... that count how often they process, each with the next behind its forward link. */
const chain = (length: number, behind = "", prefix = "c"): TestRecords =>
  Object.fromEntries(
    Array.from({ length }, (_, n) => {
      const next = n + 1 < length ? `${prefix}${n + 1}` : behind;
      return [`${prefix}${n}`, ["calc", { CALC: "VAL+1", FLNK: next }]];
    }),
  );

for (const length of [10_000, 100_000])
  test(`a chain of ${length} records has finished when the put returns that started it`, (t) => {
    const engine = running(t, chain(length));
    put(engine, "c0.PROC", 1);
    const seen = [0, length / 2, length - 1].flatMap((n) =>
      ["VAL", "PACT", "PUTF", "LCNT"].map((field) => engine.get(`c${n}.${field}`)),
    );
    assert.deepEqual(seen, [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
  });

test("every record of a long chain is active until the last one has finished", (t) => {
  const engine = loaded({ ...chain(1000, "end"), end: ["sub", { SNAM: "look" }] });
  let active = 0;
  engine.registerFunction("look", () => {
    for (let n = 0; n < 1000; n++) active += Number(engine.get(`c${n}.PACT`));
    return 0;
  });
  engine.iocInit();
  t.after(() => engine.stop());
  put(engine, "c0.PROC", 1);
  assert.equal(active, 1000);
});

test("a loop of 1000 records ends after one round, wherever it starts", (t) => {
  const engine = running(t, chain(1000, "c0"));
  put(engine, "c0.PROC", 1);
  put(engine, "c400.PROC", 1);
  const counts = [0, 399, 400, 999].map((n) => engine.get(`c${n}`));
  assert.deepEqual(counts, [2, 2, 2, 2]);
  assert.equal(engine.get("c0.RPRO"), 0);
});

test("a put-callback waits for a record in the middle of a long chain that finishes later, and for all behind it", async (t) => {
  const engine = loaded({
    ...chain(1000, "slow"),
    slow: ["ao", { DTYP: "slow", OUT: "@x", FLNK: "d0" }],
    ...chain(1000, "", "d"),
  });
  let finish = (): void => {};
  const written = new Promise<void>((resolve) => {
    finish = resolve;
  });
  engine.addDeviceSupport({ dtyp: "slow", recordTypes: ["ao"], attach: () => ({ write: () => written }) });
  engine.iocInit();
  t.after(() => engine.stop());
  let completed = false;
  const completion = engine.putNotify("c0.PROC", 1).then(() => {
    completed = true;
  });
  await turn();
  const before = [
    completed,
    engine.get("c999"),
    engine.get("c0.PACT"),
    engine.get("slow.PACT"),
    engine.get("d0"),
  ];
  assert.deepEqual(before, [false, 1, 0, 1, 0]);
  finish();
  await completion;
  assert.deepEqual([engine.get("d999"), engine.get("slow.PACT"), engine.get("slow.PUTF")], [1, 0, 0]);
});

test("a record type that fails within a long chain leaves no record active and the chain goes on", (t) => {
  const engine = loaded({
    ...chain(1000, "broken"),
    broken: ["ao", { DTYP: "broken", OUT: "@x", FLNK: "end" }],
    end: ["calc", { CALC: "VAL+1" }],
  });
  const attach = () => ({
    write: () => {
      throw new Error("broken");
    },
  });
  engine.addDeviceSupport({ dtyp: "broken", recordTypes: ["ao"], attach });
  engine.iocInit();
  t.after(() => engine.stop());
  put(engine, "c0.PROC", 1);
  const seen = ["end", "c0.PACT", "c999.PACT", "broken.PACT"].map((name) => engine.get(name));
  assert.deepEqual(seen, [1, 0, 0, 0]);
});

test("a breakpoint stops a long chain, which then goes on to its end", async (t) => {
  const engine = running(t, chain(2000));
  const stops: string[] = [];
  engine.breakpoints.onStop = ({ name }) => void stops.push(name);
  const members = [...engine.instances()];
  const stopped = engine.instance("c1000");
  assert.ok(stopped);
  engine.breakpoints.add(stopped, 1, members);
  put(engine, "c0.PROC", 1);
  await turn();
  await turn();
  assert.deepEqual([stops, engine.get("c999"), engine.get("c1000")], [["c1000"], 1, 0]);
  const set = engine.breakpoints.setOf(stopped);
  assert.ok(set);
  engine.breakpoints.proceed(set, false);
  await turn();
  await turn();
  assert.deepEqual([engine.get("c1000"), engine.get("c1999")], [1, 1]);
});

test("a long chain of outputs with PP finishes, and a put-callback waits for its end", async (t) => {
  const outputs = Array.from({ length: 1000 }, (_, n): [string, TestRecords[string]] => [
    `o${n}`,
    ["calcout", { CALC: "A+1", OUT: `o${n + 1}.A PP` }],
  ]);
  const engine = running(t, { ...Object.fromEntries(outputs), o1000: ["calc", { CALC: "A" }] });
  await engine.putNotify("o0.PROC", 1);
  assert.equal(engine.get("o1000"), 1000);
});
