import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { AccessPolicy, expandAcf, parseAcf } from "../../../src/records/security/index.js";

// What the grammar takes is compared with EPICS Base in test/interop/security.

const tokens = fc.constantFrom(
  ...'UAG HAG ASG RULE CALC INPA INPU FOO ( ) { } , # \n " \\ 1 -1 1.5 READ WRITE TRAPWRITE DEFAULT é'.split(
    " ",
  ),
  '"A=1"',
);
const name = fc.constantFrom("a", "b", "DEFAULT", '"a b"', "x:y.VAL");
const list = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join(","));
const condition = fc.oneof(
  list.map((names) => `UAG(${names})`),
  list.map((names) => `HAG(${names})`),
  fc.constantFrom('CALC("A=1")', "CALC(A)", 'CALC("A&&")', "FOO(a)", "FOO(1,b) {c}"),
);
const rule = fc
  .tuple(
    fc.constantFrom("0", "1", "-1"),
    fc.constantFrom("NONE", "READ", "WRITE", "RUN"),
    fc.array(condition),
  )
  .map(([level, access, conditions]) => {
    const body = conditions.length > 0 ? ` {${conditions.join(" ")}}` : "";
    return `RULE(${level},${access},TRAPWRITE)${body}`;
  });
const item = fc.oneof(
  fc
    .tuple(fc.constantFrom("UAG", "HAG", "FOO"), name, list)
    .map(([kind, of, names]) => `${kind}(${of}) {${names}}`),
  fc
    .tuple(name, fc.array(rule, { minLength: 1 }))
    .map(([of, rules]) => `ASG(${of}) {INPA(a)\n${rules.join("\n")}}`),
);
const files = fc.array(item, { minLength: 1, maxLength: 6 }).map((items) => items.join("\n"));
/** Texts that are nothing, nearly something, something, and something with a part cut out. */
const texts = fc.oneof(
  fc.string(),
  fc.array(tokens, { maxLength: 40 }).map((all) => all.join(" ")),
  files,
  fc
    .tuple(files, fc.nat(), fc.nat(10))
    .map(([text, at, length]) => text.slice(0, at % text.length) + text.slice((at % text.length) + length)),
);

describe("parseAcf", () => {
  /** TOMOIOC_FUZZ_RUNS says how many texts are tried. */
  it("answers any text with rules or with lines that say what is wrong", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseAcf(text);
        if (parsed.ok) new AccessPolicy(parsed.value.configuration).groupFor("a").compute();
        else assert.ok(parsed.error.length > 0);
      }),
      { numRuns: Number(process.env["TOMOIOC_FUZZ_RUNS"] ?? 3000) },
    );
  });

  it("takes no longer for nested, unterminated and repeated text than for other text", () => {
    for (const text of ["FOO(x){", '"', '"\\', "@", "UAG(a) {", "(", "FOO(x)"]) {
      const started = performance.now();
      parseAcf(text.repeat(20_000));
      assert.ok(performance.now() - started < 2000, text);
    }
  });
});

describe("expandAcf", () => {
  it("refuses a macro that is not defined, with its line", () => {
    const expanded = expandAcf("UAG(a) {u}\nUAG(b) {$(X)}\n", "A=1");
    assert.deepEqual(expanded.ok ? [] : expanded.error, [{ line: 2, message: "macro X is undefined" }]);
  });
});
