import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitLine } from "../../src/iocsh/tokenizer.js";

const words = (line: string): readonly string[] | string => {
  const split = splitLine(line);
  return split.ok ? split.value.words : split.error;
};

const lines: readonly (readonly [line: string, words: readonly string[] | string])[] = [
  ["epicsEnvSet P 2bmb:", ["epicsEnvSet", "P", "2bmb:"]],
  ['epicsEnvSet("P", "2bmb:")', ["epicsEnvSet", "P", "2bmb:"]],
  ['asynOctetSetInputEos(PSO_PORT, 0, "\\n")', ["asynOctetSetInputEos", "PSO_PORT", "0", "\\n"]],
  ["asynSetTraceMask(PSO_PORT,0,DRIVER|ERROR)", ["asynSetTraceMask", "PSO_PORT", "0", "DRIVER|ERROR"]],
  ["a,b\tc\r", ["a", "b", "c"]],
  ["a;b {c}", ["a;b", "{c}"]],
  ["it''s", ["its"]],
  ['a"b c"d', ["ab cd"]],
  ['echo ""', ["echo", ""]],
  ["a\\ b", ["a b"]],
  ['"a\\\\b"', ["a\\\\b"]],
  ["'say \"hi\"'", ['say "hi"']],
  ["a #b", ["a", "#b"]],
  ['"e\\"f"', "Unbalanced quote."],
  ["echo \\", "Trailing backslash."],
  ["echo >", "Invalid redirection."],
  ["< >", "Invalid redirection."],
  ["", []],
  [" (),", []],
];

for (const [line, expected] of lines) {
  test(`${JSON.stringify(line)} splits as in EPICS Base`, () => assert.deepEqual(words(line), expected));
}

test("redirects are taken out of the words, by descriptor and mode", () => {
  const split = splitLine("dbl>names 2>>'my errors' <in");
  assert.ok(split.ok);
  assert.deepEqual(split.value.words, ["dbl"]);
  assert.deepEqual(
    [...split.value.redirects].sort(([a], [b]) => a - b),
    [
      [0, { path: "in", mode: "r" }],
      [1, { path: "names", mode: "w" }],
      [2, { path: "my errors", mode: "a" }],
    ],
  );
});

test("any text splits into words or gives one message", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab \t(),\r\"'\\<>12#") }), (line) => {
      const split = splitLine(line);
      if (split.ok) for (const word of split.value.words) assert.equal(typeof word, "string");
      else assert.match(split.error, /^[A-Z].*\.$/);
    }),
  );
});

test("a word in double quotes comes back whole when it has no double quote in it", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !text.includes('"')),
      (text) => {
        assert.deepEqual(words(`"${text}"`), [text]);
      },
    ),
  );
});
