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
import {
  aliasSchema,
  includeSchema,
  macroSchema,
  RECORD_KEYS,
  recordSchema,
  TOP_LEVEL_KEYS,
} from "./yamlSchema.js";
import { type PlainValue, type YamlEntry, YamlSource } from "./yamlSource.js";

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
  record(record: RecordDefinition): void;
  alias(alias: AliasDefinition): void;
  /** Expands the macros of one text. */
  expand(text: string, location: SourceLocation): string;
  problem(problem: DatabaseProblem): void;
  /** What is wrong with a record name, in words; undefined for a good one. */
  nameProblem(name: string): string | undefined;
}

const FIELD_NAME = /^[A-Z][A-Z0-9_]*$/;

class YamlReader {
  constructor(
    private readonly source: YamlSource,
    private readonly context: YamlContext,
  ) {}

  read(): void {
    const error = this.source.error();
    if (error) this.context.problem(error);
    const entries = this.source.entries(this.source.root);
    if (!entries && !error) {
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
      const macro = this.validate(macroSchema, this.source.plain(entry.node), entry.location, {});
      return macro ? [{ name: entry.key, default: macro.default, location: entry.location }] : [];
    });
    this.context.macros(declared);
  }

  private includes(section: YamlEntry): void {
    const items = this.source.items(section.node) ?? [section.node];
    for (const item of items) {
      const location = this.source.locationOf(item);
      const include = this.validate(includeSchema, this.source.plain(item), location, {});
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
    const target = this.validate(aliasSchema, this.source.plain(entry.node), entry.location, {});
    if (target === undefined) return;
    const record = this.expand(target, entry.location);
    const bad = this.context.nameProblem(alias);
    if (bad) this.context.problem({ location: entry.location, record, message: `alias: ${bad}` });
    else this.context.alias({ record, alias, location: entry.location });
  }

  private record(entry: YamlEntry): void {
    const name = this.expand(entry.key, entry.location);
    const entries = this.source.entries(entry.node);
    if (!entries) {
      this.context.problem({
        location: entry.location,
        record: name,
        message: "type: and fields are expected",
      });
      return;
    }
    const plain: Record<string, PlainValue> = {};
    const places = new Map<string, SourceLocation>();
    for (const part of entries) {
      places.set(part.key, part.location);
      const isField = !RECORD_KEYS.some((key) => key === part.key);
      plain[part.key] = isField ? this.source.fieldText(part.node) : this.source.plain(part.node);
    }
    const bad = this.context.nameProblem(name);
    if (bad) this.context.problem({ location: entry.location, record: name, message: bad });
    const record = this.validate(recordSchema, plain, entry.location, { record: name, places });
    if (bad || !record) return;

    const { type, states, info, aliases, ...fields } = record;
    const at = (key: string): SourceLocation => places.get(key) ?? entry.location;
    const expandAt = (text: string, key: string): string => this.expand(text, at(key));
    const recordType = expandAt(type, "type");
    this.context.record({
      name,
      type: recordType,
      location: entry.location,
      fields: new Map([
        ...this.stateFields(name, recordType, states ?? [], at("states")),
        ...this.fields(name, fields, at),
      ]),
      info: new Map(Object.entries(info ?? {}).map(([tag, text]) => [tag, expandAt(text, "info")])),
      aliases: (aliases ?? []).map((alias) => expandAt(alias, "aliases")),
    });
  }

  private stateFields(
    record: string,
    recordType: string,
    states: readonly (string | StateDefinition)[],
    location: SourceLocation,
  ): [string, FieldDefinition][] {
    if (states.length === 0) return [];
    if (!hasStates(recordType) || states.length > stateLimit(recordType)) {
      const message = hasStates(recordType)
        ? `${recordType} has at most ${stateLimit(recordType)} states`
        : `${recordType} has no states`;
      this.context.problem({ location, record, field: "states", message });
      return [];
    }
    const named = states.map((state) => (typeof state === "string" ? { name: state } : state));
    return fieldsOfStates(recordType, named).map(([field, value]) => [
      field,
      { value: this.expand(value, location), location },
    ]);
  }

  private fields(
    record: string,
    fields: Readonly<Record<string, string>>,
    at: (key: string) => SourceLocation,
  ): [string, FieldDefinition][] {
    return Object.entries(fields).flatMap(([field, value]): [string, FieldDefinition][] => {
      const location = at(field);
      if (FIELD_NAME.test(field)) return [[field, { value: this.expand(value, location), location }]];
      const message = `unknown key${didYouMean(field, RECORD_KEYS)}`;
      this.context.problem({ location, record, field, message });
      return [];
    });
  }

  private expand(text: string, location: SourceLocation): string {
    return this.context.expand(text, location);
  }

  private validate<S extends z.ZodType>(
    schema: S,
    value: unknown,
    location: SourceLocation,
    where: { record?: string; places?: ReadonlyMap<string, SourceLocation> },
  ): z.output<S> | undefined {
    const outcome = schema.safeParse(value);
    if (outcome.success) return outcome.data;
    for (const issue of outcome.error.issues) {
      const key = issue.path.length > 0 ? String(issue.path[0]) : undefined;
      this.context.problem({
        location: (key === undefined ? undefined : where.places?.get(key)) ?? location,
        ...(where.record === undefined ? {} : { record: where.record }),
        ...(key === undefined ? {} : { field: key }),
        message: key === "type" && issue.code === "invalid_type" ? "the record has no type" : issue.message,
      });
    }
    return undefined;
  }
}

/** Reads a YAML database; everything found goes to the context in the order of the file. */
export function readYamlDatabase(text: string, file: string, context: YamlContext): void {
  new YamlReader(new YamlSource(text, file), context).read();
}
