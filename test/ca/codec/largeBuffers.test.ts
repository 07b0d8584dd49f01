import assert from "node:assert/strict";
import { it } from "node:test";
import { ByteWriter } from "../../../src/ca/codec/byteWriter.js";
import { giveLargeBuffer, takeLargeBuffer } from "../../../src/ca/codec/largeBuffers.js";

const MEGABYTE = 1 << 20;

it("a large buffer is used again, by one at a time", () => {
  const buffer = takeLargeBuffer(3 * MEGABYTE);
  giveLargeBuffer(buffer);
  assert.equal(takeLargeBuffer(2 * MEGABYTE), buffer);
  assert.notEqual(takeLargeBuffer(2 * MEGABYTE), buffer);
});

it("a buffer that is too small is left for others", () => {
  const buffer = takeLargeBuffer(2 * MEGABYTE);
  giveLargeBuffer(buffer);
  assert.ok(takeLargeBuffer(64 * MEGABYTE).length >= 64 * MEGABYTE);
  assert.equal(takeLargeBuffer(2 * MEGABYTE), buffer);
});

it("a writer takes what another one no longer needs", () => {
  const [first, second] = [new ByteWriter(), new ByteWriter()];
  first.zeros(5 * MEGABYTE);
  const { bytes } = first;
  first.clear();
  second.zeros(5 * MEGABYTE);
  assert.equal(second.bytes, bytes);
  assert.notEqual(first.bytes, bytes);
});
