import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { describeProblem, loadSubstitutionsFile } from "../../src/database/index.js";
import { parseSubstitutions } from "../../src/database/substitutionParser.js";
import { expandSubstitutions } from "../../src/database/substitutions.js";

const rowsOf = (text: string): Record<string, string>[] =>
  [...expandSubstitutions(parseSubstitutions(text, "test.substitutions").items)].map(({ macros }) =>
    Object.fromEntries(macros),
  );

const problemsOf = (text: string): string[] => parseSubstitutions(text, "t").problems.map(describeProblem);

describe("parseSubstitutions", () => {
  it("reads patterns with commas, blanks, trailing commas and rows over several lines", () => {
    const text = `file "$(TOP)/db/x.template"
      { pattern {P, R   S,}   # names
        {2bmb:, TS: 11840158.}
        {a,
         "b, c" , d,} }`;
    assert.deepEqual(rowsOf(text), [
      { P: "2bmb:", R: "TS:", S: "11840158." },
      { P: "a", R: '"b, c"', S: "d" },
    ]);
  });

  it("reads the variable form", () => {
    assert.deepEqual(rowsOf(`file x.db { {A=1, B="two"} {A = 3} }`), [{ A: "1", B: "two" }, { A: "3" }]);
  });

  it("gives global definitions to all rows after them", () => {
    assert.deepEqual(
      rowsOf(`global { P=x } file a.db { {A=1} } global {Q=y} file b.db { pattern {A} {2} }`),
      [
        { P: "x", A: "1" },
        { P: "x", Q: "y", A: "2" },
      ],
    );
  });

  it("accepts fewer values than names and reports more", () => {
    assert.deepEqual(rowsOf(`file a.db { pattern {A B} {1} }`), [{ A: "1" }]);
    assert.deepEqual(problemsOf(`file a.db { pattern {A}\n {1 2} }`), ["t:2: 2 values for 1 names"]);
  });

  it("goes on with the next file block after a mistake", () => {
    const text = `file a.db { pattern {A {1} }\nfile b.db { {A=1} }`;
    assert.deepEqual(
      [...expandSubstitutions(parseSubstitutions(text, "t").items)].map(({ file }) => file),
      ["b.db"],
    );
    assert.equal(problemsOf(text).length, 1);
  });

  it("never throws, whatever the text", () => {
    const word = fc.constantFrom("file", "pattern", "global", "{", "}", ",", "=", "a", '"', "\n", "$(A)");
    fc.assert(fc.property(fc.array(word), (words) => void parseSubstitutions(words.join(" "), "t")));
  });
});

describe("loadSubstitutionsFile", () => {
  const directory = mkdtempSync(join(tmpdir(), "tomoioc-substitutions-"));
  after(() => rmSync(directory, { recursive: true }));

  it("loads each row's template, and says at which line a template is missing", () => {
    writeFileSync(join(directory, "x.template"), `record(ai, "$(P)$(N)") { field(DESC, "$(D)") }`);
    const path = join(directory, "test.substitutions");
    writeFileSync(path, `file "$(TOP)/x.template" { pattern {N D} {1, "a b"}\n {2 c} }\nfile gone.db { {} }`);
    const loaded = loadSubstitutionsFile(path, { P: "p:" }, { environment: { TOP: directory } });
    assert.deepEqual(
      loaded.definition.records.map(({ name, fields }) => [name, fields.get("DESC")?.value]),
      [
        ["p:1", "a b"],
        ["p:2", "c"],
      ],
    );
    assert.deepEqual(loaded.problems.map(describeProblem), [
      `${path}:3: cannot find the database file "gone.db"`,
    ]);
  });
});
