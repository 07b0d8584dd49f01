import assert from "node:assert/strict";
import { test } from "node:test";
import { PvValueError } from "../../../src/pva/data/coerce.js";
import { pvInt, pvString, scalarArray, structure } from "../../../src/pva/data/types.js";
import { SharedPV, SharedPvProvider } from "../../../src/pva/server/sharedPv.js";

const FIELD = structure("", {
  value: scalarArray("float"),
  size: structure("", { x: pvInt, y: pvInt }),
  name: pvString,
});

test("a new PV holds the defaults under what it was given", () => {
  const pv = new SharedPV(FIELD, { size: { x: 3 } });
  assert.deepEqual(pv.value, { value: new Float32Array(), size: { x: 3, y: 0 }, name: "" });
});

test("one post is one event with the bits of the fields posted", () => {
  const pv = new SharedPV(FIELD);
  const changes: string[] = [];
  pv.subscribe((snapshot) => changes.push(snapshot.changed.toString()));
  pv.post({ value: Float32Array.of(1, 2), size: { y: 7 } });
  assert.deepEqual(changes, ["{1,4}"]);
  assert.deepEqual(pv.value, { value: Float32Array.of(1, 2), size: { x: 0, y: 7 }, name: "" });
});

test("an array of the right class is not copied", () => {
  const pv = new SharedPV(FIELD);
  const data = Float32Array.of(1);
  pv.post({ value: data });
  assert.equal(pv.value["value"], data);
});

test("a post of an unknown field throws and changes nothing", () => {
  const pv = new SharedPV(FIELD);
  const before = pv.value;
  assert.throws(() => pv.post({ size: { z: 1 } }), new PvValueError("size.z", "no such field"));
  assert.equal(pv.value, before);
});

test("borrowed memory is held until the next borrowed value", () => {
  const pv = new SharedPV(FIELD);
  const log: string[] = [];
  const borrow = (name: string) => ({
    retain: () => log.push(`retain ${name}`),
    release: () => void log.push(`release ${name}`),
  });
  pv.post({ value: Float32Array.of(1) }, borrow("a"));
  pv.post({ name: "x" });
  pv.post({ value: Float32Array.of(2) }, borrow("b"));
  assert.deepEqual(log, ["retain a", "retain b", "release a"]);
});

test("a value given as a function is made once somebody looks, the last of several, on memory held until then", () => {
  const pv = new SharedPV(FIELD);
  const log: string[] = [];
  const borrow = (name: string) => ({
    retain: () => log.push(`retain ${name}`),
    release: () => void log.push(`release ${name}`),
  });
  const make = (name: string) => () => {
    log.push(`make ${name}`);
    return { name };
  };
  pv.post(make("a"), borrow("a"));
  pv.post(make("b"), borrow("b"));
  assert.equal(pv.value["name"], "b");
  assert.equal(pv.snapshot.value["name"], "b");
  pv.post(make("c"));
  pv.post({ value: Float32Array.of(1) });
  assert.deepEqual([pv.value["name"], pv.value["value"]], ["c", Float32Array.of(1)]);
  assert.deepEqual(log, ["retain a", "retain b", "release a", "make b", "make c"]);
});

test("a value given as a function is made at once for those who listen", () => {
  const pv = new SharedPV(FIELD);
  const names: unknown[] = [];
  pv.subscribe(({ value }) => names.push(value["name"]));
  pv.post(() => ({ name: "a" }));
  assert.deepEqual(names, ["a"]);
});

test("a provider refuses a second PV of one name", () => {
  const provider = new SharedPvProvider();
  provider.add("a", new SharedPV(FIELD));
  assert.throws(() => provider.add("a", new SharedPV(FIELD)), /a structure of this name/);
});
