import { defineCommand, int, pdbbase, string } from "../command.js";
import type { ShellEngine } from "../host.js";
import type { CommandContext, Shell } from "../shell.js";
import { databaseText } from "./fieldReport.js";
import { required } from "./recordAccess.js";
import { allNames, isAlias, type ListedName, matches, namesByType } from "./recordNames.js";

function fieldText(engine: ShellEngine, record: string, field: string): string {
  const type = engine.record(record)?.recordType ?? "";
  if (field === "recordType") return `, "${type}"`;
  const known = engine.recordTypes.get(type)?.fields[field] !== undefined;
  return known ? `, "${databaseText(engine, record, field)}"` : ", ";
}

function listNames(
  engine: ShellEngine,
  names: readonly ListedName[],
  fields: string | undefined,
  print: CommandContext["print"],
): void {
  const wanted = (fields ?? "").split(/ +/).filter((field) => field !== "");
  for (const { name, record } of names)
    print(name + wanted.map((field) => fieldText(engine, record, field)).join(""));
}

/** In the order of loading, or by name where the variable asks for it. */
const inOrder = (shell: Shell, names: readonly ListedName[]): readonly ListedName[] =>
  shell.variables.get("dbRecordsAbcSorted")?.value === 0
    ? names
    : [...names].sort((a, b) => (a.name < b.name ? -1 : 1));

const globCommand = (name: string) =>
  defineCommand({
    name,
    args: [string("pattern"), string("fields")],
    help: "List the records whose name matches a pattern, with fields if some are named.",
    run([pattern, fields], { host: { engine }, print }) {
      const wanted = required(pattern, 'dbglob "pattern" "fields"');
      listNames(
        engine,
        allNames(engine).filter(({ name: each }) => matches(wanted, each)),
        fields,
        print,
      );
    },
  });

/** Commands that list records, aliases and info tags. */
export const listCommands = [
  defineCommand({
    name: "dbl",
    args: [string("record type"), string("fields")],
    help: "List the records, all or of one type, with fields if some are named.",
    run([type = "", fields], { host: { engine }, shell, print }) {
      const groups = namesByType(engine);
      const isAll = type === "" || type === "*";
      const wanted = isAll ? [...groups.values()] : [groups.get(type)];
      for (const names of wanted) {
        if (names === undefined) return print("No record type");
        listNames(engine, inOrder(shell, names), fields, print);
      }
    },
  }),
  globCommand("dbgrep"),
  globCommand("dbglob"),
  defineCommand({
    name: "dbla",
    args: [string("pattern")],
    help: "List the aliases, or those that match a pattern, with their records.",
    run([pattern], { host: { engine }, print }) {
      for (const listed of allNames(engine))
        if (isAlias(listed) && matches(pattern, listed.name)) print(`${listed.name} -> ${listed.record}`);
    },
  }),
  defineCommand({
    name: "dbli",
    args: [string("pattern")],
    help: "List the info tags of all records, or those whose name matches a pattern.",
    run([pattern], { host: { engine }, print }) {
      for (const listed of allNames(engine)) {
        if (isAlias(listed)) continue;
        for (const [tag, text] of engine.instance(listed.name)?.infoTags ?? [])
          if (matches(pattern, tag)) print(`${listed.name} info(${tag}, "${text}")`);
      }
    },
  }),
  defineCommand({
    name: "dbnr",
    args: [int("verbose")],
    help: "Count the records and aliases of each type, with 1 also of the types that have none.",
    run([verbose], { host: { engine }, print }) {
      print("Records  Aliases  Record Type");
      let records = 0;
      let aliases = 0;
      for (const [type, names] of namesByType(engine)) {
        const aliasesOfType = names.filter(isAlias).length;
        const recordsOfType = names.length - aliasesOfType;
        records += recordsOfType;
        aliases += aliasesOfType;
        if (verbose === 0 && recordsOfType === 0) continue;
        print(` ${String(recordsOfType).padStart(5)}    ${String(aliasesOfType).padStart(5)}    ${type}`);
      }
      print(`Total ${records} records, ${aliases} aliases`);
    },
  }),
  defineCommand({
    name: "dbCreateAlias",
    args: [pdbbase(), string("record"), string("alias")],
    help: "Give a record another name.",
    run([, record = "", alias = ""], { host: { engine }, error }) {
      const outcome = engine.addAlias(record, alias);
      if (!outcome.ok) error(`ERROR: ${outcome.error}`);
    },
  }),
];
