import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldSpec } from "../../../src/records/fieldSpec.js";
import { RecordEngine } from "../../../src/records/index.js";
import { needsPython } from "../../support/python.js";
import { type DbdField, readBaseDbd } from "./dbd.js";
import { compare, differences, type Step } from "./reference.js";

const ours = new RecordEngine().recordTypes;

/** A field's line of the table in one shape for both sides; absent attributes as the defaults they mean. */
const lineOfBase = (field: DbdField): string =>
  describe({ ...field, special: field["special"]?.replace("SPC_", "") });

const lineOfOurs = (spec: FieldSpec): string =>
  describe({
    dbf: spec.dbf,
    prompt: spec.prompt,
    pp: spec.pp === true ? "TRUE" : "FALSE",
    prop: spec.prop === true ? "YES" : "NO",
    asl: `ASL${spec.asl ?? 1}`,
    special: spec.special?.toUpperCase(),
    interest: String(spec.interest ?? 0),
    initial: spec.initial,
    menu: spec.menu?.menuName,
    size: String(spec.size),
  });

const describe = (field: Readonly<Record<string, string | undefined>>): string =>
  [
    field["dbf"],
    field["prompt"] ?? "",
    `pp(${field["pp"] ?? "FALSE"})`,
    `prop(${field["prop"] ?? "NO"})`,
    field["asl"] ?? "ASL1",
    `special(${field["special"] ?? ""})`,
    `interest(${field["interest"] ?? "0"})`,
    `initial(${field["initial"] ?? ""})`,
    `menu(${field["menu"] ?? ""})`,
    `size(${field["size"] ?? "0"})`,
  ].join(" ");

test("every record type of EPICS Base is here, with the same fields and menus", needsPython, async () => {
  const base = await readBaseDbd();
  const theirs: string[] = [];
  const mine: string[] = [];
  for (const [name, fields] of base.recordTypes) {
    const specs = ours.get(name)?.fields ?? {};
    const listed = new Set(ours.get(name)?.fieldNames);
    for (const field of new Set([...fields.keys(), ...listed])) {
      const expected = fields.get(field);
      const spec = listed.has(field) ? specs[field] : undefined;
      theirs.push(`${name}.${field}: ${expected === undefined ? "absent" : lineOfBase(expected)}`);
      mine.push(`${name}.${field}: ${spec === undefined ? "absent" : lineOfOurs(spec)}`);
      if (spec?.menu === undefined) continue;
      theirs.push(`${name}.${field}: ${base.menus.get(spec.menu.menuName)?.join("|")}`);
      mine.push(`${name}.${field}: ${spec.menu.choices.join("|")}`);
    }
  }
  const differs = theirs.flatMap((line, index) => (line === mine[index] ? [] : [[line, mine[index]]]));
  assert.deepEqual(differs, []);
  assert.equal(base.recordTypes.size, 34);
});

test("a fresh record has the types, access rights and values of EPICS Base", needsPython, async () => {
  const { recordTypes } = await readBaseDbd();
  const database = [...recordTypes.keys()].map((name) => `record(${name}, "T:${name}") {}`).join("\n");
  const steps = [...recordTypes].flatMap(([name, fields]) =>
    [...fields.keys(), "RTYP"]
      .map((field) => `T:${name}.${field}`)
      .flatMap((pv): Step[] => [
        ["type", pv],
        ["read", pv],
        ["get", pv],
      ]),
  );
  assert.deepEqual(differences(await compare(database, steps)), []);
});
