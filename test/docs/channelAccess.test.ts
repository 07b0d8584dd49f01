import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EPICS_PARAMETERS } from "../../src/libcom/epicsParameters.js";
import { matrixTests } from "../interop/ca/support/matrix.js";
import { repositoryRoot } from "../support/paths.js";

const textOf = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

/** The tables of the page, as rows of cells; the line under each head is left out. */
const tables = textOf("docs/conformance/channel-access.md")
  .split("\n\n")
  .filter((part) => part.startsWith("|"))
  .map((part) =>
    part
      .trim()
      .split("\n")
      .filter((line) => !line.startsWith("|--"))
      .map((line) => line.split("|").slice(1, -1)),
  );
const [peers = [], ...troubles] = tables;

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

test("the table of Channel Access peers names the tests that there are, and all of them", () => {
  assert.deepEqual(peers.flat().flatMap(quoted).toSorted(), [...matrixTests()].sort());
});

test("each cell of the tables of Channel Access names a test or says why there is none", () => {
  for (const [, ...rows] of tables)
    for (const [, ...cells] of rows) for (const cell of cells) assert.match(cell, /`.+`|not tested: \w+/);
});

test("the page of the environment has every variable of EPICS Base, and each is read", () => {
  const ofBase = EPICS_PARAMETERS.filter((name) => /^EPICS_CAS?_/.test(name)).toSorted();
  const listed = [...textOf("docs/channel-access.md").matchAll(/^\| (EPICS_\w+) /gm)].map(
    ([, name = ""]) => name,
  );
  const read = [...textOf("src/ca/net/environment.ts").matchAll(/"(EPICS_\w+)"/g)].map(
    ([, name = ""]) => name,
  );
  assert.deepEqual(listed.toSorted(), ofBase);
  assert.deepEqual([...new Set(read)].sort(), ofBase);
});

test("the tests of troubled networks are in the files that the tables name", () => {
  assert.equal(troubles.length, 2);
  for (const [[, ...heads] = [], ...rows] of troubles)
    for (const [column, head] of heads.entries()) {
      const source = quoted(head).map(textOf).join("");
      for (const row of rows)
        for (const name of quoted(row[column + 1] ?? "")) assert.ok(source.includes(`it("${name}"`), name);
    }
});
