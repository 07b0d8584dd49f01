import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseDatabase } from "./parser.js";
import type { AliasDefinition, DatabaseProblem, RecordDefinition } from "./recordDefinition.js";
import { rawRecordNameProblem } from "./recordName.js";
import { readYamlDatabase, type YamlMacro } from "./yamlDatabase.js";

export interface RawInclude {
  readonly file: string;
  readonly macros: Readonly<Record<string, string>>;
}

/** A database file as it is written: macros not expanded, includes not followed. */
export interface RawDatabase {
  readonly macros: readonly Pick<YamlMacro, "name" | "default">[];
  readonly include: readonly RawInclude[];
  /** One definition for each record, later fields added to earlier ones as the engine does. */
  readonly records: readonly RecordDefinition[];
  readonly aliases: readonly AliasDefinition[];
  readonly problems: readonly DatabaseProblem[];
  readonly warnings: readonly string[];
}

const REFERENCE = /\$[({]([A-Za-z_][A-Za-z0-9_]*)\s*([=,)}])/g;

/** Names of the macros that are used without a default. */
function requiredMacros(texts: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const text of texts)
    for (const [, name, after] of text.matchAll(REFERENCE))
      if (name !== undefined && after !== "=") names.add(name);
  return [...names];
}

function* textsOf(records: Iterable<RecordDefinition>): Generator<string> {
  for (const record of records) {
    yield record.name;
    for (const { value } of record.fields.values()) yield value;
    yield* record.info.values();
    yield* record.aliases;
  }
}

function merge(records: readonly RecordDefinition[]): RecordDefinition[] {
  const merged = new Map<string, RecordDefinition>();
  for (const record of records) {
    const earlier = merged.get(record.name);
    if (!earlier || (record.type !== "*" && record.type !== earlier.type)) merged.set(record.name, record);
    else
      merged.set(record.name, {
        ...earlier,
        fields: new Map([...earlier.fields, ...record.fields]),
        info: new Map([...earlier.info, ...record.info]),
        aliases: [...new Set([...earlier.aliases, ...record.aliases])],
      });
  }
  return [...merged.values()];
}

/** Reads one file for conversion. */
export function readRawDatabase(path: string): RawDatabase {
  const text = readFileSync(path, "utf8");
  const records: RecordDefinition[] = [];
  const aliases: AliasDefinition[] = [];
  const include: RawInclude[] = [];
  const problems: DatabaseProblem[] = [];
  const warnings: string[] = [];
  let macros: readonly Pick<YamlMacro, "name" | "default">[] | undefined;
  const sinks = {
    record: (record: RecordDefinition): void => void records.push(record),
    alias: (alias: AliasDefinition): void => void aliases.push(alias),
    problem: (problem: DatabaseProblem): void => void problems.push(problem),
    nameProblem: rawRecordNameProblem,
  };

  if (/^\.ya?ml$/.test(extname(path))) {
    readYamlDatabase(text, path, {
      ...sinks,
      macros: (declared) => {
        macros = declared;
      },
      include: (included) => include.push({ file: included.file, macros: included.macros }),
      expand: (source) => source,
    });
  } else {
    const expand = (line: string): string => line;
    parseDatabase(
      { file: path, lines: text.split("\n"), expand },
      {
        ...sinks,
        include: (file, location) => {
          if (records.length > 0)
            warnings.push(`${path}:${location.line}: the include is moved before the records`);
          include.push({ file, macros: {} });
          return undefined;
        },
        path: (_directories, location) =>
          warnings.push(`${path}:${location.line}: path and addpath are left out`),
        definition: ({ kind, location }) =>
          warnings.push(`${path}:${location.line}: ${kind} is left out: it belongs into a .dbd file`),
      },
    );
  }
  const merged = merge(records);
  const used = [...textsOf(merged), ...aliases.flatMap(({ record, alias }) => [record, alias])];
  macros ??= requiredMacros(used).map((name) => ({ name, default: undefined }));
  return { macros, include, records: merged, aliases, problems, warnings };
}
