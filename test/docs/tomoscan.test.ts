import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repositoryRoot } from "../support/paths.js";

const PAGE = "docs/conformance/tomoscan.md";
const PV_PAGE = "docs/conformance/tomoscan-pvs.md";
const DATABASES = [
  "tomoScan",
  "tomoScan_PSO",
  "tomoScan_2BM",
  "tomoScanStream",
  "tomoScan_Helical",
  "tomoScan_step",
  "tomoScanStreamFiles",
];
const DEFAULT_FILE = "test/scan/scan.test.ts";

/** Each test that the page names, with the file that its line names before it. */
function namedTests(page: string): { file: string; name: string }[] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => {
      let file = DEFAULT_FILE;
      return [...line.matchAll(/(test\/[\w/]+\.test\.ts)|`([^`]+)`/g)].flatMap(([, path, name = ""]) => {
        if (path !== undefined) file = path;
        // What has no blank is the name of something else.
        return name.includes(" ") ? [{ file, name }] : [];
      });
    });
}

for (const pageName of [PAGE, PV_PAGE])
  test(`${pageName} names tests that exist`, () => {
    const page = readFileSync(join(repositoryRoot, pageName), "utf8");
    const named = namedTests(page);
    assert.ok(named.length > 40, `only ${named.length} tests are named`);
    const missing = named.filter(({ file, name }) => {
      const path = join(repositoryRoot, file);
      return !existsSync(path) || !readFileSync(path, "utf8").includes(`"${name}"`);
    });
    assert.deepEqual(missing, []);
  });

test("the page on PVs has each record of tomoScan", () => {
  const words = new Set(readFileSync(join(repositoryRoot, PV_PAGE), "utf8").match(/\w+/g));
  const records = DATABASES.flatMap((name) => {
    const text = readFileSync(join(repositoryRoot, "db", `${name}.yaml`), "utf8");
    return [...text.matchAll(/^ +\$\(P\)\$\(R\)(\w+):/gm)].map(([, record = ""]) => record);
  });
  assert.ok(records.length > 100, `only ${records.length} records are known`);
  assert.deepEqual(
    records.filter((record) => !words.has(record)),
    [],
  );
});

test("the page on tomoScan has each defect of upstream's", () => {
  const page = readFileSync(join(repositoryRoot, PAGE), "utf8");
  for (let number = 1; number <= 22; number++)
    assert.match(page, new RegExp(`^\\| B${number} \\| .+ \\| (?:fixed|kept)`, "m"));
});
