import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { matrixTests } from "../interop/ca/support/matrix.js";
import { repositoryRoot } from "../support/paths.js";

const table = readFileSync(join(repositoryRoot, "docs/conformance/channel-access.md"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| "));

test("the table of Channel Access peers names the tests that there are, and all of them", () => {
  const named = table.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.toSorted(), matrixTests().toSorted());
});

test("each cell of the table of Channel Access peers names a test or says why there is none", () => {
  for (const line of table.slice(1))
    for (const cell of line.split("|").slice(2, -1)) assert.match(cell, /`.+`|not tested: \w+/, line);
});
