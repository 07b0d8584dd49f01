import type { Node } from "yaml";
import type { z } from "zod";
import { didYouMean } from "../libcom/suggest.js";
import type {
  AliasDefinition,
  DatabaseProblem,
  FieldDefinition,
  RecordDefinition,
  SourceLocation,
} from "./recordDefinition.js";
import { fieldsOfStates, hasStates, type StateDefinition, stateLimit } from "./states.js";
import type { SubstitutionItem, SubstitutionRow } from "./substitutions.js";
import {
  aliasesSchema,
  aliasSchema,
  includeSchema,
  isGlobalRow,
  macroSchema,
  pathSchema,
  RECORD_KEYS,
  statesSchema,
  substitutionSchema,
  TOP_LEVEL_KEYS,
  typeSchema,
} from "./yamlSchema.js";
import { readYaml, type YamlEntry, type YamlSource } from "./yamlSource.js";

export interface YamlInclude {
  readonly file: string;
  readonly macros: Readonly<Record<string, string>>;
  readonly location: SourceLocation;
}

/** A macro that a database declares; without a default it has to be given. */
export interface YamlMacro {
  readonly name: string;
  readonly default: string | undefined;
  readonly location: SourceLocation;
}

/** What a YAML database asks of its loader, in the order of the file. */
export interface YamlContext {
  macros(macros: readonly YamlMacro[]): void;
  include(include: YamlInclude): void;
  substitutions(items: readonly SubstitutionItem[]): void;
  path(directories: string, append: boolean): void;
  record(record: RecordDefinition): void;
  alias(alias: AliasDefinition): void;
  /** Expands the macros of one text. */
  expand(text: string, location: SourceLocation): string;
  problem(problem: DatabaseProblem): void;
  /** What is wrong with a record name, in words; undefined for a good one. */
  nameProblem(name: string): string | undefined;
}

const FIELD_NAME = /^[A-Z][A-Z0-9_]*$/;
const HAS_MACRO = /\$[({]/;

interface Place {
  readonly location: SourceLocation;
  readonly record?: string;
  readonly field?: string;
}

class YamlReader {
  constructor(
    private readonly source: YamlSource,
    private readonly context: YamlContext,
  ) {}

  read(): void {
    const entries = this.source.entries(this.source.root);
    if (!entries) {
      const location = this.source.locationOf(this.source.root);
      this.context.problem({ location, message: "macros:, include:, records: or aliases: is expected" });
    }
    for (const entry of entries ?? []) this.section(entry);
  }

  private section(entry: YamlEntry): void {
    if (entry.key === "macros") this.macros(entry);
    else if (entry.key === "include") this.includes(entry);
    else if (entry.key === "records") for (const record of this.mapping(entry)) this.record(record);
    else if (entry.key === "aliases") for (const alias of this.mapping(entry)) this.alias(alias);
    else if (entry.key === "substitutions") this.substitutions(entry);
    else if (entry.key === "path" || entry.key === "addpath") this.path(entry);
    else {
      const message = `unknown key "${entry.key}"${didYouMean(entry.key, TOP_LEVEL_KEYS)}`;
      this.context.problem({ location: entry.location, message });
    }
  }

  private mapping(entry: YamlEntry): YamlEntry[] {
    const entries = this.source.entries(entry.node);
    if (entries) return entries;
    this.context.problem({ location: entry.location, message: `${entry.key}: a mapping is expected` });
    return [];
  }

  private macros(section: YamlEntry): void {
    const declared = this.mapping(section).flatMap((entry): YamlMacro[] => {
      const macro = this.validate(macroSchema, entry.node, { location: entry.location });
      return macro ? [{ name: entry.key, default: macro.default, location: entry.location }] : [];
    });
    this.context.macros(declared);
  }

  private includes(section: YamlEntry): void {
    const items = this.source.items(section.node) ?? [section.node];
    for (const item of items) {
      const location = this.source.locationOf(item);
      const include = this.validate(includeSchema, item, { location });
      if (include === undefined) continue;
      const { file, macros = {} } = typeof include === "string" ? { file: include } : include;
      const expanded = Object.entries(macros).map(([name, value]) => [name, this.expand(value, location)]);
      this.context.include({
        file: this.expand(file, location),
        macros: Object.fromEntries(expanded),
        location,
      });
    }
  }

  private alias(entry: YamlEntry): void {
    const alias = this.expand(entry.key, entry.location);
    const target = this.validate(aliasSchema, entry.node, { location: entry.location });
    if (target === undefined) return;
    const record = this.expand(target, entry.location);
    const bad = this.context.nameProblem(alias);
    if (bad) this.context.problem({ location: entry.location, record, message: `alias: ${bad}` });
    else this.context.alias({ record, alias, location: entry.location });
  }

  private path(entry: YamlEntry): void {
    const directories = this.validate(pathSchema, entry.node, { location: entry.location });
    if (directories === undefined) return;
    const expanded = this.expand(directories, entry.location);
    this.context.path(expanded, entry.key === "addpath");
  }

  private substitutions(section: YamlEntry): void {
    const nodes = this.source.items(section.node) ?? [section.node];
    const items = nodes.flatMap((node): SubstitutionItem[] => {
      const location = this.source.locationOf(node);
      const item = this.validate(substitutionSchema, node, { location });
      if (item === undefined) return [];
      if ("global" in item) return [{ kind: "global", macros: Object.entries(item.global) }];
      const { file, pattern } = item;
      const rows = item.rows.map((row): SubstitutionRow => {
        if (Array.isArray(row)) return { kind: "values", values: row, location };
        return isGlobalRow(row)
          ? { kind: "global", macros: Object.entries(row.global) }
          : { kind: "macros", macros: Object.entries(row), location };
      });
      return [{ kind: "file", file, pattern, rows, location }];
    });
    this.context.substitutions(items);
  }

  private record(entry: YamlEntry): void {
    const name = this.expand(entry.key, entry.location);
    const problem = (message: string): void =>
      this.context.problem({ location: entry.location, record: name, message });
    const bad = this.context.nameProblem(name);
    if (bad) problem(bad);
    const parts = this.source.entries(entry.node);
    if (!parts) problem("type: and fields are expected");
    const type = this.recordType(name, entry, parts ?? []);
    if (bad || type === undefined) return;

    const fields = new Map<string, FieldDefinition>();
    const info = new Map<string, string>();
    const aliases: string[] = [];
    for (const part of parts ?? []) {
      const place = { location: part.location, record: name, field: part.key };
      if (part.key === "states")
        for (const [field, value] of this.states(type, part, place)) fields.set(field, value);
      else if (part.key === "info") for (const [tag, value] of this.info(part, place)) info.set(tag, value);
      else if (part.key === "aliases") aliases.push(...this.aliases(part, place));
      else if (part.key !== "type") this.field(part, place, fields);
    }
    this.context.record({ name, type, location: entry.location, fields, info, aliases });
  }

  private recordType(record: string, entry: YamlEntry, parts: readonly YamlEntry[]): string | undefined {
    const part = parts.find(({ key }) => key === "type");
    const place = { location: part?.location ?? entry.location, record, field: "type" };
    if (part === undefined) {
      this.context.problem({ ...place, message: "the record has no type" });
      return undefined;
    }
    const type = this.validate(typeSchema, part.node, place);
    return type && this.expand(type, part.location);
  }

  private states(recordType: string, part: YamlEntry, place: Place): [string, FieldDefinition][] {
    const states = this.validate(statesSchema, part.node, place) ?? [];
    if (states.length === 0) return [];
    if (!hasStates(recordType) || states.length > stateLimit(recordType)) {
      const message = hasStates(recordType)
        ? `${recordType} has at most ${stateLimit(recordType)} states`
        : `${recordType} has no states`;
      this.context.problem({ ...place, message });
      return [];
    }
    const named = states.map(
      (state): StateDefinition => (typeof state === "string" ? { name: state } : state),
    );
    return fieldsOfStates(recordType, named).map(([field, value]) => [
      field,
      { value: this.expand(value, part.location), location: part.location },
    ]);
  }

  private info(part: YamlEntry, place: Place): [string, string][] {
    const entries = this.source.entries(part.node);
    if (!entries) this.context.problem({ ...place, message: "a mapping of tags is expected" });
    return (entries ?? []).map(({ key, node, location }) => [
      this.expand(key, location),
      this.expand(this.source.fieldText(node), location),
    ]);
  }

  private aliases(part: YamlEntry, place: Place): string[] {
    const aliases = this.validate(aliasesSchema, part.node, place) ?? [];
    return aliases.flatMap((text) => {
      const alias = this.expand(text, part.location);
      const bad = this.context.nameProblem(alias);
      if (bad) this.context.problem({ ...place, message: `alias: ${bad}` });
      return bad ? [] : [alias];
    });
  }

  private field(part: YamlEntry, place: Place, fields: Map<string, FieldDefinition>): void {
    const { location } = part;
    const field = this.expand(part.key, location);
    if (FIELD_NAME.test(field) || HAS_MACRO.test(field))
      fields.set(field, { value: this.expand(this.source.fieldText(part.node), location), location });
    else this.context.problem({ ...place, message: `unknown key${didYouMean(field, RECORD_KEYS)}` });
  }

  private expand(text: string, location: SourceLocation): string {
    return this.context.expand(text, location);
  }

  /** What a schema makes of a node; what it finds wrong is reported at `place`. */
  private validate<S extends z.ZodType>(schema: S, node: Node | null, place: Place): z.output<S> | undefined {
    const outcome = schema.safeParse(this.source.plain(node));
    if (outcome.success) return outcome.data;
    const { location, record, field } = place;
    for (const { message } of outcome.error.issues)
      this.context.problem({
        location,
        ...(record === undefined ? {} : { record }),
        ...(field === undefined ? {} : { field }),
        message,
      });
    return undefined;
  }
}

/** Reads a YAML database; everything found goes to the context in the order of the file. */
export function readYamlDatabase(text: string, file: string, context: YamlContext): void {
  const { sources, problem } = readYaml(text, file);
  if (problem) context.problem(problem);
  for (const source of sources) new YamlReader(source, context).read();
}
