import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { expandAcf, parseAcf } from "../../../src/records/security/index.js";

// What the grammar takes is compared with EPICS Base in test/interop/security.

const words = fc.constantFrom(
  ...'UAG HAG ASG RULE CALC INPA INPU FOO ( ) { } , # \n " \\ 1 -1 1.5 READ WRITE TRAPWRITE DEFAULT A=1 é'.split(
    " ",
  ),
  '"A=1"',
);

describe("parseAcf", () => {
  it("answers any text with rules or with lines that say what is wrong", () => {
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 60 }).map((list) => list.join(" ")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseAcf(text);
        assert.ok(parsed.ok || parsed.error.length > 0);
      }),
      { numRuns: 3000 },
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
