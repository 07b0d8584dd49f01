import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { withDefaults } from "../../src/database/macroDeclarations.js";
import { parseRawDatabase, type RawDatabase } from "../../src/database/rawDatabase.js";
import { lostInDb, writeDb, writeSubstitutions } from "../../src/database/writeDatabase.js";
import { writeYaml } from "../../src/database/writeYaml.js";
import { needsShared, repositoryRoot, sharedDirectory } from "../support/paths.js";
import { databases, substitutions } from "./arbitraries.js";

/** What a database says, without the places where it says so; the order of everything counts. */
function essence({ items, macros }: RawDatabase): unknown {
  return withDefaults(items, macros ?? []).map((item): unknown => {
    if (item.kind === "record") {
      const { name, type, fields, info, aliases } = item.record;
      return [type, name, [...fields].map(([field, { value }]) => [field, value]), [...info], aliases];
    }
    if (item.kind === "alias") return [item.alias.record, item.alias.alias];
    return JSON.parse(
      JSON.stringify(item, (key, value: unknown) => (key === "location" ? undefined : value)),
    );
  });
}

function read(text: string, name: string): RawDatabase {
  const database = parseRawDatabase(text, name);
  assert.deepEqual(database.problems, [], text);
  return database;
}

/** The same database in the other form and back: nothing may be lost, in either direction. */
function roundTrip(original: RawDatabase, form: "db" | "substitutions"): void {
  const write = form === "db" ? writeDb : writeSubstitutions;
  const yaml = writeYaml(original);
  const fromYaml = read(yaml, "a.yaml");
  assert.deepEqual(essence(fromYaml), essence(original), yaml);
  const text = write(fromYaml);
  const back = read(text, `a.${form}`);
  assert.deepEqual(essence(back), essence(original), text);
  assert.equal(writeYaml(back), yaml);
}

function* filesUnder(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

describe("converting a database there and back loses nothing", () => {
  const beamline = join(sharedDirectory, "beamline");

  it("of every database and substitutions file of the beamline", needsShared, () => {
    const files = [...filesUnder(beamline)].filter((path) => /\.(?:db|template|substitutions)$/.test(path));
    assert.ok(files.length > 30);
    for (const path of files) {
      const form = path.endsWith("substitutions") ? "substitutions" : "db";
      roundTrip(read(readFileSync(path, "utf8"), relative(beamline, path)), form);
    }
  });

  it("of every database of this package that gives no macros to what it includes", () => {
    const folder = join(repositoryRoot, "db");
    let converted = 0;
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".yaml"))) {
      const original = read(readFileSync(join(folder, name), "utf8"), name);
      if (lostInDb(original).length > 0) continue;
      converted++;
      const db = read(writeDb(original), "a.db");
      assert.deepEqual(essence(db), essence(original), name);
      assert.deepEqual(essence(read(writeYaml(db), "a.yaml")), essence(original), name);
    }
    assert.ok(converted > 20);
  });

  it("of any database", () => {
    fc.assert(
      fc.property(databases, (items) => {
        roundTrip(read(writeDb({ macros: undefined, items, problems: [] }), "a.db"), "db");
      }),
      { numRuns: 300 },
    );
  });

  it("of any substitutions", () => {
    fc.assert(
      fc.property(substitutions, (text) => {
        roundTrip(read(text, "a.substitutions"), "substitutions");
      }),
      { numRuns: 300 },
    );
  });
});
