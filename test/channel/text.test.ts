import assert from "node:assert/strict";
import { test } from "node:test";
import { charsToText, toText } from "../../src/channel/text.js";

test("a char array's text ends at its first NUL", () => {
  assert.equal(charsToText(Uint8Array.from([104, 105, 0, 120])), "hi");
  assert.equal(charsToText(Uint8Array.from([104, 105])), "hi");
});

test("text of more than ASCII is UTF-8, signed chars or not", () => {
  const bytes = new TextEncoder().encode("µm");
  assert.equal(toText(new Int8Array(bytes.buffer)), "µm");
});

test("scalars and other arrays show their value, or their first", () => {
  assert.equal(toText(1.5), "1.5");
  assert.equal(toText(["first", "second"]), "first");
  assert.equal(toText(new Float64Array(0)), "");
});
