import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EventMask } from "../../../src/channel/eventMask.js";
import { firstSample } from "../../../src/channel/provider.js";
import { parseChannelName } from "../../../src/records/channelName.js";
import { events, put, running, values } from "../support.js";

test("filters before the event queue act before those behind it, whatever their order in the name", (t) => {
  const engine = running(t, { x: ["longin", { MDEL: "-1" }] });
  const seen = events(engine, 'x{ts:{num:"nsec"},dbnd:{abs:2}}');
  assert.deepEqual(values(seen), []);
  const channel = engine.open('x.{ts:{num:"nsec"},dbnd:{abs:2}}');
  const heard: number[] = [];
  channel?.subscribe(EventMask.VALUE, ({ sample }) => heard.push(Number(sample.value)));
  for (const value of [1, 2, 8]) put(engine, "x", value);
  assert.equal(heard.length, 2);
});

test("a monitor behind a filter that holds back begins with nothing", (t) => {
  const engine = running(t, { x: ["longin"] });
  engine.states.create("beam");
  const channel = engine.open("x.{sync:{while:'beam'}}");
  assert.ok(channel);
  assert.equal(firstSample(channel, EventMask.VALUE), undefined);
  assert.equal(channel.read().value, 0);
});

test("a time stamp filter leaves everything but the value alone", (t) => {
  const engine = running(t, { x: ["ai", { VAL: "5", HIGH: "4", HSV: "MINOR" }] });
  put(engine, "x.PROC", 1);
  const plain = engine.open("x")?.read();
  const filtered = engine.open("x.{ts:{num:'sec'}}")?.read();
  assert.deepEqual({ ...filtered, value: 5 }, { ...plain, value: 5 });
  assert.equal(filtered?.value, plain?.time.seconds);
});

test("writes go past the filters", (t) => {
  const engine = running(t, { wave: ["waveform", { FTVL: "LONG", NELM: "5" }] });
  const written = engine.open("wave.[2:3]")?.write({ type: "LONG", value: Int32Array.of(7, 8) });
  assert.ok(written?.ok);
  assert.deepEqual(engine.get("wave"), Int32Array.of(7, 8));
});

test("a link reads through the filters of its target", (t) => {
  const engine = running(t, {
    wave: ["waveform", { FTVL: "LONG", NELM: "5", INP: "[1,2,3,4,5]" }],
    part: ["waveform", { FTVL: "DOUBLE", NELM: "5", INP: "wave.[1:2:4]" }],
    third: ["ai", { INP: "wave.VAL[2]" }],
    none: ["ai", { INP: "wave.VAL{nosuch:{}}" }],
  });
  for (const name of ["part", "third"]) put(engine, `${name}.PROC`, 1);
  assert.equal(engine.put("none.PROC", 1).ok, false);
  assert.deepEqual(engine.get("part"), Float64Array.of(2, 4));
  assert.equal(engine.get("third"), 3);
  assert.equal(engine.getString("none.STAT"), "LINK");
});

test("no channel name makes the parser throw, and time grows with the name", () => {
  const piece = fc.constantFrom(
    "x",
    ".",
    "VAL",
    "$",
    "[",
    "]",
    ":",
    "1",
    "-2",
    "0x3",
    "{",
    "}",
    "arr",
    '"',
    "'",
    ",",
    " ",
    "s",
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      (pieces) => parseChannelName(pieces.join("")) !== undefined,
    ),
  );
  const started = performance.now();
  for (const text of ["x.VAL[", "x.VAL[:", "x.VAL{", "x.", "x.VAL[1]{"])
    parseChannelName(text + ":".repeat(300_000) + "1".repeat(300_000));
  assert.ok(performance.now() - started < 2000);
});
