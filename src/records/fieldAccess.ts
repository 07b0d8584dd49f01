import { type ConvertProperties, convertValue, truncateString } from "../channel/convert.js";
import { type ArrayValue, type DbfType, emptyArray, isArrayValue, type Value } from "../channel/dbf.js";
import { failed, ok, type Result } from "../libcom/result.js";
import type { DbRecord } from "./dbRecord.js";
import { channelType, type FieldSpec } from "./fieldSpec.js";
import { Link } from "./links/link.js";
import type { FieldAddress } from "./recordType.js";

const scalarAddresses = new Map<DbfType, FieldAddress>();

function scalarAddress(type: DbfType): FieldAddress {
  const known = scalarAddresses.get(type) ?? { type, elementCount: 1 };
  scalarAddresses.set(type, known);
  return known;
}

/** Type and size of a field as clients see them at this moment; undefined for a field that nobody can see. */
export function addressOf(instance: DbRecord, field: string): FieldAddress | undefined {
  const spec = instance.type.fields[field];
  if (spec === undefined) return undefined;
  if (spec.special === "dbaddr") {
    const address = instance.type.behaviour.address?.(instance.record, field);
    if (address !== undefined) return address;
  }
  return spec.dbf === "NOACCESS" ? undefined : scalarAddress(channelType(spec.dbf));
}

/** A field's value as clients see it: links as their text. */
export function fieldValue(instance: DbRecord, field: string): Value {
  const value = instance.fields[field];
  if (value instanceof Link) return value.text;
  return value ?? 0;
}

const noStates: readonly string[] = [];

/** The strings that a field's number stands for. */
export function statesOf(instance: DbRecord, field: string): readonly string[] | undefined {
  const spec = instance.type.fields[field];
  if (spec?.menu !== undefined) return spec.menu.choices;
  if (spec?.dbf === "DEVICE") return instance.deviceChoices;
  if (spec?.dbf === "ENUM") return instance.type.behaviour.states?.(instance.record, field) ?? noStates;
  return undefined;
}

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
    return {
      states:
        (spec.dbf === "ENUM" ? behaviour.stateTexts?.(instance.record) : undefined) ??
        statesOf(instance, field),
      illegalState: illegalStateOf(instance, spec.dbf),
    };
  const type = addressOf(instance, field)?.type;
  if (type === "DOUBLE" || type === "FLOAT")
    return { precision: behaviour.properties?.(instance.record, field, instance).precision };
  return noFormat;
}

/** Says how a value of its own reads as text. */
export interface TextSource {
  format(): ConvertProperties;
}

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
  const address = addressOf(instance, field);
  if (spec === undefined || address === undefined)
    return failed(`${instance.name}.${field} cannot be written`);
  if (isArrayField(spec, address)) {
    const array = toArray(value, from, address, source);
    if (!array.ok) return array;
    instance.fields[field] = array.value;
    return ok(undefined);
  }
  if (address.bytes !== undefined && typeof value === "string") {
    instance.fields[field] = truncateString(value, address.bytes);
    return ok(undefined);
  }
  const scalar = toScalar(instance, field, value, from, address.type, source);
  if (!scalar.ok) return scalar;
  instance.fields[field] =
    typeof scalar.value === "string" && address.bytes === undefined
      ? truncateString(scalar.value, spec.size)
      : scalar.value;
  return ok(undefined);
}

/** Fields whose address the record type gives hold arrays, but for enums and long strings. */
const isArrayField = (spec: FieldSpec, address: FieldAddress): boolean =>
  spec.dbf === "NOACCESS" && !(address.type === "STRING" && typeof spec.blank() === "string");

function toScalar(
  instance: DbRecord,
  field: string,
  value: Value,
  from: DbfType,
  to: DbfType,
  source: TextSource | undefined,
): Result<Value> {
  const first = isArrayValue(value) ? value[0] : value;
  if (first === undefined) return failed(`no value for ${instance.name}.${field}`);
  if (typeof first === "number" && (to === "DOUBLE" || from === to)) return ok(first);
  if (to === "STRING") return convertValue(first, from, to, source?.format());
  return convertValue(first, from, to, { states: statesOf(instance, field), direction: "put" });
}

function toArray(
  value: Value,
  from: DbfType,
  address: FieldAddress,
  source: TextSource | undefined,
): Result<Value> {
  const array = isArrayValue(value) ? value : arrayOf(value, from);
  const fitting = array.length > address.elementCount ? array.slice(0, address.elementCount) : array;
  if (from === address.type) return ok(fitting);
  return convertValue(fitting, from, address.type, { ...source?.format(), direction: "put" });
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
