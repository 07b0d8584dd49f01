import assert from "node:assert/strict";
import { test } from "node:test";
import { BitSet } from "../../../src/pva/data/bitSet.js";
import { MemoryPool } from "../../../src/pva/protocol/block.js";
import { Snapshot } from "../../../src/pva/server/snapshot.js";

const LARGE = 100_000;

const encode = (snapshot: Snapshot, fill: number, bytes = LARGE) =>
  snapshot.encoded("key", true, (out) => out.raw(new Uint8Array(bytes).fill(fill)));

const snapshotOn = (pool: MemoryPool) => new Snapshot({}, new BitSet(), undefined, pool);

test("a snapshot is encoded once for all who send it", () => {
  const snapshot = snapshotOn(new MemoryPool());
  assert.equal(encode(snapshot, 1), encode(snapshot, 2));
});

test("memory is used again when the last has sent it, not before", () => {
  const pool = new MemoryPool();
  const first = encode(snapshotOn(pool), 1);
  first.retain();
  first.retain();
  first.release();
  assert.equal(pool.take(), undefined);
  first.release();
  assert.equal(encode(snapshotOn(pool), 2).bytes.buffer, first.bytes.buffer);
});

test("who comes after the memory was given back gets it encoded anew", () => {
  const snapshot = snapshotOn(new MemoryPool());
  const block = encode(snapshot, 1);
  block.retain();
  block.release();
  assert.equal(encode(snapshot, 2).bytes[0], 2);
});

test("a small message gives large memory back at once", () => {
  const pool = new MemoryPool();
  pool.give(Buffer.alloc(LARGE));
  const small = encode(snapshotOn(pool), 3, 10);
  assert.deepEqual([small.bytes.buffer.byteLength < LARGE, pool.take()?.length], [true, LARGE]);
});
