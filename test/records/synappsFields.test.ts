import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { FieldSpec } from "../../src/records/fieldSpec.js";
import { RecordEngine } from "../../src/records/index.js";
import { repositoryRoot } from "../support/paths.js";

const FILE = join(repositoryRoot, "test", "data", "synappsFields.tsv");

/**
 * The fields of synApps's record types, a line each, by record type. What its tenth sseq step lacks is as in the other nine.
 */
function facts(): Map<string, string[]> {
  const byType = new Map<string, string[]>();
  for (const line of readFileSync(FILE, "utf8").trimEnd().split("\n").slice(1)) {
    const [type = "", ...columns] = line.split("\t");
    byType.set(type, [...(byType.get(type) ?? []), columns.join("|")]);
  }
  return byType;
}

const describe = (name: string, spec: FieldSpec): string =>
  [
    name,
    `DBF_${spec.dbf}`,
    spec.size === 0 ? "" : String(spec.size),
    spec.pp === true ? "TRUE" : "",
    spec.asl === 0 ? "ASL0" : "",
    spec.special === undefined ? "" : `SPC_${spec.special.toUpperCase()}`,
    spec.initial ?? "",
    spec.menu?.menuName ?? "",
    spec.prop === true ? "YES" : "",
    spec.interest === undefined ? "" : String(spec.interest),
    spec.prompt ?? "",
  ].join("|");

const { recordTypes } = new RecordEngine();

for (const [type, expected] of facts())
  test(`${type} has the fields of synApps with all of their attributes`, () => {
    const ours = Object.entries(recordTypes.get(type)?.ownFields ?? {}).map(([name, spec]) =>
      describe(name, spec),
    );
    assert.deepEqual(ours.sort(), expected.sort());
  });
