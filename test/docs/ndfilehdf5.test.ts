import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../support/paths.js";

const page = readFileSync(join(repositoryRoot, "docs/conformance/ndfilehdf5.md"), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| "));

test("the page on NDFileHDF5 names tests that exist", () => {
  const sources = ["test/drivers/hdf5", "test/drivers/plugins"].flatMap((folder) =>
    readdirSync(join(repositoryRoot, folder)).map((name) =>
      readFileSync(join(repositoryRoot, folder, name), "utf8"),
    ),
  );
  const quoted = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name));
  // What has no blank is the name of something else.
  const named = quoted.filter((name) => name.includes(" "));
  assert.ok(named.length > 20);
  assert.deepEqual(
    named.filter((name) => !sources.some((text) => text.includes(`"${name}"`))),
    [],
  );
});

/** Names of the records of a database, without those that show what another one was set to. */
function recordsOf(name: string): string[] {
  const text = readFileSync(join(repositoryRoot, "db", name), "utf8");
  const names = [...text.matchAll(/^ +\$\(P\)\$\(R\)(\w+):/gm)].map(([, record = ""]) =>
    record.replace(/_RBV$/, ""),
  );
  return [...new Set(names)];
}

test("the page on NDFileHDF5 has every record of its databases", () => {
  const words = new Set(rows.flatMap((row) => row.split("|")[1]?.match(/\w+/g) ?? []));
  // A row of dimensions is named by its first one, as in "PosNameDimN to 9".
  const isNamed = (record: string): boolean =>
    words.has(record) || ["2", "N", "X"].some((first) => words.has(record.replace(/[XY\d]$/, first)));
  const records = ["NDFile.yaml", "NDFileHDF5.yaml"].flatMap(recordsOf);
  assert.ok(records.length > 100, `${records.length} records`);
  assert.deepEqual(
    records.filter((record) => !isNamed(record)),
    [],
  );
});
