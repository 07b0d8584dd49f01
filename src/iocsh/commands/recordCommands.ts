import { type ArrayValue, type DbfType, isArrayValue } from "../../channel/dbf.js";
import { inColumns } from "../columns.js";
import { CommandError, defineCommand, int, recordName, string } from "../command.js";
import { globMatches } from "../glob.js";
import type { IocshHost, ShellEngine } from "../host.js";
import type { CommandContext } from "../shell.js";
import { databaseText, fieldReport } from "./fieldReport.js";
import { required, valueCells, withChannel } from "./recordAccess.js";

const TAB = 10;

const byName = (a: string, b: string): number => a.toLowerCase().localeCompare(b.toLowerCase());

interface TypeNames {
  readonly records: string[];
  readonly aliases: string[];
}

/** Records in the order they were loaded, then their aliases, by record type in alphabetical order. */
function namesByType(engine: ShellEngine): ReadonlyMap<string, TypeNames> {
  const groups = new Map<string, TypeNames>();
  const groupOf = (record: string): TypeNames => {
    const type = engine.record(record)?.recordType ?? "";
    const group = groups.get(type) ?? { records: [], aliases: [] };
    groups.set(type, group);
    return group;
  };
  for (const name of engine.recordNames()) groupOf(name).records.push(name);
  for (const { alias, record } of engine.aliases()) groupOf(record).aliases.push(alias);
  return new Map([...groups].sort(([a], [b]) => byName(a, b)));
}

const namesOf = ({ records, aliases }: TypeNames): readonly string[] => [...records, ...aliases];

const allNames = (engine: ShellEngine): readonly string[] =>
  [...namesByType(engine).values()].flatMap(namesOf);

const fieldText = (engine: ShellEngine, record: string, field: string): string => {
  if (field === "recordType") return `, "${engine.record(record)?.recordType ?? ""}"`;
  const name = `${record}.${field}`;
  return engine.has(name) ? `, "${databaseText(engine, record, field)}"` : ", ";
};

function listRecords(
  engine: ShellEngine,
  names: readonly string[],
  fields: string | undefined,
  print: CommandContext["print"],
): void {
  const wanted = (fields ?? "").split(/[ ,]+/).filter((field) => field !== "");
  for (const name of names) print(name + wanted.map((field) => fieldText(engine, name, field)).join(""));
}

/** The value of a PV in dbgf's form, one or several lines. */
function valueLines(host: IocshHost, pv: string): readonly string[] {
  return withChannel(host, pv, (channel) => {
    const { value } = channel.read();
    // Menus and enums are shown by their text.
    const asText = channel.fieldType === "ENUM" && !isArrayValue(value);
    const cells = asText
      ? valueCells("STRING", host.engine.getString(pv))
      : valueCells(channel.fieldType, value);
    return inColumns(cells, TAB);
  });
}

function printValue({ host, print }: CommandContext, pv: string): void {
  for (const line of valueLines(host, pv)) print(line);
}

/** The elements of `[1, 2, 3]` for an array field; undefined for anything that is not meant so. */
function arrayOf(host: IocshHost, pv: string, text: string): ArrayValue | undefined {
  const { elementCount, fieldType } = withChannel(host, pv, (channel) => channel);
  const isText = fieldType === "CHAR" || fieldType === "UCHAR";
  if (elementCount <= 1 || isText || !text.trimStart().startsWith("[")) return undefined;
  let elements: unknown;
  try {
    elements = JSON.parse(text);
  } catch (error) {
    throw new CommandError(`${pv}: ${error instanceof Error ? error.message : "no JSON array"}`);
  }
  if (!Array.isArray(elements)) return undefined;
  return fieldType === "STRING" ? elements.map(String) : Float64Array.from(elements, Number);
}

const numericTypes: readonly DbfType[] = ["STRING", "CHAR", "SHORT", "LONG", "DOUBLE", "ENUM"];

const globCommand = (name: string) =>
  defineCommand({
    name,
    args: [string("pattern"), string("fields")],
    help: "List the records whose name matches a pattern, with fields if some are named.",
    run([pattern, fields], { host: { engine }, print }) {
      const wanted = required(pattern, `${name} "pattern"`);
      const names = allNames(engine).filter((each) => globMatches(wanted, each));
      listRecords(engine, names, fields, print);
    },
  });

export const recordCommands = [
  defineCommand({
    name: "dbl",
    args: [string("record type"), string("fields")],
    help: "List the records, all or of one type, with fields if some are named.",
    run([type, fields], { host: { engine }, print }) {
      const groups = namesByType(engine);
      if (type === undefined || type === "" || type === "*") {
        listRecords(engine, allNames(engine), fields, print);
        return;
      }
      const names = groups.get(type);
      if (names === undefined) throw new CommandError("No record type");
      listRecords(engine, namesOf(names), fields, print);
    },
  }),
  globCommand("dbgrep"),
  globCommand("dbglob"),
  defineCommand({
    name: "dbla",
    args: [string("pattern")],
    help: "List the aliases, or those that match a pattern, with their records.",
    run([pattern = "*"], { host: { engine }, print }) {
      for (const { alias, record } of engine.aliases()) {
        if (globMatches(pattern || "*", alias)) print(`${alias} -> ${record}`);
      }
    },
  }),
  defineCommand({
    name: "dbnr",
    args: [int("verbose")],
    help: "Count the records of each type.",
    run(_, { host: { engine }, print }) {
      const groups = namesByType(engine);
      print("Records  Aliases  Record Type");
      let records = 0;
      let aliases = 0;
      for (const [type, names] of groups) {
        const counts = [names.records.length, names.aliases.length].map((count) => String(count).padStart(5));
        print(` ${counts.join("    ")}    ${type}`);
        records += names.records.length;
        aliases += names.aliases.length;
      }
      print(`Total ${records} records, ${aliases} aliases`);
    },
  }),
  defineCommand({
    name: "dba",
    args: [recordName("record name")],
    help: "Show what a PV's name leads to.",
    run([name], { host, print }) {
      const pv = required(name, 'dba "pv name"');
      withChannel(host, pv, (channel) => {
        print(`   No Elements: ${channel.elementCount}`);
        print(`   Record Type: ${channel.className}`);
        print(`    Field Type: DBF_${channel.fieldType}`);
      });
    },
  }),
  defineCommand({
    name: "dbgf",
    args: [recordName("record name")],
    help: "Show the value of a field.",
    run: ([name], context) => printValue(context, required(name, 'dbgf "pv name"')),
  }),
  defineCommand({
    name: "dbpf",
    args: [recordName("record name"), string("value")],
    help: "Write a field as a client would, processing its record where the field asks for it; arrays as JSON.",
    run([name, value], context) {
      const usage = 'dbpf "pv name", "value"';
      const pv = required(name, usage);
      if (value === undefined) throw new CommandError(`Usage: ${usage}`);
      if (!context.host.engine.has(pv)) throw new CommandError(`PV '${pv}' not found`);
      const written = context.host.engine.put(pv, arrayOf(context.host, pv, value) ?? value);
      printValue(context, pv);
      if (!written.ok) throw new CommandError(written.error.message);
    },
  }),
  defineCommand({
    name: "dbtr",
    args: [recordName("record name")],
    help: "Process a record, then show its fields.",
    run([name], { host, print }) {
      const record = required(name, 'dbtr "pv name"').split(".")[0] ?? "";
      const instance = host.engine.instance(record);
      if (instance === undefined) throw new CommandError(`PV '${name}' not found`);
      instance.process();
      for (const line of fieldReport(host.engine, record, 3)) print(line);
    },
  }),
  defineCommand({
    name: "dbpr",
    args: [recordName("record name"), int("interest level")],
    help: "Show the fields of a record; interest level 0 to 4, more fields with each.",
    run([name, level], { host, print }) {
      const record = required(name, 'dbpr "pv name", level').split(".")[0] ?? "";
      if (host.engine.record(record) === undefined) throw new CommandError(`PV '${name}' not found`);
      for (const line of fieldReport(host.engine, record, level)) print(line);
    },
  }),
  defineCommand({
    name: "dbtgf",
    args: [recordName("record name")],
    help: "Show the value and the metadata of a field.",
    run([name], context) {
      const pv = required(name, 'dbtgf "pv name"');
      withChannel(context.host, pv, (channel) => {
        const { status, severity } = channel.read();
        const { units, precision, states } = channel.properties();
        context.print(`status = ${status}, severity = ${severity}`);
        if (units !== undefined) context.print(`units = "${units}"`);
        if (precision !== undefined) context.print(`precision = ${precision}`);
        if (states !== undefined) context.print(`no_strs = ${states.length}:`);
        for (const state of states ?? []) context.print(`\t"${state}"`);
      });
      printValue(context, pv);
    },
  }),
  defineCommand({
    name: "gft",
    args: [recordName("record name")],
    help: "Show a field as a client would get it.",
    run([name], context) {
      const pv = required(name, 'gft "pv name"');
      withChannel(context.host, pv, ({ fieldType, elementCount }) => {
        context.print(`   Record Name: ${pv}`);
        context.print(`   Export Type: ${numericTypes.includes(fieldType) ? fieldType : "DOUBLE"}`);
        context.print(`   No Elements: ${elementCount}`);
      });
      printValue(context, pv);
    },
  }),
  defineCommand({
    name: "tpn",
    args: [recordName("record name"), string("value")],
    help: "Write a field with completion and say when everything it started is done.",
    async run([name, value], { host, print }) {
      const pv = required(name, 'tpn "pv name", "value"');
      if (!host.engine.has(pv)) throw new CommandError(`PV '${pv}' not found`);
      const written = await host.engine.putNotify(pv, value ?? "");
      print(`tpnCallback '${pv}': ${written.ok ? "Success" : written.error.message}`);
    },
  }),
];
