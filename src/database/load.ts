import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { errorMessage } from "../libcom/errorMessage.js";
import { MacroExpander, type Macros } from "../libcom/macLib.js";
import { checkRecords } from "./check.js";
import { FileFinder } from "./fileFinder.js";
import type { OpenFile } from "./lexer.js";
import { parseDatabase } from "./parser.js";
import type {
  AliasDefinition,
  DatabaseDefinition,
  DatabaseProblem,
  RecordDefinition,
  RecordTypeCatalog,
  SourceLocation,
} from "./recordDefinition.js";
import { recordNameProblem } from "./recordName.js";
import { parseSubstitutions } from "./substitutions.js";
import { readYamlDatabase, type YamlMacro } from "./yamlDatabase.js";

export interface LoadOptions {
  /** The known record types; without it unknown types, fields and menu choices go unnoticed here. */
  readonly catalog?: RecordTypeCatalog | undefined;
  /** Directories to look in; EPICS_DB_INCLUDE_PATH of the environment where this is absent. */
  readonly searchPath?: readonly string[] | undefined;
  /** Macros that are not defined are looked up here, and file names expanded; process.env where this is absent. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}

export interface LoadedDatabase {
  readonly definition: DatabaseDefinition;
  readonly problems: readonly DatabaseProblem[];
  readonly warnings: readonly string[];
}

const MAXIMUM_INCLUDE_DEPTH = 64;

const isYaml = (path: string): boolean => /^\.ya?ml$/.test(extname(path));

class Loader {
  private readonly records: RecordDefinition[] = [];
  private readonly aliases: AliasDefinition[] = [];
  readonly problems: DatabaseProblem[] = [];
  private readonly warnings = new Set<string>();
  private readonly environment: NodeJS.ProcessEnv;
  private readonly finder: FileFinder;

  constructor(private readonly options: LoadOptions) {
    this.environment = options.environment ?? process.env;
    this.finder = new FileFinder(options.searchPath, this.environment);
  }

  result(): LoadedDatabase {
    const { catalog } = this.options;
    const records = catalog
      ? checkRecords(this.records, catalog, (problem) => this.problems.push(problem))
      : this.records;
    return {
      definition: { records, aliases: this.aliases },
      problems: this.problems,
      warnings: [...this.warnings],
    };
  }

  /** Loads one file; `from` is where it is asked for. */
  load(name: string, macros: Macros, from: SourceLocation | undefined, depth = 0): void {
    const opened = this.open(name, from);
    if (!opened) return;
    if (isYaml(opened.path)) this.loadYaml(opened.path, opened.text, macros, depth);
    else this.loadText(opened.path, opened.text, macros, depth);
  }

  loadSubstitutions(name: string, macros: Readonly<Record<string, string>>): void {
    const opened = this.open(name, undefined);
    if (!opened) return;
    const { substitutions, problems } = parseSubstitutions(opened.text, opened.path);
    this.problems.push(...problems);
    for (const { file, macros: row, location } of substitutions)
      this.load(file, { ...macros, ...Object.fromEntries(row) }, location);
  }

  private loadText(path: string, text: string, macros: Macros, depth: number): void {
    const expander = this.expander(macros);
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
        this.loadYaml(opened.path, opened.text, macros, depth + 1);
        return undefined;
      },
      path: (directories, _location, append) => this.finder.setPath(directories, append),
      record: (record) => this.addRecord(record),
      alias: (alias) => this.aliases.push(alias),
      problem: (problem) => this.problems.push(problem),
      nameProblem: recordNameProblem,
      warning: (warning) => this.warnings.add(warning),
    });
  }

  private loadYaml(path: string, text: string, macros: Macros, depth: number): void {
    const given = macros instanceof Map ? Object.fromEntries(macros) : macros;
    const expander = this.expander(given);
    const define = (declared: readonly YamlMacro[]): void => {
      for (const macro of declared) {
        if (Object.hasOwn(given, macro.name) || this.environment[macro.name] !== undefined) continue;
        if (macro.default !== undefined) expander.define(macro.name, macro.default);
        else this.warn(macro.location, `the macro ${macro.name} is not given`);
      }
    };
    readYamlDatabase(text, path, {
      macros: define,
      include: ({ file, macros: own, location }) => {
        if (depth < MAXIMUM_INCLUDE_DEPTH) this.load(file, { ...given, ...own }, location, depth + 1);
        else this.problems.push({ location, message: `"${file}" is included by itself` });
      },
      record: (record) => this.addRecord(record),
      alias: (alias) => this.aliases.push(alias),
      expand: (line, location) => this.expand(expander, line, location),
      problem: (problem) => this.problems.push(problem),
      nameProblem: recordNameProblem,
    });
  }

  private open(name: string, from: SourceLocation | undefined): { path: string; text: string } | undefined {
    const path = this.finder.find(name, from?.file);
    const location = from ?? { file: name, line: 1 };
    if (path === undefined) {
      this.problems.push({ location, message: `cannot find the database file "${name}"` });
      return undefined;
    }
    try {
      return { path, text: readFileSync(path, "utf8") };
    } catch (error) {
      this.problems.push({ location, message: `cannot read "${path}": ${errorMessage(error)}` });
      return undefined;
    }
  }

  /** EPICS leaves a field at its initial value when a macro in its value is not defined. */
  private addRecord(record: RecordDefinition): void {
    const fields = new Map(record.fields);
    for (const [field, { value, location }] of record.fields) {
      if (!/\$[({]/.test(value)) continue;
      fields.delete(field);
      const names = [...value.matchAll(/\$\(([^()]*),undefined\)/g)].map((match) => match[1] ?? "");
      for (const name of names) this.warnings.delete(this.missingMacro(location, name));
      const what =
        names.length > 0 ? `the macro ${names.join(", ")} is undefined` : "a macro is not expanded";
      this.problems.push({ location, record: record.name, field, message: what });
    }
    this.records.push({ ...record, fields });
  }

  private missingMacro({ file, line }: SourceLocation, name: string): string {
    return `${file}:${line}: the macro ${name} is undefined`;
  }

  private expander(macros: Macros): MacroExpander {
    return new MacroExpander(macros, { environment: this.environment });
  }

  private expand(expander: MacroExpander, text: string, location: SourceLocation): string {
    const expanded = expander.expand(text);
    for (const name of expanded.undefined) this.warnings.add(this.missingMacro(location, name));
    return expanded.text;
  }

  private warn(location: SourceLocation, message: string): void {
    this.warnings.add(`${location.file}:${location.line}: ${message}`);
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
  const loader = new Loader(options);
  loader.load(path, macros, undefined);
  return loader.result();
}

/** Loads the templates of a .substitutions file, one after the other; `macros` count for all of them. */
export function loadSubstitutionsFile(
  path: string,
  macros: Readonly<Record<string, string>> = {},
  options: LoadOptions = {},
): LoadedDatabase {
  const loader = new Loader(options);
  loader.loadSubstitutions(path, macros);
  return loader.result();
}
