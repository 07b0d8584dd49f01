import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseJson5 } from "../../src/libcom/json5.js";

const json = (text: string) => {
  const parsed = parseJson5(text);
  return parsed.ok ? parsed.value : parsed.error;
};

test("keys keep their order and may come twice", () => {
  const two = { kind: "integer", value: 2n } as const;
  assert.deepEqual(json("{b:2,'a':2,\"b\":2,}"), {
    kind: "map",
    entries: ["b", "a", "b"].map((key) => ({ key, value: two })),
  });
});

test("whole numbers are apart from others", () => {
  assert.deepEqual(json("[0x10, -7, +1, 2.0, .5, 1e3, -Infinity, NaN]"), {
    kind: "array",
    items: [
      { kind: "integer", value: 16n },
      { kind: "integer", value: -7n },
      { kind: "integer", value: 1n },
      { kind: "double", value: 2 },
      { kind: "double", value: 0.5 },
      { kind: "double", value: 1000 },
      { kind: "double", value: -Infinity },
      { kind: "double", value: Number.NaN },
    ],
  });
});

test("strings have the escapes of JSON5", () => {
  assert.deepEqual(json("'a\\n\\x41\\u00e9\\'\\\nb'"), { kind: "string", value: "a\nA\u00e9'b" });
});

test("comments are blanks", () => {
  assert.deepEqual(json("/* one */ true // two\n"), { kind: "boolean", value: true });
});

for (const text of [
  "",
  "{",
  "[1",
  "'a",
  "{a}",
  "{a:}",
  "[,]",
  "{,}",
  "01",
  "1e",
  "0x",
  "'\t'",
  "'\\1'",
  "1 2",
  "{a:1 b:2}",
  "9223372036854775808",
  "1e999",
])
  test(`${JSON.stringify(text)} is an error that says where`, () => {
    assert.match(String(json(text)), /at character \d+ of/);
  });

test("everything that JSON allows is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.ok(parseJson5(text).ok || /e\d|\d{17}/.test(text));
    }),
  );
});

test("no text makes it throw, and time grows with the text", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "\\",
    "/*",
    "*/",
    "//",
    "\n",
    "0x",
    "1",
    ".",
    "e",
    "-",
    "a",
    "true",
    " ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => parseJson5(pieces.join("")) !== undefined),
  );
  const started = performance.now();
  for (const text of [
    "[".repeat(200_000),
    " ".repeat(500_000),
    "9".repeat(500_000),
    "/*".repeat(200_000),
    `'${"\\n".repeat(200_000)}`,
  ])
    parseJson5(text);
  assert.ok(performance.now() - started < 2000);
});
