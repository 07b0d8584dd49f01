import { INTEGER_KINDS, type IntegerType } from "../channel/convert.js";
import type { Definition } from "../database/definitions.js";
import { menuIndex } from "../database/menuChoice.js";
import type {
  AliasDefinition,
  DatabaseDefinition,
  DatabaseProblem,
  DatabaseSink,
  DatabaseVariables,
  RecordDefinition,
  SourceLocation,
} from "../database/recordDefinition.js";
import { parseDouble, parseFloat32, parseInteger } from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { didYouMean } from "../libcom/suggest.js";
import { compileCalc } from "./calc/index.js";
import type { DbRecord } from "./dbRecord.js";
import type { FieldSpec, FieldValue } from "./fieldSpec.js";
import { Link } from "./links/link.js";
import { linkProblem } from "./links/linkProblem.js";
import type { Menu } from "./menu.js";

/** What the loader does to the records of an engine. */
export interface RecordStore {
  find(name: string): DbRecord | undefined;
  /** Undefined when there is no such record type. */
  create(name: string, recordType: string): DbRecord | undefined;
  /** Removes a record with all its names, or an alias alone. */
  remove(name: string): void;
  addAlias(instance: DbRecord, alias: string): void;
  /** The device supports known for a record type, in the order that gives them their numbers. */
  deviceChoices(recordType: string): readonly string[];
  menuChoices(menu: Menu): readonly string[];
  /** Takes a menu, a device support ...; what is wrong with it, or undefined. */
  addDefinition(definition: Definition, variables: DatabaseVariables): string | undefined;
}

const LONGEST_NAME = 60;

/** Gives a database to a sink in its order, definitions first. */
export function replay({ records, aliases, definitions = [] }: DatabaseDefinition, sink: DatabaseSink): void {
  for (const definition of definitions) sink.definition(definition);
  let next = 0;
  const aliasesBefore = (count: number): void => {
    for (
      let alias = aliases[next];
      alias && (alias.afterRecords ?? Infinity) <= count;
      alias = aliases[next]
    ) {
      sink.alias(alias);
      next++;
    }
  };
  records.forEach((record, index) => {
    aliasesBefore(index);
    sink.record(record);
  });
  aliasesBefore(Infinity);
}

export interface LoadingSink extends DatabaseSink {
  readonly problems: readonly DatabaseProblem[];
}

/** Stands where a database comes after iocInit. */
export class TooLate implements LoadingSink {
  readonly problems: DatabaseProblem[] = [];

  record({ location }: RecordDefinition): void {
    if (this.problems.length > 0) return;
    this.problems.push({ location, message: "records can only be loaded before iocInit" });
  }

  alias(): void {}

  definition(): void {}
}

/** Adds what a database defines to an engine; what is wrong is left out and reported. */
export class Loading implements LoadingSink {
  readonly problems: DatabaseProblem[] = [];

  constructor(
    private readonly store: RecordStore,
    private readonly variables: DatabaseVariables,
  ) {}

  definition(definition: Definition): void {
    const message = this.store.addDefinition(definition, this.variables);
    if (message !== undefined) this.#problem({ location: definition.location, message });
  }

  alias({ record, alias, location }: AliasDefinition): void {
    const instance = this.store.find(record);
    if (instance !== undefined) this.#addAlias(instance, alias, location);
    else this.#problem({ location, record, message: `alias "${alias}" of an unknown record` });
  }

  record(definition: RecordDefinition): void {
    const { name, type, location } = definition;
    if (type === "#") {
      this.#delete(name, location);
      return;
    }
    const found = this.#findOrCreate(definition);
    if (!found.ok) {
      this.#problem({ location, record: name, message: found.error });
      return;
    }
    const instance = found.value;
    for (const [field, { value, location: place }] of definition.fields) {
      const failure = this.#setField(instance, field, value);
      if (failure !== undefined) this.#problem({ location: place, record: name, field, message: failure });
    }
    for (const [tag, value] of definition.info) instance.addInfo(tag, value);
    for (const alias of definition.aliases) this.#addAlias(instance, alias, location);
  }

  #delete(name: string, location: SourceLocation): void {
    if (this.store.find(name) !== undefined) this.store.remove(name);
    else
      this.#problem({
        location,
        record: name,
        message: "cannot be deleted: it is not there",
        isWarning: true,
      });
  }

  #findOrCreate({ name, type }: RecordDefinition): Result<DbRecord> {
    const present = this.store.find(name);
    if (present !== undefined) {
      if (type !== "*" && present.type.name !== type)
        return failed(`is a ${present.type.name} already, not a ${type}`);
      if (type !== "*" && this.variables.dbRecordsOnceOnly)
        return failed("is defined already, and dbRecordsOnceOnly is set");
      return ok(present);
    }
    if (type === "*") return failed("does not exist, so nothing can be added to it");
    if (Buffer.byteLength(name) > LONGEST_NAME) return failed(`the name has more than ${LONGEST_NAME} bytes`);
    const created = this.store.create(name, type);
    return created === undefined ? failed(`unknown record type "${type}"`) : ok(created);
  }

  #addAlias(instance: DbRecord, alias: string, location: SourceLocation): void {
    const present = this.store.find(alias);
    const problem = (message: string) => this.#problem({ location, record: instance.name, message });
    if (present === undefined) this.store.addAlias(instance, alias);
    else if (present.name === alias) problem(`alias "${alias}" is the name of a record`);
    else if (present !== instance) problem(`alias "${alias}" names another record`);
    else if (this.variables.dbRecordsOnceOnly)
      problem(`alias "${alias}" is defined already, and dbRecordsOnceOnly is set`);
  }

  #setField(instance: DbRecord, field: string, text: string): string | undefined {
    const spec = instance.type.fields[field];
    if (spec === undefined || spec.special === "attribute") return `${instance.type.name} has no such field`;
    if (field === "NAME") return "the name of a record cannot be set";
    const value = this.#value(instance, field, spec, text);
    if (!value.ok) return value.error;
    instance.fields[field] = value.value;
    if (field === "VAL") instance.record.UDF = 0;
    return spec.special === "calc" && spec.dbf === "STRING" ? calcProblem(text) : undefined;
  }

  #value(instance: DbRecord, field: string, spec: FieldSpec, text: string): Result<FieldValue> {
    const current = instance.fields[field];
    if (current instanceof Link) {
      const problem = linkProblem(text, current.direction);
      return problem === undefined ? ok(Link.of(current.direction, text)) : failed(problem);
    }
    if (spec.dbf === "DEVICE")
      return deviceIndex(instance.type.name, this.store.deviceChoices(instance.type.name), text);
    if (spec.menu !== undefined) return menuValue(this.store.menuChoices(spec.menu), text);
    return initialValue(spec, text, Boolean(this.variables.dbConvertStrict));
  }

  #problem(problem: DatabaseProblem): void {
    this.problems.push(problem);
  }
}

function deviceIndex(recordType: string, choices: readonly string[], text: string): Result<number> {
  const index = menuIndex(choices, text);
  if (index === undefined || (text !== "" && choices.length === 0))
    return failed(`${recordType} has no device support "${text}"${didYouMean(text, choices)}`);
  return ok(index);
}

/**
 * The value that a database's text gives a field; numbers may not have anything behind them. Whole numbers lose the
 * bits for which there is no room, unless `strict`.
 */
export function initialValue(
  spec: FieldSpec,
  text: string,
  strict = false,
): Result<string | number | bigint> {
  const { dbf } = spec;
  switch (dbf) {
    case "STRING":
      return stringValue(spec, text);
    case "MENU":
      return menuValue(spec.menu?.choices ?? [], text);
    case "DOUBLE":
    case "FLOAT":
      return realNumber(text, dbf);
    case "NOACCESS":
    case "DEVICE":
    case "INLINK":
    case "OUTLINK":
    case "FWDLINK":
      return failed("cannot be set in a database");
    default:
      return wholeNumber(text, dbf, strict);
  }
}

function stringValue({ size }: FieldSpec, text: string): Result<string> {
  const tooLong = Buffer.byteLength(text) >= size;
  return tooLong ? failed(`the text has more than ${size - 1} bytes`) : ok(text);
}

/** EPICS keeps an expression that it cannot compile. */
function calcProblem(text: string): string | undefined {
  const program = compileCalc(text);
  return program.ok ? undefined : program.error;
}

function realNumber(text: string, dbf: "DOUBLE" | "FLOAT"): Result<number> {
  if (text === "") return ok(0);
  const parsed = dbf === "FLOAT" ? parseFloat32(text) : parseDouble(text);
  if (!parsed.ok) return parsed;
  return parsed.value.rest === "" ? ok(parsed.value.value) : failed(`"${text}" is not a number`);
}

function wholeNumber(text: string, dbf: IntegerType, strict: boolean): Result<number | bigint> {
  const { bits, signed } = INTEGER_KINDS[dbf];
  const parsed = parseInteger(text === "" ? "0" : text, { bits: strict ? bits : 64, signed });
  if (!parsed.ok) return parsed;
  const { value, rest } = parsed.value;
  if (rest !== "") return failed(`"${text}" is not a whole number`);
  const kept = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return ok(bits === 64 ? kept : Number(kept));
}

function menuValue(choices: readonly string[], text: string): Result<number> {
  const index = menuIndex(choices, text);
  if (index !== undefined) return ok(index);
  return failed(`"${text}" is none of ${choices.map((choice) => `"${choice}"`).join(", ")}`);
}
