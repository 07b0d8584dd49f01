import { escapeText } from "../libcom/escape.js";
import { withDefaults } from "./macroDeclarations.js";
import type { RawDatabase, RawItem } from "./rawDatabase.js";
import type { RecordDefinition } from "./recordDefinition.js";
import { type SubstitutionItem, type SubstitutionRow, substitutionText } from "./substitutions.js";

/** Names keep what is written in them; only values know escapes. */
const name = (text: string): string => `"${text}"`;
const value = (text: string): string => `"${escapeText(text)}"`;
const word = (text: string): string => (/^[\w:.]+$/.test(text) ? text : name(text));

function dbRecord(record: RecordDefinition): string {
  const line = (keyword: string, key: string, text: string): string =>
    `    ${keyword}(${`${key},`.padEnd(5)} ${value(text)})`;
  const body = [
    ...record.aliases.map((alias) => `    alias(${name(alias)})`),
    ...[...record.fields].map(([field, definition]) => line("field", field, definition.value)),
    ...[...record.info].map(([tag, text]) => line("info", word(tag), text)),
  ];
  const type = /^\w+$/.test(record.type) ? record.type : name(record.type);
  return [`record(${type}, ${name(record.name)})`, "{", ...body, "}", ""].join("\n");
}

function dbItem(item: RawItem): string {
  switch (item.kind) {
    case "include":
      return `include ${name(item.file)}`;
    case "path":
      return `${item.append ? "addpath" : "path"} ${name(item.directories)}`;
    case "record":
      return dbRecord(item.record);
    case "alias":
      return `alias(${name(item.alias.record)}, ${name(item.alias.alias)})`;
    case "substitutions":
      return "";
  }
}

/** What a .db file cannot say, in words. */
export function lostInDb({ items }: RawDatabase): string[] {
  return items.flatMap((item) => {
    if (item.kind === "substitutions") return ["substitutions: a .db file has none"];
    const hasMacros = item.kind === "include" && Object.keys(item.macros).length > 0;
    return hasMacros ? [`the macros for ${item.file}: a .db file includes without macros`] : [];
  });
}

/** Writes a database in EPICS's own form. */
export function writeDb(database: RawDatabase): string {
  const lines = withDefaults(database.items, database.macros ?? []).map(dbItem);
  const text = lines.map((line, at) => {
    const endsBlock = line.startsWith("include") && lines[at + 1]?.startsWith("record");
    return endsBlock ? `${line}\n` : line;
  });
  return `${text.join("\n").trimEnd()}\n`;
}

const pairs = (macros: readonly (readonly [string, string])[]): string =>
  macros.length === 0
    ? "{}"
    : `{ ${macros.map(([key, text]) => `${key}=${substitutionText(text)}`).join(", ")} }`;

function rowText(row: SubstitutionRow): string {
  if (row.kind === "global") return `global ${pairs(row.macros)}`;
  if (row.kind === "macros") return pairs(row.macros);
  return row.values.length === 0 ? "{}" : `{ ${row.values.map(substitutionText).join(", ")} }`;
}

function substitutionItem(item: SubstitutionItem): string {
  if (item.kind === "global") return `global ${pairs(item.macros)}\n`;
  const pattern = item.pattern === undefined ? [] : [`pattern { ${item.pattern.join(", ")} }`];
  const rows = [...pattern, ...item.rows.map(rowText)].map((line) => `    ${line}`);
  return [`file ${name(item.file)} {`, ...rows, "}", ""].join("\n");
}

/** Writes the substitutions of a database as a .substitutions file. */
export function writeSubstitutions({ items }: RawDatabase): string {
  const texts = items.flatMap((item) =>
    item.kind === "substitutions" ? item.items.map(substitutionItem) : [],
  );
  return `${texts.join("\n").trimEnd()}\n`;
}

/** What a .substitutions file cannot say, in words. */
export const lostInSubstitutions = ({ items }: RawDatabase): string[] =>
  items
    .filter(({ kind }) => kind !== "substitutions")
    .map(({ kind }) => `a ${kind}: a .substitutions file has none`);
