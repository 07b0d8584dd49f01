import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { repositoryRoot } from "../support/paths.js";

const DOCUMENTS = [
  "ARCHITECTURE.md",
  "README.md",
  "CONTRIBUTING.md",
  "docs/typescript-api.md",
  "docs/live-reconstruction.md",
  "docs/channel-access.md",
  "docs/capture-trigger.md",
  "docs/conformance/channel-access.md",
] as const;

/** Paths of this repository in a text, as `src/ca/index.ts` or `iocBoot/iocDemo`; patterns such as `src/*` are not taken. */
const PATH =
  /(?<![\w./-])(?:src|db|iocBoot|bin|test|docs|examples|bench|scripts|medm)\/[\w./-]*[\w-](?![\w*<{$])/g;

/** Names that stand for a file that a reader is to make. */
const isExample = (path: string): boolean => /(^|\/)(my|My)[A-Z]/.test(path);

const pathsIn = (text: string): string[] =>
  [...new Set(text.match(PATH) ?? [])].filter((path) => !isExample(path));

for (const document of DOCUMENTS) {
  test(`every path that ${document} names exists`, () => {
    const named = pathsIn(readFileSync(join(repositoryRoot, document), "utf8"));
    assert.deepEqual(
      named.filter((path) => !existsSync(join(repositoryRoot, path))),
      [],
    );
  });
}

test("ARCHITECTURE.md names every layer's folder", () => {
  const text = readFileSync(join(repositoryRoot, "ARCHITECTURE.md"), "utf8");
  const layers = readdirSync(join(repositoryRoot, "src"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(
    layers.filter((layer) => !text.includes(`src/${layer}`)),
    [],
  );
});

describe("decisions", () => {
  const directory = join(repositoryRoot, "docs/decisions");
  const files = readdirSync(directory);

  test("have a number each", () => {
    const numbers = files.map((file) => file.slice(0, 4));
    assert.deepEqual(numbers, [...new Set(numbers)]);
    for (const number of numbers) assert.match(number, /^\d{4}$/);
  });

  for (const file of files) {
    test(`${file} says context, choice, consequences and how it was checked`, () => {
      const text = readFileSync(join(directory, file), "utf8");
      for (const part of [/\bContext\b/, /\bChoice\b/, /\bConsequences\b/, /\b([Mm]easured|[Cc]hecked)\b/])
        assert.match(text, part);
    });
  }
});
