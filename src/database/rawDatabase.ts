import { readFileSync } from "node:fs";
import { formOf } from "./databaseForm.js";
import { parseDatabase } from "./parser.js";
import type {
  AliasDefinition,
  DatabaseProblem,
  RecordDefinition,
  SourceLocation,
} from "./recordDefinition.js";
import { rawRecordNameProblem } from "./recordName.js";
import { parseSubstitutions } from "./substitutionParser.js";
import type { SubstitutionItem } from "./substitutions.js";
import { readYamlDatabase, type YamlMacro } from "./yamlDatabase.js";

export interface RawInclude {
  readonly kind: "include";
  readonly file: string;
  readonly macros: Readonly<Record<string, string>>;
}

/** One thing that a database file says. */
export type RawItem =
  | RawInclude
  | { readonly kind: "path"; readonly directories: string; readonly append: boolean }
  | { readonly kind: "record"; readonly record: RecordDefinition }
  | { readonly kind: "alias"; readonly alias: AliasDefinition }
  | { readonly kind: "substitutions"; readonly items: readonly SubstitutionItem[] };

export type DeclaredMacro = Pick<YamlMacro, "name" | "default">;

/** A database file as it is written, in its order: macros not expanded, includes not followed. */
export interface RawDatabase {
  /** The macros that the file declares; undefined for a form that declares none. */
  readonly macros: readonly DeclaredMacro[] | undefined;
  readonly items: readonly RawItem[];
  /** What could not be read or kept. */
  readonly problems: readonly DatabaseProblem[];
}

/** Collects what a reader finds. */
class Collector {
  macros: DeclaredMacro[] | undefined;
  readonly items: RawItem[] = [];
  readonly problems: DatabaseProblem[] = [];

  readonly sinks = {
    record: (record: RecordDefinition): void => void this.items.push({ kind: "record", record }),
    alias: (alias: AliasDefinition): void => void this.items.push({ kind: "alias", alias }),
    problem: (problem: DatabaseProblem): void => void this.problems.push(problem),
    nameProblem: rawRecordNameProblem,
  };

  readDb(text: string, file: string): void {
    const lines = text.split("\n");
    parseDatabase(
      { file, lines, expand: (line) => line },
      {
        ...this.sinks,
        include: (name, location, record) => {
          if (record === undefined) this.items.push({ kind: "include", file: name, macros: {} });
          else this.lost(location, "an include inside of a record", record);
          return undefined;
        },
        path: (directories, append) => this.items.push({ kind: "path", directories, append }),
        definition: ({ kind, location }) => this.lost(location, `a ${kind}, which belongs into a .dbd file,`),
      },
    );
  }

  readYaml(text: string, file: string): void {
    readYamlDatabase(text, file, {
      ...this.sinks,
      macros: (declared) => {
        this.macros = [...(this.macros ?? []), ...declared];
      },
      include: ({ file: name, macros }) => this.items.push({ kind: "include", file: name, macros }),
      substitutions: (items) => this.items.push({ kind: "substitutions", items }),
      path: (directories, append) => this.items.push({ kind: "path", directories, append }),
      expand: (source) => source,
    });
  }

  private lost(location: SourceLocation, what: string, record?: string): void {
    const message = `${what} is left out`;
    this.problems.push(record === undefined ? { location, message } : { location, record, message });
  }
}

/** Reads one file for conversion. */
export const readRawDatabase = (path: string): RawDatabase =>
  parseRawDatabase(readFileSync(path, "utf8"), path);

/** The same for its text; the name of the file says in which form it is. */
export function parseRawDatabase(text: string, path: string): RawDatabase {
  const form = formOf(path);
  if (form === "substitutions") {
    const { items, problems } = parseSubstitutions(text, path);
    return { macros: undefined, items: [{ kind: "substitutions", items }], problems };
  }
  const collector = new Collector();
  if (form === "yaml") collector.readYaml(text, path);
  else collector.readDb(text, path);
  const { macros, items, problems } = collector;
  return { macros: form === "yaml" ? (macros ?? []) : undefined, items, problems };
}
