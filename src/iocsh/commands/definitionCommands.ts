import { formatExponential, formatFixed } from "../../libcom/cFormat.js";
import type { FieldSpec, Special } from "../../records/fieldSpec.js";
import { jsonLinkTypes } from "../../records/links/json/parseJsonLink.js";
import type { Menu } from "../../records/menu.js";
import type { RecordType } from "../../records/recordType.js";
import { defineCommand, int, pdbbase, string } from "../command.js";
import type { IocshHost, ShellEngine } from "../host.js";
import type { CommandContext } from "../shell.js";
import { sizeOf, specialNumbers } from "./fieldAddress.js";
import { databaseText } from "./fieldReport.js";
import { isAlias, namesByType, typeNames } from "./recordNames.js";

type Print = CommandContext["print"];

/** The record types that a report is about: one, or all when none is named. */
const typesNamed = (engine: ShellEngine, name: string | undefined): readonly RecordType[] =>
  (name === undefined || name === "" || name === "*" ? typeNames(engine) : [name]).flatMap(
    (each) => engine.recordTypes.get(each) ?? [],
  );

function menus(engine: ShellEngine): ReadonlyMap<string, Menu> {
  const found = new Map<string, Menu>();
  for (const { fields } of engine.recordTypes.values())
    for (const { menu } of Object.values(fields)) if (menu !== undefined) found.set(menu.menuName, menu);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Choices are named as EPICS names those of its shared menus. */
const choiceName = ({ menuName }: Menu, choice: string): string =>
  `${menuName}${choice.replaceAll(/\W/g, "_")}`;

function printMenu(engine: ShellEngine, menu: Menu, print: Print): void {
  print(`menu(${menu.menuName}) {`);
  for (const choice of engine.definitions.choicesOf(menu))
    print(`\tchoice(${choiceName(menu, choice)},"${choice}")`);
  print("}");
}

function printRecordType({ name, fieldNames, fields, linkNames }: RecordType, print: Print): void {
  print(`name(${name}) no_fields(${fieldNames.length}) no_links(${linkNames.length})`);
  print("index size name\tsortind sortname");
  const sorted = [...fieldNames].sort();
  for (const [index, field] of fieldNames.entries()) {
    const spec = fields[field];
    const size = spec === undefined ? 0 : sizeOf(spec.dbf, spec.size);
    const sortedField = sorted[index] ?? "";
    const sortIndex = String(fieldNames.indexOf(sortedField)).padStart(7);
    print(`${String(index).padStart(5)} ${String(size).padStart(4)} ${field}\t${sortIndex} ${sortedField}`);
  }
  print(`link_ind ${linkNames.map((field) => ` ${fieldNames.indexOf(field)}`).join("")}`);
}

const specialText = (special: Special | undefined): string =>
  special === undefined ? "0 " : `${specialNumbers[special]} SPC_${special.toUpperCase()}`;

/** What is known of a field, one line for each property; fields that only code uses have no size here. */
const fieldLines = (index: number, spec: FieldSpec): readonly string[] => [
  `\t         prompt: ${spec.prompt ?? ""}`,
  `\t      indRecordType: ${index}`,
  `\t        special: ${specialText(spec.special)}`,
  `\t     field_type: DBF_${spec.dbf}`,
  `\tprocess_passive: ${spec.pp === true ? 1 : 0}`,
  `\t       property: ${spec.prop === true ? 1 : 0}`,
  `\t           base: ${spec.hex === true ? 1 : 0}`,
  `\t       interest: ${spec.interest ?? 0}`,
  `\t       as_level: ${spec.asl ?? 1}`,
  `\t        initial: ${spec.initial ?? ""}`,
  ...(spec.menu === undefined ? [] : [`\t\t  menu: ${spec.menu.menuName}`]),
  ...(spec.dbf === "NOACCESS" ? [] : [`\t           size: ${sizeOf(spec.dbf, spec.size)}`]),
];

function printFields(type: RecordType, wanted: string | undefined, print: Print): void {
  print(`recordtype(${type.name}) `);
  for (const [index, field] of type.fieldNames.entries()) {
    const spec = type.fields[field];
    if (spec === undefined || (wanted !== undefined && wanted !== "" && wanted !== field)) continue;
    print(`    ${field}`);
    for (const line of fieldLines(index, spec)) print(line);
  }
  print(`Attribute: name RTYP value ${type.name}\nAttribute: name VERS value none specified`);
}

/** A record as a database would define it: at level 0 the fields that are not as they were, else all. */
function printRecord(
  engine: ShellEngine,
  type: RecordType,
  record: string,
  level: number,
  print: Print,
): void {
  print(`record(${type.name},"${record}") {`);
  for (const field of type.fieldNames) {
    const spec = type.fields[field];
    const text = databaseText(engine, record, field);
    const initial =
      spec?.menu?.choices[0] ?? (spec?.dbf === "STRING" || spec?.dbf.endsWith("LINK") ? "" : "0");
    const isAsItWas = spec?.special === "nomod" || text === (spec?.initial ?? initial) || text === "";
    if (level > 0 || !isAsItWas) print(`\tfield(${field},"${text}")`);
  }
  print("}");
}

/** What EPICS calls the code behind a link type; the one of pvAccess is that of pvxs. */
const linkInterface = (type: string): string =>
  type === "pva" ? "lsetPVA" : `lnk${type.charAt(0).toUpperCase()}${type.slice(1)}If`;

const found = (known: boolean): string => (known ? "registered" : "(nil)");

const registryFind = (name: string, help: string, isKnown: (engine: ShellEngine, word: string) => boolean) =>
  defineCommand({
    name,
    args: [string("name")],
    help,
    run: ([word = ""], { host, print }) => print(found(isKnown(host.engine, word))),
  });

const databasePath = ({ environment }: IocshHost): string =>
  environment["EPICS_DB_INCLUDE_PATH"] ?? "no path defined";

/** Commands that show what record types, menus, devices and functions are defined. */
export const definitionCommands = [
  defineCommand({
    name: "dbDumpPath",
    args: [pdbbase()],
    help: "Show where databases are looked for.",
    run: (_, { host, print }) => print(databasePath(host)),
  }),
  defineCommand({
    name: "dbDumpMenu",
    args: [pdbbase(), string("menuName")],
    help: "Show the choices of a menu, or of all.",
    run([, name], { host, print }) {
      for (const menu of menus(host.engine).values())
        if (name === undefined || name === "" || name === menu.menuName) printMenu(host.engine, menu, print);
    },
  }),
  defineCommand({
    name: "dbDumpRecordType",
    args: [pdbbase(), string("recordTypeName")],
    help: "Show the fields of a record type, or of all.",
    run([, name], { host, print }) {
      for (const type of typesNamed(host.engine, name)) printRecordType(type, print);
    },
  }),
  defineCommand({
    name: "dbDumpField",
    args: [pdbbase(), string("recordTypeName"), string("fieldName")],
    help: "Show what is defined about a field of a record type, or about all its fields.",
    run([, name, field], { host, print }) {
      for (const type of typesNamed(host.engine, name)) printFields(type, field, print);
    },
  }),
  defineCommand({
    name: "dbDumpDevice",
    args: [pdbbase(), string("recordTypeName")],
    help: "Show the device supports of a record type, or of all.",
    run([, name], { host, print }) {
      for (const type of typesNamed(host.engine, name)) {
        print(`recordtype(${type.name})`);
        for (const choice of host.engine.deviceChoices(type.name)) print(`\tchoice:    ${choice}`);
      }
    },
  }),
  defineCommand({
    name: "dbDumpRecord",
    args: [pdbbase(), string("recordTypeName"), int("interest level")],
    help: "Show records as a database would define them: those of a type, or all; with level 1 all their fields.",
    run([, name, level], { host: { engine }, print, warn }) {
      const types = typesNamed(engine, name);
      if (types.length === 0) return warn(`dbWriteRecordFP: No record description for ${name}`);
      const names = namesByType(engine);
      for (const type of types)
        for (const listed of names.get(type.name) ?? [])
          if (!isAlias(listed)) printRecord(engine, type, listed.name, level, print);
    },
  }),
  defineCommand({
    name: "dbDumpBreaktable",
    args: [pdbbase(), string("tableName")],
    help: "Show a breakpoint table, or all: raw and engineering values.",
    run([, name], { host: { engine }, print }) {
      for (const table of engine.definitions.breakTables()) {
        if (name !== undefined && name !== "" && name !== table) continue;
        print(`breaktable(${table}) {`);
        for (const { raw, slope, eng } of engine.definitions.breakTable(table) ?? [])
          print(
            `\traw=${formatFixed(raw, 6)} slope=${formatExponential(slope, 6)} eng=${formatFixed(eng, 6)}`,
          );
        print("}");
      }
    },
  }),
  defineCommand({
    name: "dbDumpLink",
    args: [pdbbase()],
    help: "List the types of JSON links.",
    run(_, { print }) {
      for (const type of jsonLinkTypes) print(`link(${type},${linkInterface(type)})`);
    },
  }),
  defineCommand({
    name: "dbDumpFunction",
    args: [pdbbase()],
    help: "List the functions that sub and aSub records can call.",
    run(_, { host, print }) {
      for (const name of host.engine.functionNames()) print(`function(${name})`);
    },
  }),
  defineCommand({
    name: "dbDumpVariable",
    args: [pdbbase()],
    help: "List the variables that `var` shows.",
    run(_, { shell, print }) {
      for (const [name, { type }] of shell.variables) print(`variable(${name},${type})`);
    },
  }),
  registryFind("registryRecordTypeFind", "Say whether there is such a record type.", (engine, word) =>
    engine.recordTypes.has(word),
  ),
  registryFind("registryDeviceSupportFind", "Say whether a record type has this DTYP.", (engine, word) =>
    typeNames(engine).some((type) => engine.deviceChoices(type).includes(word)),
  ),
  registryFind(
    "registryFunctionFind",
    "Say whether sub and aSub records can call this function.",
    (engine, word) => [...engine.functionNames()].includes(word),
  ),
  registryFind(
    "registryDriverSupportFind",
    "Say whether there is such a driver support; asynReport has the ports.",
    () => false,
  ),
];
