import assert from "node:assert/strict";
import { test } from "node:test";
import { copyBytes } from "../../src/libcom/copyBytes.js";

test("bytes are copied between shared and other memory, from and to any place, and nothing beside them", () => {
  const shared = new Uint16Array(new SharedArrayBuffer(10), 2, 4);
  copyBytes(shared, Uint16Array.of(0, 1, 2, 65_535).subarray(1));
  assert.deepEqual([...new Uint16Array(shared.buffer)], [0, 1, 2, 65_535, 0]);
  const back = new Float32Array(3);
  copyBytes(back.subarray(1), new Uint8Array(shared.buffer, 4, 4));
  assert.deepEqual(new Uint32Array(back.buffer)[1], 0xffff_0002);
});

test("copying nothing changes nothing", () => {
  const bytes = Uint8Array.of(1, 2);
  copyBytes(bytes, new Uint8Array());
  assert.deepEqual([...bytes], [1, 2]);
});
