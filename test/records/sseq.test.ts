import assert from "node:assert/strict";
import { test } from "node:test";
import { becomes, put, running } from "./support.js";

test("a sequence writes its steps in order, numbers and texts", async (t) => {
  const engine = running(t, {
    S: ["sseq", { DOL1: "5", LNK1: "A PP", DOL2: "Name", LNK2: "T PP", DOL3: "A", LNK3: "B PP" }],
    A: ["ao"],
    B: ["ao"],
    T: ["stringout"],
    Name: ["stringin", { VAL: "file" }],
  });
  assert.equal((await engine.putNotify("S.PROC", 1)).ok, true);
  assert.deepEqual(
    [engine.get("A"), engine.get("B"), engine.get("T"), engine.get("S.BUSY")],
    [5, 5, "file", 0],
  );
});

test("a step that waits holds up the next one until its put-callback is complete", async (t) => {
  const engine = running(t, {
    S: ["sseq", { DO1: "1", LNK1: "Busy CA", WAIT1: "Wait", DO2: "7", LNK2: "A PP" }],
    Busy: ["busy"],
    A: ["ao"],
  });
  const completion = engine.putNotify("S.PROC", 1);
  await becomes(engine, "S.WTG1", 1);
  assert.equal(engine.get("A"), 0);
  put(engine, "Busy", 0);
  await completion;
  assert.equal(engine.get("A"), 7);
});

test("an aborted sequence leaves out the steps that are left", async (t) => {
  const engine = running(t, {
    S: ["sseq", { DO1: "1", LNK1: "A PP", DLY2: "0.1", DO2: "2", LNK2: "A PP" }],
    A: ["ao"],
  });
  const completion = engine.putNotify("S.PROC", 1);
  await becomes(engine, "A", 1);
  put(engine, "S.ABORT", 1);
  await completion;
  assert.deepEqual([engine.get("A"), engine.get("S.BUSY"), engine.get("S.ABORTING")], [1, 0, 0]);
});

test("SELN chooses one step, the first is 1", async (t) => {
  const engine = running(t, {
    S: ["sseq", { SELM: "Specified", SELN: "2", DO1: "1", LNK1: "A PP", DO2: "2", LNK2: "B PP" }],
    A: ["ao"],
    B: ["ao"],
  });
  await engine.putNotify("S.PROC", 1);
  assert.deepEqual([engine.get("A"), engine.get("B")], [0, 2]);
});
