import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { describeProblem, type LoadedDatabase, loadDatabaseFile } from "../../src/database/index.js";
import { catalog } from "./catalog.js";

const directory = mkdtempSync(join(tmpdir(), "tomoioc-database-"));
after(() => rmSync(directory, { recursive: true }));

let files = 0;
/** Loads a text as a file of its own. */
function load(
  text: string,
  options: { macros?: Record<string, string>; name?: string; check?: boolean } = {},
): LoadedDatabase {
  const path = join(directory, options.name ?? `file${files++}.db`);
  writeFileSync(path, text);
  const { macros = {}, check = false } = options;
  return loadDatabaseFile(path, macros, { environment: {}, ...(check ? { catalog } : {}) });
}

const fieldsOf = (loaded: LoadedDatabase, index = 0): Record<string, string> =>
  Object.fromEntries(
    [...(loaded.definition.records[index]?.fields ?? [])].map(([name, { value }]) => [name, value]),
  );

const namesOf = (loaded: LoadedDatabase): string[] => loaded.definition.records.map(({ name }) => name);

/** Problems without the directory of this run. */
const problemsOf = (loaded: LoadedDatabase): string[] =>
  loaded.problems.map((problem) => describeProblem(problem).replaceAll(`${directory}/`, ""));

describe("a .db file", () => {
  it("gives records with fields, info and aliases", () => {
    const { definition } = load(`
      # a comment
      record(ai, "one") {
        field(DESC, "with \\"quotes\\"")  # another
        info(autosaveFields, "VAL")
        alias("uno")
      }
      alias("one", "eins")`);
    assert.deepEqual(definition.records[0]?.aliases, ["uno"]);
    assert.equal(definition.records[0]?.fields.get("DESC")?.value, 'with "quotes"');
    assert.equal(definition.records[0]?.info.get("autosaveFields"), "VAL");
    assert.deepEqual(
      definition.aliases.map(({ record, alias }) => [record, alias]),
      [["one", "eins"]],
    );
  });

  it("takes bare words, grecord, records without a body and several on one line", () => {
    const loaded = load(`grecord(ai, a:b-c) { field(PREC, 3) field(EGU,mm) } record(bo,x) record(bo,y){}`);
    assert.deepEqual(namesOf(loaded), ["a:b-c", "x", "y"]);
    assert.deepEqual(fieldsOf(loaded), { PREC: "3", EGU: "mm" });
  });

  it("keeps a JSON value as compact text", () => {
    const loaded = load(`record(ai, "a") {
      field(INP, {pva: {pv: "x", proc: "CP",
                        local: true}})
      field(SIOL, [1.5, "two", bare,])
    }`);
    assert.deepEqual(fieldsOf(loaded), {
      INP: '{pva:{pv:"x",proc:"CP",local:true}}',
      SIOL: '[1.5,"two","bare",]',
    });
  });

  it("expands macros, with defaults and from the line they stand on", () => {
    const loaded = load(`record(ai, "$(P)$(R=r:)x") { field(INP, "$(P)in") }`, { macros: { P: "p:" } });
    assert.deepEqual(namesOf(loaded), ["p:r:x"]);
    assert.deepEqual(fieldsOf(loaded), { INP: "p:in" });
  });

  it("leaves out a field whose macro is not defined, as EPICS does", () => {
    const loaded = load(`record(ai, "x") {\n field(INP, "$(Q)")\n field(PREC, "3")\n info(a, "$(W)")\n}`);
    assert.deepEqual(fieldsOf(loaded), { PREC: "3" });
    assert.match(problemsOf(loaded)[0] ?? "", /:2: record "x" field INP: the macro Q is undefined$/);
    assert.equal(loaded.warnings.length, 1);
    assert.match(
      loaded.warnings[0] ?? "",
      /:4: macLib: macro W is undefined \(expanding string info\(a, "\$\(W\)"\)\)$/,
    );
  });

  it("knows the line of every field", () => {
    const { definition } = load(`record(ai, "a") {\n\n  field(PREC, "3")\n}`);
    assert.equal(definition.records[0]?.fields.get("PREC")?.location.line, 3);
  });

  it("includes files that stand beside it, in order and with its macros", () => {
    load(`record(ai, "$(P)inner") {}`, { name: "inner.db" });
    const loaded = load(`record(ai, "a"){}\ninclude "inner.db"\nrecord(ai, "b"){}`, { macros: { P: "p:" } });
    assert.deepEqual(namesOf(loaded), ["a", "p:inner", "b"]);
  });

  it("does not follow an include that includes itself for ever", () => {
    const loaded = load(`record(ai, "a"){}\ninclude "self.db"`, { name: "self.db" });
    assert.match(problemsOf(loaded).at(-1) ?? "", /included by itself/);
  });

  it("searches the directories that addpath names", () => {
    load(`record(ai, "found") {}`, { name: "elsewhere.db" });
    const loaded = load(`addpath "${directory}"\ninclude "elsewhere.db"`);
    assert.deepEqual(namesOf(loaded), ["found"]);
  });

  it("leaves appending and deleting records to the engine", () => {
    const { definition } = load(`record("*", "a") { field(VAL, 1) }\nrecord("#", "b") {}`);
    assert.deepEqual(
      definition.records.map(({ type }) => type),
      ["*", "#"],
    );
  });

  it("loses only the line that is wrong", () => {
    const loaded = load(`record(ai, "a") {
        field(PREC "3")
        field(EGU, "mm")
      }
      record(ai, "b" { field(PREC, 1) }
      record(ai, "c") { field(DESC, "no end) }
      record(ai, "d") {}`);
    assert.deepEqual(namesOf(loaded), ["a", "c", "d"]);
    assert.deepEqual(fieldsOf(loaded), { EGU: "mm" });
    assert.deepEqual(
      problemsOf(loaded).map((line) => line.replace(/^[^:]*:/, "")),
      [
        `2: record "a": , expected instead of "3"`,
        `5: ) expected instead of "{"`,
        `6: record "c": a value expected instead of a quote that is not closed`,
        `7: record "c": the record is not closed with }`,
      ],
    );
  });

  it("refuses names that EPICS refuses", () => {
    const loaded = load(`record(ai, "a.b") {}\nrecord(ai, "a b") {}\nrecord(ai, "") {}\nrecord(ai, "ok") {}`);
    assert.deepEqual(namesOf(loaded), ["ok"]);
    assert.equal(loaded.problems.length, 3);
  });

  it("never throws, whatever the text", () => {
    const word = fc.constantFrom(
      "record",
      "(",
      ")",
      "{",
      "}",
      "field",
      '"',
      ",",
      "a",
      "\n",
      "[",
      ":",
      "#",
      "include",
      "$(",
    );
    fc.assert(
      fc.property(fc.array(word), (words) => {
        load(words.join(" "), { name: "fuzz.db" });
      }),
      { numRuns: 60 },
    );
  });
});

describe("a record catalog", () => {
  it("names the type, field or choice that was probably meant", () => {
    const loaded = load(
      `record(logout, "a") {}\nrecord(longout, "b") {\n field(LORP, "1")\n field(SCAN, "1 secnd")\n field(VAL, "1")\n}`,
      { check: true },
    );
    assert.deepEqual(
      problemsOf(loaded).map((line) => line.replace(/^[^:]*:/, "")),
      [
        `1: record "a": unknown record type "logout"; did you mean "longout"?`,
        `3: record "b" field LORP: longout has no such field; did you mean "LOPR"?`,
        `4: record "b" field SCAN: "1 secnd" is no choice; did you mean "1 second"?`,
      ],
    );
    assert.deepEqual(namesOf(loaded), ["b"]);
    assert.deepEqual(fieldsOf(loaded), { VAL: "1" });
  });

  it("takes the number of a choice for the choice", () => {
    assert.deepEqual(problemsOf(load(`record(longout, "a") { field(SCAN, "1") }`, { check: true })), []);
  });
});

describe("a file that does not exist", () => {
  it("is one problem in one line", () => {
    const loaded = loadDatabaseFile("/nowhere/at-all.db", {}, { environment: {} });
    assert.deepEqual(loaded.problems.map(describeProblem), [
      `/nowhere/at-all.db:1: cannot find the database file "/nowhere/at-all.db"`,
    ]);
  });

  it("is taken from the package when that has a database of this name", () => {
    const loaded = loadDatabaseFile(
      "$(TOP)/db/tomoScan_Helical.template",
      { P: "p:", R: "r:" },
      {
        environment: { TOP: "/nowhere" },
      },
    );
    assert.deepEqual(namesOf(loaded), ["p:r:PixelsYPer360Deg", "p:r:HelicalMisalignment"]);
  });
});
