import { INTEGER_KINDS, type IntegerType, truncateString } from "../channel/convert.js";
import type {
  DatabaseDefinition,
  DatabaseProblem,
  RecordDefinition,
  SourceLocation,
} from "../database/recordDefinition.js";
import { parseDouble, parseInteger } from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { DbRecord } from "./dbRecord.js";
import type { FieldSpec } from "./fieldSpec.js";
import { Link } from "./links/link.js";

/** What the loader does to the records of an engine. */
export interface RecordStore {
  find(name: string): DbRecord | undefined;
  /** Undefined when there is no such record type. */
  create(name: string, recordType: string): DbRecord | undefined;
  remove(name: string): void;
  addAlias(instance: DbRecord, alias: string): void;
  /** The number of a device support; those not known yet get one too, and fail at start. */
  deviceIndex(recordType: string, dtyp: string): number;
}

/** Adds a database's records; what is wrong in it is left out and reported. */
export function loadRecords(store: RecordStore, database: DatabaseDefinition): DatabaseProblem[] {
  const problems: DatabaseProblem[] = [];
  for (const definition of database.records) loadRecord(store, definition, problems);
  for (const { record, alias, location } of database.aliases) {
    const instance = store.find(record);
    if (instance === undefined)
      problems.push({ location, record, message: `alias "${alias}" of an unknown record` });
    else addAlias(store, instance, alias, location, problems);
  }
  return problems;
}

function loadRecord(store: RecordStore, definition: RecordDefinition, problems: DatabaseProblem[]): void {
  const { name, type, location } = definition;
  if (type === "#") {
    store.remove(name);
    return;
  }
  const instance = findOrCreate(store, definition);
  if (!instance.ok) {
    problems.push({ location, record: name, message: instance.error });
    return;
  }
  for (const [field, { value, location: place }] of definition.fields) {
    const failure = setInitial(store, instance.value, field, value);
    if (failure !== undefined) problems.push({ location: place, record: name, field, message: failure });
  }
  for (const [tag, value] of definition.info) instance.value.addInfo(tag, value);
  for (const alias of definition.aliases) addAlias(store, instance.value, alias, location, problems);
}

function findOrCreate(store: RecordStore, { name, type }: RecordDefinition): Result<DbRecord> {
  const present = store.find(name);
  if (present !== undefined) {
    if (type === "*" || present.type.name === type) return ok(present);
    return failed(`is a ${present.type.name} already, not a ${type}`);
  }
  if (type === "*") return failed("does not exist, so nothing can be added to it");
  const created = store.create(name, type);
  return created === undefined ? failed(`unknown record type "${type}"`) : ok(created);
}

function addAlias(
  store: RecordStore,
  instance: DbRecord,
  alias: string,
  location: SourceLocation,
  problems: DatabaseProblem[],
): void {
  const present = store.find(alias);
  if (present === undefined) store.addAlias(instance, alias);
  else if (present !== instance)
    problems.push({ location, record: instance.name, message: `alias "${alias}" names another record` });
}

function setInitial(store: RecordStore, instance: DbRecord, field: string, text: string): string | undefined {
  const spec = instance.type.fields[field];
  if (spec === undefined || spec.special === "attribute") return `${instance.type.name} has no such field`;
  const current = instance.fields[field];
  if (current instanceof Link) {
    instance.fields[field] = Link.of(current.direction, text);
    return undefined;
  }
  if (spec.dbf === "DEVICE") {
    instance.fields[field] = store.deviceIndex(instance.type.name, text.trim());
    return undefined;
  }
  const value = initialValue(spec, text);
  if (!value.ok) return value.error;
  instance.fields[field] = value.value;
  if (field === "VAL") instance.record.UDF = 0;
  return undefined;
}

/** The value that a database's text gives a field; numbers may not have anything behind them. */
export function initialValue(spec: FieldSpec, text: string): Result<string | number | bigint> {
  const { dbf } = spec;
  switch (dbf) {
    case "STRING":
      return ok(truncateString(text, spec.size));
    case "MENU":
      return menuIndex(spec.menu?.choices ?? [], text);
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
      return wholeNumber(text, dbf);
  }
}

function realNumber(text: string, dbf: "DOUBLE" | "FLOAT"): Result<number> {
  if (text.trim() === "") return ok(0);
  const parsed = parseDouble(text);
  if (!parsed.ok) return parsed;
  if (parsed.value.rest !== "") return failed(`"${text}" is not a number`);
  return ok(dbf === "FLOAT" ? Math.fround(parsed.value.value) : parsed.value.value);
}

function wholeNumber(text: string, dbf: IntegerType): Result<number | bigint> {
  if (text.trim() === "") return ok(dbf === "INT64" || dbf === "UINT64" ? 0n : 0);
  const parsed = parseInteger(text, INTEGER_KINDS[dbf]);
  if (!parsed.ok) return parsed;
  if (parsed.value.rest !== "") return failed(`"${text}" is not a whole number`);
  return ok(dbf === "INT64" || dbf === "UINT64" ? parsed.value.value : Number(parsed.value.value));
}

function menuIndex(choices: readonly string[], text: string): Result<number> {
  const index = choices.indexOf(text);
  if (index >= 0) return ok(index);
  const number = Number(text);
  if (text.trim() !== "" && Number.isInteger(number) && number >= 0 && number <= 65535) return ok(number);
  if (text.trim() === "") return ok(0);
  return failed(`"${text}" is none of ${choices.map((choice) => `"${choice}"`).join(", ")}`);
}
