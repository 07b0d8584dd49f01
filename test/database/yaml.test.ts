import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { describeProblem, type LoadedDatabase, loadDatabaseFile } from "../../src/database/index.js";
import { catalog } from "./catalog.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-yaml-"));
after(() => rmSync(directory, { recursive: true }));

let files = 0;
function load(
  text: string,
  macros: Record<string, string> = {},
  name = `file${files++}.yaml`,
): LoadedDatabase {
  const path = join(directory, name);
  writeFileSync(path, text);
  return loadDatabaseFile(path, macros, { environment: {}, catalog });
}

const fieldsOf = (loaded: LoadedDatabase, index = 0): Record<string, string> =>
  Object.fromEntries(
    [...(loaded.definition.records[index]?.fields ?? [])].map(([name, { value }]) => [name, value]),
  );

/** Problems as `line: text`. */
const problemsOf = (loaded: LoadedDatabase): string[] =>
  loaded.problems.map((problem) => describeProblem(problem).replace(/^[^:]*:/, ""));

describe("a YAML database", () => {
  it("keeps scalars as they are written", () => {
    const loaded = load(`records:\n  a: { type: longout, VAL: 1.0, LOPR: 0x10, HOPR: No, ZRST: "7" }`);
    assert.deepEqual(fieldsOf(loaded), { VAL: "1.0", LOPR: "0x10", HOPR: "No", ZRST: "7" });
  });

  it("spells out states", () => {
    const loaded = load(`records:
  a: { type: mbbo, states: [No, {name: Maybe, value: 4}] }`);
    assert.deepEqual(problemsOf(loaded), [
      `2: record "a" field ONVL: mbbo has no such field; did you mean "ZRVL"?`,
      `2: record "a" field ONST: mbbo has no such field; did you mean "ZRST"?`,
    ]);
    assert.deepEqual(fieldsOf(loaded), { ZRVL: "0", ZRST: "No" });
  });

  it("expands given macros and declared defaults, and names the ones that are missing", () => {
    const loaded = load(
      `macros: { P: {}, R: { default: "r:" }, CAMERA: {} }
records:
  $(P)$(R)a: { type: longout, VAL: $(CAMERA) }`,
      { P: "p:" },
    );
    assert.equal(loaded.definition.records[0]?.name, "p:r:a");
    assert.deepEqual(
      loaded.warnings.map((line) => line.replace(/^[^:]*:/, "")),
      ["1: the macro CAMERA is not given"],
    );
    assert.deepEqual(problemsOf(loaded), [`3: record "p:r:a" field VAL: the macro CAMERA is undefined`]);
  });

  it("has info tags, aliases and JSON links", () => {
    const loaded = load(`
records:
  a:
    type: longout
    VAL: { const: 3 }
    info: { autosaveFields: VAL }
    aliases: [b]
aliases: { c: a }`);
    assert.deepEqual(loaded.definition.records[0]?.aliases, ["b"]);
    assert.equal(loaded.definition.records[0]?.info.get("autosaveFields"), "VAL");
    assert.deepEqual(fieldsOf(loaded), { VAL: '{"const":3}' });
    assert.equal(loaded.definition.aliases[0]?.alias, "c");
  });

  it("includes other databases of either form, with macros of their own", () => {
    load(`records:\n  $(P)inner: { type: longout }`, {}, "inner.yaml");
    const loaded = load(
      `include: [{ file: inner.yaml, macros: { P: "$(P)x:" } }]\nrecords:\n  outer: { type: longout }`,
      { P: "p:" },
    );
    assert.deepEqual(
      loaded.definition.records.map(({ name }) => name),
      ["p:x:inner", "outer"],
    );
  });

  it("loads templates with substitutions, globals for all rows after them", () => {
    load(`records:\n  $(P)$(N): { type: longout, VAL: $(V=0) }`, {}, "row.yaml");
    const loaded = load(`substitutions:
  - global: { P: "p:" }
  - file: row.yaml
    pattern: [N, V]
    rows: [[1, 10], [2], { global: { P: "q:" } }, [3]]
  - { file: row.yaml, rows: [{ N: 4, V: 40 }] }`);
    assert.deepEqual(problemsOf(loaded), []);
    assert.deepEqual(
      loaded.definition.records.map(({ name, fields }) => [name, fields.get("VAL")?.value]),
      [
        ["p:1", "10"],
        ["p:2", "0"],
        ["q:3", "0"],
        ["q:4", "40"],
      ],
    );
  });

  it("reads its documents one after the other, each name once in each", () => {
    const loaded = load(`records: { a: { type: longout, VAL: 1 } }
---
records: { a: { type: "*", HOPR: 2 }, b: { type: longout } }
aliases: { c: b }
---
records: { b: { type: "#" } }`);
    assert.deepEqual(problemsOf(loaded), []);
    assert.deepEqual(
      loaded.definition.records.map(({ name, type }) => [name, type]),
      [
        ["a", "longout"],
        ["a", "*"],
        ["b", "longout"],
        ["b", "#"],
      ],
    );
    assert.equal(loaded.definition.aliases[0]?.afterRecords, 3);
  });

  it("refuses anchors that make a small file a huge one", () => {
    const lines = [
      "a0: &a0 [x, x]",
      ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
    ];
    assert.ok(
      problemsOf(
        load(
          `records:\n  r:\n    type: longout\n    VAL:\n${lines.map((line) => `      ${line}`).join("\n")}`,
        ),
      ).length < 5,
    );
  });

  it("names file, line, record and field of a mistake and loads the rest", () => {
    const loaded = load(`recrods: {}
records:
  a: { typ: longout }
  b:
    type: logout
  c:
    type: longout
    HORP: 3
    SCAN: sometimes
    VAL: 1
  d: { type: longout, states: [A] }
  e: { type: longout, info: [1] }`);
    assert.deepEqual(problemsOf(loaded), [
      `1: unknown key "recrods"; did you mean "records"?`,
      `3: record "a" field type: the record has no type`,
      `4: record "b": unknown record type "logout"; did you mean "longout"?`,
      `8: record "c" field HORP: longout has no such field; did you mean "HOPR"?`,
      `9: record "c" field SCAN: "sometimes" is no choice`,
      `11: record "d" field states: longout has no states`,
      `12: record "e" field info: a mapping of tags is expected`,
    ]);
    assert.deepEqual(
      loaded.definition.records.map(({ name }) => name),
      ["c", "d", "e"],
    );
  });

  it("reports YAML that is no YAML with its line", () => {
    const loaded = load(`records:\n  a: { type: longout\n  b: [`);
    assert.match(problemsOf(loaded)[0] ?? "", /^[23]: /);
  });
});
