import { readFileSync } from "node:fs";
import { errorMessage } from "../libcom/errorMessage.js";
import { MacroExpander, type Macros } from "../libcom/macLib.js";
import { checkRecord } from "./check.js";
import { formOf } from "./databaseForm.js";
import type { Definition } from "./definitions.js";
import { FileFinder } from "./fileFinder.js";
import type { OpenFile } from "./lexer.js";
import { parseDatabase } from "./parser.js";
import type {
  AliasDefinition,
  DatabaseDefinition,
  DatabaseProblem,
  DatabaseSink,
  DatabaseVariables,
  FieldDefinition,
  RecordDefinition,
  RecordTypeCatalog,
  SourceLocation,
} from "./recordDefinition.js";
import { recordNameProblem, recordNameWarning } from "./recordName.js";
import { parseSubstitutions } from "./substitutionParser.js";
import { expandSubstitutions } from "./substitutions.js";
import { readYamlDatabase, type YamlInclude, type YamlMacro } from "./yamlDatabase.js";

export interface LoadOptions {
  /** The known record types; without it unknown types, fields and menu choices go unnoticed here. */
  readonly catalog?: RecordTypeCatalog | undefined;
  /** Directories to look in; EPICS_DB_INCLUDE_PATH of the environment where this is absent. */
  readonly searchPath?: readonly string[] | undefined;
  /** What file names expand from; process.env where this is absent. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
  readonly variables?: DatabaseVariables | undefined;
}

/** A file that was loaded by name or by a substitutions file, with the macros it got. */
export interface LoadedFile {
  readonly file: string;
  readonly macros: Readonly<Record<string, string>>;
}

/** What there was to say about files that were read. */
export interface ReadReport {
  readonly files: readonly LoadedFile[];
  readonly problems: readonly DatabaseProblem[];
  readonly warnings: readonly string[];
}

export interface LoadedDatabase extends ReadReport {
  readonly definition: DatabaseDefinition;
}

/** Keeps everything that it is given. */
class Collection implements DatabaseSink {
  readonly records: RecordDefinition[] = [];
  readonly aliases: AliasDefinition[] = [];
  readonly definitions: Definition[] = [];

  record(record: RecordDefinition): void {
    this.records.push(record);
  }

  alias(alias: AliasDefinition): void {
    this.aliases.push({ ...alias, afterRecords: this.records.length });
  }

  definition(definition: Definition): void {
    this.definitions.push(definition);
  }
}

const macroSubject = ({ file, line }: SourceLocation, name: string): string => `${file}:${line}:${name}`;

const isYaml = (path: string): boolean => formOf(path) === "yaml";

class Loader {
  private readonly files: LoadedFile[] = [];
  private readonly problems: DatabaseProblem[] = [];
  /** By place and subject, so that each is said once. */
  private readonly warnings = new Map<string, string>();
  /** The files that are being read, each included by the one before. */
  private readonly loading: string[] = [];
  private readonly environment: NodeJS.ProcessEnv;
  private readonly finder: FileFinder;

  constructor(
    private readonly options: LoadOptions,
    private readonly sink: DatabaseSink,
  ) {
    this.environment = options.environment ?? process.env;
    this.finder = new FileFinder(options.searchPath, this.environment);
  }

  report(): ReadReport {
    const { files, problems, warnings } = this;
    return { files, problems, warnings: [...warnings.values()] };
  }

  /** Loads a file that is not included by another one. */
  loadWhole(file: string, macros: Readonly<Record<string, string>>, from?: SourceLocation): void {
    this.files.push({ file, macros });
    this.load(file, macros, from);
  }

  /** Loads one file; `from` is where it is asked for. */
  load(name: string, macros: Macros, from: SourceLocation | undefined): void {
    const opened = this.open(name, from);
    if (!opened) return;
    if (isYaml(opened.path)) this.loadYaml(opened.path, opened.text, macros);
    else this.loadText(opened.path, opened.text, macros);
  }

  loadSubstitutions(name: string, macros: Readonly<Record<string, string>>): void {
    const opened = this.open(name, undefined);
    if (!opened) return;
    if (isYaml(opened.path)) {
      this.loadYaml(opened.path, opened.text, macros);
      return;
    }
    const { items, problems } = parseSubstitutions(opened.text, opened.path);
    this.problems.push(...problems);
    for (const { file, macros: row, location } of expandSubstitutions(items))
      this.loadWhole(file, { ...macros, ...Object.fromEntries(row) }, location);
  }

  private loadText(path: string, text: string, macros: Macros): void {
    this.loading.push(path);
    const expander = new MacroExpander(macros);
    const open = (file: string, content: string): OpenFile => ({
      file,
      lines: content.split("\n"),
      expand: (line, location) => this.expand(expander, line, location),
    });
    parseDatabase(open(path, text), {
      include: (name, location) => {
        const opened = this.open(name, location);
        if (!opened) return undefined;
        if (!isYaml(opened.path)) return open(opened.path, opened.text);
        this.loadYaml(opened.path, opened.text, macros);
        return undefined;
      },
      path: (directories, append) => this.finder.setPath(directories, append),
      record: (record) => this.addRecord(record),
      alias: (alias) => this.addAlias(alias),
      definition: (definition) => this.sink.definition(definition),
      problem: (problem) => this.problems.push(problem),
      nameProblem: recordNameProblem,
    });
    this.loading.pop();
  }

  private loadYaml(path: string, text: string, macros: Macros): void {
    this.loading.push(path);
    const given = macros instanceof Map ? Object.fromEntries(macros) : macros;
    const expander = new MacroExpander(given);
    const define = (declared: readonly YamlMacro[]): void => {
      for (const macro of declared) {
        if (Object.hasOwn(given, macro.name)) continue;
        if (macro.default !== undefined) expander.define(macro.name, macro.default);
        else this.warn(macro.location, `the macro ${macro.name} is not given`);
      }
    };
    const include = ({ file, macros: own, location }: YamlInclude): void =>
      this.load(file, { ...given, ...own }, location);
    readYamlDatabase(text, path, {
      macros: define,
      include,
      substitutions: (items) => {
        for (const { file, macros: row, location } of expandSubstitutions(items))
          include({ file, macros: Object.fromEntries(row), location });
      },
      path: (directories, append) => this.finder.setPath(directories, append),
      record: (record) => this.addRecord(record),
      alias: (alias) => this.addAlias(alias),
      expand: (line, location) => this.expand(expander, line, location),
      problem: (problem) => this.problems.push(problem),
      nameProblem: recordNameProblem,
    });
    this.loading.pop();
  }

  private open(name: string, from: SourceLocation | undefined): { path: string; text: string } | undefined {
    const path = this.finder.find(name, from?.file);
    const location = from ?? { file: name, line: 1 };
    if (path === undefined) {
      this.problems.push({ location, message: `cannot find the database file "${name}"` });
      return undefined;
    }
    if (this.loading.includes(path)) {
      this.problems.push({ location, message: `"${name}" is included by itself` });
      return undefined;
    }
    try {
      return { path, text: readFileSync(path, "utf8") };
    } catch (error) {
      this.problems.push({ location, message: `cannot read "${path}": ${errorMessage(error)}` });
      return undefined;
    }
  }

  private addAlias(alias: AliasDefinition): void {
    this.warnOfName(alias.alias, alias.location);
    this.sink.alias(alias);
  }

  private addRecord(record: RecordDefinition): void {
    for (const name of [record.name, ...record.aliases]) this.warnOfName(name, record.location);
    // Nothing that a deletion says counts.
    const expanded =
      record.type === "#" ? { ...record, fields: new Map() } : this.withoutMissingMacros(record);
    const { catalog } = this.options;
    const checked = catalog
      ? checkRecord(expanded, catalog, (problem) => this.problems.push(problem))
      : expanded;
    if (checked) this.sink.record(checked);
  }

  /** EPICS leaves a field at its initial value when a macro in its value is not defined. */
  private withoutMissingMacros(record: RecordDefinition): RecordDefinition {
    let fields: Map<string, FieldDefinition> | undefined;
    for (const [field, { value, location }] of record.fields) {
      if (!/\$[({]/.test(value)) continue;
      fields ??= new Map(record.fields);
      fields.delete(field);
      const names = [...value.matchAll(/\$\(([^()]*),undefined\)/g)].map((match) => match[1] ?? "");
      for (const name of names) this.warnings.delete(macroSubject(location, name));
      const what =
        names.length > 0 ? `the macro ${names.join(", ")} is undefined` : "a macro is not expanded";
      this.problems.push({ location, record: record.name, field, message: what });
    }
    return fields === undefined ? record : { ...record, fields };
  }

  private warnOfName(name: string, location: SourceLocation): void {
    const warning = recordNameWarning(name);
    if (warning !== undefined) this.warn(location, warning);
  }

  private expand(expander: MacroExpander, text: string, location: SourceLocation): string {
    const expanded = expander.expand(text);
    if (this.options.variables?.dbQuietMacroWarnings) return expanded.text;
    for (const name of expanded.undefined) {
      const state = expanded.text.includes(`$(${name},recursive)`) ? "recursive" : "undefined";
      const message = `macLib: macro ${name} is ${state} (expanding string ${text.trim()})`;
      this.warn(location, message, macroSubject(location, name));
    }
    return expanded.text;
  }

  private warn(location: SourceLocation, message: string, subject = message): void {
    this.warnings.set(subject, `${location.file}:${location.line}: ${message}`);
  }
}

/**
 * Loads a database file by its suffix: .yaml or .yml, anything else as .db. Whatever is wrong is in `problems`, one line each, and
 * everything else is in `definition`. Macro values are raw as `parseMacros` gives them.
 */
export function loadDatabaseFile(
  path: string,
  macros: Readonly<Record<string, string>> = {},
  options: LoadOptions = {},
): LoadedDatabase {
  return collected((sink) => readDatabaseFile(path, macros, options, sink));
}

/** As `loadDatabaseFile`; everything goes to `sink` as it is read, so that a large database need not be kept. */
export function readDatabaseFile(
  path: string,
  macros: Readonly<Record<string, string>>,
  options: LoadOptions,
  sink: DatabaseSink,
): ReadReport {
  const loader = new Loader(options, sink);
  loader.loadWhole(path, macros);
  return loader.report();
}

function collected(read: (sink: DatabaseSink) => ReadReport): LoadedDatabase {
  const collection = new Collection();
  const report = read(collection);
  return { definition: collection, ...report };
}

/** The same for a .dbd file that `dbLoadDatabase` names, in `path` where it has one; nothing where there is no such file. */
export function readDefinitionsFile(
  file: string,
  macros: Readonly<Record<string, string>>,
  options: LoadOptions,
  sink: DatabaseSink,
): ReadReport {
  const { searchPath, environment = process.env } = options;
  if (new FileFinder(searchPath, environment).find(file) === undefined)
    return { files: [], problems: [], warnings: [] };
  return readDatabaseFile(file, macros, options, sink);
}

/** Loads the templates of a .substitutions file, one after the other; `macros` count for all of them. */
export function loadSubstitutionsFile(
  path: string,
  macros: Readonly<Record<string, string>> = {},
  options: LoadOptions = {},
): LoadedDatabase {
  return collected((sink) => readSubstitutionsFile(path, macros, options, sink));
}

/** As `loadSubstitutionsFile`, with everything given to `sink`. */
export function readSubstitutionsFile(
  path: string,
  macros: Readonly<Record<string, string>>,
  options: LoadOptions,
  sink: DatabaseSink,
): ReadReport {
  const loader = new Loader(options, sink);
  loader.loadSubstitutions(path, macros);
  return loader.report();
}
