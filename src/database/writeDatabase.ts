import { Document, isCollection, isPair, visit } from "yaml";
import { escapeText } from "../libcom/escape.js";
import type { RawDatabase } from "./rawDatabase.js";
import type { RecordDefinition } from "./recordDefinition.js";
import { statesOfFields } from "./states.js";

const quoted = (text: string): string => `"${escapeText(text)}"`;

/** Puts the defaults that a YAML database declares into its references, where a .db file keeps them. */
function withDefaults(macros: RawDatabase["macros"]): (text: string) => string {
  const defaults = new Map(macros.map((macro) => [macro.name, macro.default]));
  return (text) =>
    text.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (reference, name: string) => {
      const value = defaults.get(name);
      return value === undefined ? reference : `$(${name}=${value})`;
    });
}

/** Writes a database in EPICS's own form. */
export function writeDb(database: RawDatabase): string {
  const text = withDefaults(database.macros);
  const line = (word: string, name: string, value: string): string =>
    `    ${word}(${`${name},`.padEnd(5)} ${quoted(text(value))})`;
  const records = database.records.map((record) => {
    const body = [
      ...record.aliases.map((alias) => `    alias(${quoted(text(alias))})`),
      ...[...record.fields].map(([field, { value }]) => line("field", field, value)),
      ...[...record.info].map(([tag, value]) =>
        line("info", /^[\w:.]+$/.test(tag) ? tag : quoted(tag), value),
      ),
    ];
    const type = /^\w+$/.test(record.type) ? record.type : quoted(record.type);
    return [`record(${type}, ${quoted(text(record.name))})`, "{", ...body, "}", ""].join("\n");
  });
  const includes = database.include.map(({ file }) => `include ${quoted(file)}`);
  const aliases = database.aliases.map(
    ({ record, alias }) => `alias(${quoted(text(record))}, ${quoted(text(alias))})`,
  );
  return `${[...includes, ...(includes.length > 0 ? [""] : []), ...records, ...aliases].join("\n").trimEnd()}\n`;
}

/** A number where the text is the way YAML writes it, so that it needs no quotes. */
const scalar = (text: string): string | number => {
  const number = Number(text);
  return text !== "" && String(number) === text && Number.isFinite(number) ? number : text;
};

function yamlRecord(record: RecordDefinition): Record<string, unknown> {
  const fields = new Map([...record.fields].map(([field, { value }]) => [field, value]));
  const states = statesOfFields(record.type, fields);
  for (const field of states?.fields ?? []) fields.delete(field);
  const entry: Record<string, unknown> = { type: record.type };
  if (states)
    entry["states"] = states.states.map(({ name, value }) =>
      value === undefined ? name : { name, value: scalar(value) },
    );
  for (const [field, value] of fields) entry[field] = scalar(value);
  if (record.info.size > 0) entry["info"] = Object.fromEntries(record.info);
  if (record.aliases.length > 0) entry["aliases"] = record.aliases;
  return entry;
}

function yamlMacro(macro: RawDatabase["macros"][number]): Record<string, unknown> {
  return macro.default === undefined ? {} : { default: scalar(macro.default) };
}

const SHORT = 90;

/** Short records and lists on one line, as people write them. */
function useFlowForShort(document: Document): void {
  visit(document, {
    Collection(_, node, path) {
      const nested = node.items.some((item) => isPair(item) && isCollection(item.value));
      if (!nested && path.length > 2 && JSON.stringify(node).length < SHORT) node.flow = true;
    },
  });
}

/** Writes a database in the YAML form. */
export function writeYaml(database: RawDatabase): string {
  const includes = database.include.map(({ file, macros }) =>
    Object.keys(macros).length > 0 ? { file, macros } : file,
  );
  const macros = database.macros.map((macro) => [macro.name, yamlMacro(macro)]);
  const records = database.records.map((record) => [record.name, yamlRecord(record)]);
  const aliases = database.aliases.map(({ record, alias }) => [alias, record]);
  const document = new Document({
    ...(macros.length > 0 ? { macros: Object.fromEntries(macros) } : {}),
    ...(includes.length > 0 ? { include: includes } : {}),
    records: Object.fromEntries(records),
    ...(aliases.length > 0 ? { aliases: Object.fromEntries(aliases) } : {}),
  });
  useFlowForShort(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
