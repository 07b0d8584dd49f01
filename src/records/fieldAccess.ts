import { type ConvertProperties, convertValue, truncateString } from "../channel/convert.js";
import {
  type ArrayValue,
  arrayFrom,
  type DbfType,
  emptyArray,
  firstElement,
  isArrayValue,
  type Value,
} from "../channel/dbf.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { isProgram } from "./calc/index.js";
import type { DbRecord } from "./dbRecord.js";
import type { FieldSpec, FieldType } from "./fieldSpec.js";
import { Link } from "./links/link.js";
import type { FieldAddress } from "./recordType.js";

const scalar = (type: DbfType): FieldAddress => ({ type, elementCount: 1 });

/** How clients see the fields of each type that are not NOACCESS. */
const scalarAddresses: Readonly<Record<Exclude<FieldType, "NOACCESS">, FieldAddress>> = {
  STRING: scalar("STRING"),
  CHAR: scalar("CHAR"),
  UCHAR: scalar("UCHAR"),
  SHORT: scalar("SHORT"),
  USHORT: scalar("USHORT"),
  LONG: scalar("LONG"),
  ULONG: scalar("ULONG"),
  INT64: scalar("INT64"),
  UINT64: scalar("UINT64"),
  FLOAT: scalar("FLOAT"),
  DOUBLE: scalar("DOUBLE"),
  ENUM: scalar("ENUM"),
  MENU: scalar("ENUM"),
  DEVICE: scalar("ENUM"),
  INLINK: scalar("STRING"),
  OUTLINK: scalar("STRING"),
  FWDLINK: scalar("STRING"),
};

/** The address of a field that always has the same one; those with `dbaddr` ask their record type. */
export const fixedAddress = ({ dbf, special }: FieldSpec): FieldAddress | undefined =>
  special === "dbaddr" || dbf === "NOACCESS" ? undefined : scalarAddresses[dbf];

/** Type and size of a field as clients see them at this moment; undefined for a field that nobody can see. */
export function addressOf(instance: DbRecord, field: string): FieldAddress | undefined {
  const spec = instance.type.fields[field];
  if (spec === undefined) return undefined;
  if (spec.special === "dbaddr") {
    const address = instance.type.behaviour.address?.(instance.fields, field);
    if (address !== undefined) return address;
  }
  return spec.dbf === "NOACCESS" ? undefined : scalarAddresses[spec.dbf];
}

/** Whether `REC.FIELD$` shows the field as characters. */
export const isText = (instance: DbRecord, field: string): boolean =>
  addressOf(instance, field)?.type === "STRING";

/** A field's value as clients see it: links as their text. */
export function fieldValue(instance: DbRecord, field: string): Value {
  const value = instance.fields[field];
  if (typeof value !== "object") return value ?? 0;
  if (value instanceof Link) return value.shown;
  return isProgram(value) ? 0 : value;
}

const noStates: readonly string[] = [];

/** The strings that a field's number stands for. */
export function statesOf(instance: DbRecord, field: string): readonly string[] | undefined {
  const spec = instance.type.fields[field];
  if (spec?.menu !== undefined) return instance.host.definitions.choicesOf(spec.menu);
  if (spec?.dbf === "DEVICE") return instance.deviceChoices;
  if (spec?.dbf === "ENUM") return instance.type.behaviour.states?.(instance.fields, field) ?? noStates;
  return undefined;
}

/** The texts of an enum's numbers, those included that are no states to choose from. */
const textsOf = (instance: DbRecord, field: string): readonly string[] | undefined =>
  (instance.type.fields[field]?.dbf === "ENUM"
    ? instance.type.behaviour.stateTexts?.(instance.fields)
    : undefined) ?? statesOf(instance, field);

/** What a number beyond the states reads as; menus show the number. */
function illegalStateOf(instance: DbRecord, dbf: "ENUM" | "MENU" | "DEVICE"): string | undefined {
  if (dbf === "DEVICE") return "";
  return dbf === "ENUM" ? instance.type.behaviour.illegalState : undefined;
}

const noFormat: ConvertProperties = {};

/** What decides how a field's value reads as text. */
export function formatOf(instance: DbRecord, field: string): ConvertProperties {
  const { behaviour, fields } = instance.type;
  const spec = fields[field];
  if (spec === undefined) return noFormat;
  if (spec.dbf === "ENUM" || spec.dbf === "MENU" || spec.dbf === "DEVICE")
    return { states: textsOf(instance, field), illegalState: illegalStateOf(instance, spec.dbf) };
  const type = addressOf(instance, field)?.type;
  if (type === "DOUBLE" || type === "FLOAT")
    return { precision: behaviour.properties?.(instance.fields, field, instance).precision };
  return noFormat;
}

/** Says how a value of its own reads as text. */
export interface TextSource {
  format(): ConvertProperties;
}

const stored: Result<void> = ok(undefined);

/** Whether a number of any type is stored as it is. */
export const takesAnyNumber = ({ dbf, special }: FieldSpec): boolean =>
  dbf === "DOUBLE" && special !== "dbaddr";

/** Whether a number needs neither conversion nor a look at the field's address. */
const takesNumbersOf = (spec: FieldSpec, from: DbfType): boolean =>
  takesAnyNumber(spec) || (spec.dbf === from && spec.special !== "dbaddr");

/**
 * Stores a value into a field, converted to its type. Links, and what a put does besides storing, are the caller's.
 * `source` says how its value reads as text, where it becomes text; a client's value has none.
 */
export function store(
  instance: DbRecord,
  field: string,
  value: Value,
  from: DbfType,
  source?: TextSource,
): Result<void> {
  const spec = instance.type.fields[field];
  if (spec === undefined) return failed(`${instance.name}.${field} cannot be written`);
  return storeAs(instance, field, spec, value, from, source);
}

/** As `store`, for who knows the field's specification. */
export function storeAs(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  value: Value,
  from: DbfType,
  source?: TextSource,
): Result<void> {
  if (typeof value === "number" && takesNumbersOf(spec, from)) {
    instance.fields[field] = value;
    return stored;
  }
  const address = addressOf(instance, field);
  if (address === undefined) return failed(`${instance.name}.${field} cannot be written`);
  if (isArrayField(spec, address)) {
    const array = toArray(instance, field, value, from, address, source);
    if (!array.ok) return array;
    instance.fields[field] = array.value;
    return stored;
  }
  if (address.bytes !== undefined && typeof value === "string") {
    instance.fields[field] = truncateString(value, address.bytes);
    return stored;
  }
  if (spec.dbf === "STRING" && typeof value === "string") {
    instance.fields[field] = truncateString(value, spec.size);
    return stored;
  }
  const scalar = toScalar(instance, field, spec, value, from, address.type, source);
  if (!scalar.ok) return scalar;
  instance.fields[field] =
    typeof scalar.value === "string"
      ? truncateString(scalar.value, address.bytes ?? spec.size)
      : scalar.value;
  return stored;
}

/** Fields whose address the record type gives hold arrays, but for enums and long strings. */
const isArrayField = (spec: FieldSpec, address: FieldAddress): boolean =>
  spec.dbf === "NOACCESS" && !(address.type === "STRING" && typeof spec.blank() === "string");

function toScalar(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  value: Value,
  from: DbfType,
  to: DbfType,
  source: TextSource | undefined,
): Result<Value> {
  const first = firstElement(value);
  if (first === undefined) return failed(`no value for ${instance.name}.${field}`);
  if (typeof first === "number" && (to === "DOUBLE" || from === to)) return ok(first);
  if (to === "STRING")
    return convertValue(first, from, to, source?.format() ?? putFormat(instance, field, from));
  if (typeof first !== "string") return convertValue(first, from, to, { direction: "put" });
  // A text that is put to a field without a fixed address is converted as an element of an array.
  const isElement = source === undefined && spec.special === "dbaddr";
  const converted = convertValue(isElement ? [first] : first, from, to, {
    states: textsOf(instance, field),
    stateCount: statesOf(instance, field)?.length,
    direction: "put",
  });
  return converted.ok ? ok(firstElement(converted.value) ?? 0) : converted;
}

/** A client's number becomes text with the decimals that the record has for the field. */
const putFormat = (instance: DbRecord, field: string, from: DbfType): ConvertProperties =>
  from === "DOUBLE" || from === "FLOAT"
    ? { precision: instance.type.behaviour.properties?.(instance.fields, field, instance).precision }
    : noFormat;

function toArray(
  instance: DbRecord,
  field: string,
  value: Value,
  from: DbfType,
  address: FieldAddress,
  source: TextSource | undefined,
): Result<Value> {
  if (source !== undefined && !isArrayValue(value)) return scalarToArray(value, from, address, source);
  const array = isArrayValue(value) ? value : arrayOf(value, from);
  const fitting = array.length > address.elementCount ? array.slice(0, address.elementCount) : array;
  if (from === address.type && from !== "STRING") return ok(fitting);
  if (source !== undefined)
    return convertValue(fitting, from, address.type, { ...source.format(), direction: "get" });
  const format = address.type === "STRING" ? putFormat(instance, field, from) : noFormat;
  return convertValue(fitting, from, address.type, { ...format, direction: "put" });
}

/** What a link reads from a scalar is converted as one: an empty text is 0. */
function scalarToArray(
  value: Exclude<Value, ArrayValue>,
  from: DbfType,
  { type }: FieldAddress,
  source: TextSource,
): Result<Value> {
  const scalar = convertValue(value, from, type, source.format());
  if (!scalar.ok || isArrayValue(scalar.value)) return scalar;
  return ok(arrayFrom(type, [scalar.value]));
}

function arrayOf(value: Exclude<Value, ArrayValue>, type: DbfType): ArrayValue {
  if (typeof value === "string") return [value];
  const array = emptyArray(type, 1);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) array[0] = BigInt(value);
  else if (isNumberArray(array)) array[0] = Number(value);
  return array;
}

const isNumberArray = (
  array: ArrayValue,
): array is Exclude<ArrayValue, readonly string[] | BigInt64Array | BigUint64Array> =>
  !Array.isArray(array) && !(array instanceof BigInt64Array) && !(array instanceof BigUint64Array);
