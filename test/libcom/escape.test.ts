import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeText, unescapeText } from "../../src/libcom/escape.js";

test("what cannot be shown is escaped with the letters that C has, else in hexadecimal", () => {
  assert.equal(
    escapeText("\x07\b\f\n\r\t\v\\'\"\0\x1b\x7f"),
    "\\a\\b\\f\\n\\r\\t\\v\\\\\\'\\\"\\0\\x1b\\x7f",
  );
  assert.equal(escapeText("µm"), "µm");
});

test("an unknown escape stands for its letter", () => {
  assert.equal(unescapeText("\\q\\x41"), "qA");
});

test("any text is itself again after both", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(unescapeText(escapeText(text)), text)),
  );
});
