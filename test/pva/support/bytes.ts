import assert from "node:assert/strict";
import { ByteReader } from "../../../src/pva/data/byteReader.js";
import { ByteWriter } from "../../../src/pva/data/byteWriter.js";

/** Hexadecimal digits in any grouping; text in quotes stands for its characters. */
export const bytes = (text: string): Buffer =>
  Buffer.concat(
    (text.match(/"[^"]*"|[0-9a-fA-F]{2}/g) ?? []).map((part) =>
      part.startsWith('"') ? Buffer.from(part.slice(1, -1)) : Buffer.from(part, "hex"),
    ),
  );

export type ByteOrder = "little" | "big";

/** `write` must produce exactly these bytes. */
export function assertWrites(order: ByteOrder, expected: string, write: (out: ByteWriter) => void): void {
  const out = new ByteWriter(order === "little", 1);
  write(out);
  assert.equal(out.bytes().toString("hex"), bytes(expected).toString("hex"));
}

/** `read` must give `expected` and leave nothing. */
export function assertReads<T>(
  order: ByteOrder,
  input: string,
  expected: T,
  read: (input: ByteReader) => T,
): void {
  const reader = new ByteReader(bytes(input), order === "little");
  assert.deepEqual(read(reader), expected);
  assert.equal(reader.remaining, 0);
}
