import assert from "node:assert/strict";
import { ByteWriter } from "../../../src/ca/codec/byteWriter.js";

/** The bytes of hexadecimal text; blanks and line ends are for the reader. */
export const bytes = (hexadecimal: string): Buffer => Buffer.from(hexadecimal.replace(/\s+/g, ""), "hex");

const grouped = (data: Uint8Array): string =>
  Buffer.from(data)
    .toString("hex")
    .replace(/(.{32})/g, "$1\n")
    .replace(/([0-9a-f]{4})(?=[0-9a-f])/g, "$1 ");

/** Fails with both sides in rows of 16 bytes. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array | string): void {
  const wanted = typeof expected === "string" ? bytes(expected) : expected;
  assert.equal(grouped(actual), grouped(wanted));
}

/** What `write` puts into a fresh writer. */
export function written(write: (out: ByteWriter) => void): Buffer {
  const out = new ByteWriter();
  write(out);
  return Buffer.from(out.written);
}
