import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RecordEngine } from "../../src/records/index.js";
import { needsShared, sharedDirectory } from "../support/paths.js";

const COLUMNS = ["pp", "asl", "special", "initial", "menu", "prop", "interest"] as const;

type Row = Readonly<Record<"dbf" | "size" | (typeof COLUMNS)[number], string>>;

/** Fields that are newer than the table of facts, or that it has differently, by record type. */
const NEWER = {
  // 7.0.10 has 21 arguments instead of 12, longer expressions, and says of more fields that they are metadata.
  calc: /^(INP|L)?[M-U]$|^CALC$/,
  calcout: /^(INP|L)?[M-U]$|^IN[M-U]V$|^(CALC|OCAL)$/,
  longin: /^(HHSV|HSV|LSV|LLSV)$/,
  longout: /^(HHSV|HSV|LSV|LLSV)$/,
  mbbi: /ST$/,
  mbbo: /ST$/,
  dfanout: /^OUT[I-P]$|^IVO[AV]$/,
  aai: /^NELM$/,
  aao: /^NELM$/,
  subArray: /^MALM$/,
  sel: /^PREC$/,
  sub: /^(INP|L)?[M-U]$/,
  mbbiDirect: /^NOBT$/,
  mbboDirect: /^NOBT$/,
} as const;

const isNewer = (type: string, field: string): boolean =>
  Object.entries(NEWER).some(([name, pattern]) => name === type && pattern.test(field));

function readFacts(): Map<string, Map<string, Row>> {
  const text = readFileSync(join(sharedDirectory, "facts", "base_fields.tsv"), "utf8");
  const facts = new Map<string, Map<string, Row>>();
  for (const line of text.trim().split("\n").slice(1)) {
    const [
      record = "",
      field = "",
      dbf = "",
      size = "",
      pp = "",
      asl = "",
      special = "",
      initial = "",
      menu = "",
      prop = "",
      interest = "",
    ] = line.split("\t");
    const fields = facts.get(record) ?? new Map<string, Row>();
    fields.set(field, { dbf, size, pp, asl, special, initial, menu, prop, interest });
    facts.set(record, fields);
  }
  return facts;
}

const facts = needsShared.skip === undefined ? readFacts() : new Map<string, Map<string, Row>>();

for (const [name, type] of new RecordEngine().recordTypes) {
  const expected = facts.get(name);
  if (expected === undefined) continue;

  test(`${name} has the fields of EPICS Base`, () => {
    const ours = Object.keys(type.ownFields).filter((field) => !isNewer(name, field));
    const theirs = [...expected.keys()].filter((field) => !isNewer(name, field));
    assert.deepEqual(ours.sort(), theirs.sort());
  });

  test(`${name}'s fields are of the types and attributes of EPICS Base`, () => {
    const all = [...(facts.get("dbCommon") ?? []), ...expected];
    const ours = all.map(([field]) => `${field} ${describe(type.fields[field])}`);
    const theirs = all.map(([field, row]) => `${field} ${describeRow(row)}`);
    const differs = theirs.filter(
      (line, index) => line !== ours[index] && !isNewer(name, line.split(" ")[0] ?? ""),
    );
    assert.deepEqual(
      differs.map((line) => [line, ours[theirs.indexOf(line)]]),
      [],
    );
  });
}

type Spec = RecordEngineFieldSpec | undefined;
type RecordEngineFieldSpec = NonNullable<ReturnType<RecordEngine["recordTypes"]["get"]>>["fields"][string];

function describe(spec: Spec): string {
  if (spec === undefined) return "is absent";
  return [
    `DBF_${spec.dbf}`,
    spec.size === 0 ? "" : String(spec.size),
    spec.pp === true ? "TRUE" : "",
    spec.asl === 0 ? "ASL0" : "",
    spec.special === undefined ? "" : `SPC_${spec.special.toUpperCase()}`,
    spec.initial ?? "",
    spec.menu?.menuName ?? "",
    spec.prop === true ? "YES" : "",
    spec.interest === undefined ? "" : String(spec.interest),
  ].join("|");
}

const describeRow = (row: Row): string =>
  [row.dbf, row.size, row.pp, row.asl, row.special, row.initial, row.menu, row.prop, row.interest].join("|");
