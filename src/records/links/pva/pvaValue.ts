import { convertValue } from "../../../channel/convert.js";
import {
  arrayFrom,
  type DbfType,
  firstElement,
  isArrayValue,
  type TypedValue,
  type Value,
} from "../../../channel/dbf.js";
import type { Limits, Properties } from "../../../channel/provider.js";
import type { Timestamp } from "../../../libcom/epicsTime.js";
import { isNumericArray } from "../../../pva/data/values.js";
import {
  fieldAt,
  isPvStructure,
  type PvStructure,
  type PvType,
  PvUnion,
  type PvUpdate,
  type PvValue,
  PvVariant,
  type ScalarName,
  type StructureType,
  timeOf,
} from "../../../pva/index.js";

const dbfTypes: Readonly<Record<ScalarName, DbfType>> = {
  boolean: "CHAR",
  byte: "CHAR",
  short: "SHORT",
  int: "LONG",
  long: "INT64",
  ubyte: "UCHAR",
  ushort: "USHORT",
  uint: "ULONG",
  ulong: "UINT64",
  float: "FLOAT",
  double: "DOUBLE",
  string: "STRING",
};

function elementType(type: PvType): DbfType | undefined {
  if (type.kind === "scalar") return dbfTypes[type.scalar];
  return type.kind === "scalarArray" ? dbfTypes[type.element] : undefined;
}

/** What a link makes of the structure that its channel has. */
export interface PvaReading {
  readonly value: TypedValue | undefined;
  /** The choices of an enum. */
  readonly states: readonly string[] | undefined;
  readonly severity: number;
  readonly message: string;
  readonly time: Timestamp | undefined;
  readonly properties: Properties;
}

/** The value that a link of `field` stands for, with what the structure around it says of it. */
export function readingOf({ type, value }: PvUpdate, field: string): PvaReading {
  const at =
    field === "" ? { type, value } : { type: fieldAt(type, field)?.type, value: valueAt(value, field) };
  if (at.type === undefined || at.value === undefined) return bare(undefined);
  if (at.type.kind !== "structure" || !isPvStructure(at.value)) return bare(typed(at.type, at.value));
  const inner = fieldAt(at.type, "value")?.type;
  const content = at.value["value"];
  const alarm = structureIn(at.value, "alarm");
  const severity = Number(alarm?.["severity"] ?? 0);
  const timeStamp = structureIn(at.value, "timeStamp");
  return {
    value: inner === undefined || content === undefined ? undefined : typed(inner, content),
    states:
      isPvStructure(content) && Array.isArray(content["choices"])
        ? content["choices"].map(String)
        : undefined,
    severity,
    message: severity === 0 ? "" : String(alarm?.["message"] ?? ""),
    time: timeStamp && timeOf(timeStamp),
    properties: propertiesOf(at.value),
  };
}

const bare = (value: TypedValue | undefined): PvaReading => ({
  value,
  states: undefined,
  severity: 0,
  message: "",
  time: undefined,
  properties: {},
});

function structureIn(value: PvStructure, name: string): PvStructure | undefined {
  const field = value[name];
  return isPvStructure(field) ? field : undefined;
}

const valueAt = (value: PvStructure, path: string): PvValue | undefined =>
  path
    .split(".")
    .reduce<PvValue | undefined>((at, name) => (isPvStructure(at) ? at[name] : undefined), value);

function typed(type: PvType, value: PvValue): TypedValue | undefined {
  if (value instanceof PvVariant) return typed(value.type, value.value);
  if (value instanceof PvUnion) {
    const chosen = type.kind === "union" ? type.fields.find(({ name }) => name === value.field) : undefined;
    return chosen && typed(chosen.type, value.value);
  }
  if (type.kind === "structure") {
    const index = isPvStructure(value) ? value["index"] : undefined;
    return type.id === "enum_t" && typeof index === "number" ? { type: "ENUM", value: index } : undefined;
  }
  const to = elementType(type);
  const plain = plainValue(value);
  return plain === undefined || to === undefined ? undefined : { type: to, value: plain };
}

function plainValue(value: PvValue): Value | undefined {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string") return value;
  if (isNumericArray(value)) return value;
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  return items.length > 0 && items.every((item) => typeof item === "boolean")
    ? Int8Array.from(items, Number)
    : items.map(String);
}

function propertiesOf(value: PvStructure): Properties {
  const display = structureIn(value, "display");
  const control = structureIn(value, "control");
  const alarm = structureIn(value, "valueAlarm");
  return {
    ...(display === undefined
      ? {}
      : { units: String(display["units"] ?? ""), precision: Number(display["precision"] ?? 0) }),
    ...limits("display", display, "limitLow", "limitHigh"),
    ...limits("control", control, "limitLow", "limitHigh"),
    ...limits("alarm", alarm, "lowAlarmLimit", "highAlarmLimit"),
    ...limits("warning", alarm, "lowWarningLimit", "highWarningLimit"),
  };
}

function limits(
  name: "display" | "control" | "alarm" | "warning",
  of: PvStructure | undefined,
  low: string,
  high: string,
): { [key: string]: Limits } {
  if (of === undefined || of[low] === undefined || of[high] === undefined) return {};
  return { [name]: { low: Number(of[low]), high: Number(of[high]) } };
}

/** Fields to put for a value that goes to `field` of a structure; undefined where it does not fit. */
export function fieldsToPut(type: StructureType, field: string, put: TypedValue): PvStructure | undefined {
  const path = field === "" ? [] : field.split(".");
  let at: PvType | undefined = path.length === 0 ? type : fieldAt(type, field)?.type;
  while (at?.kind === "structure") {
    const next: string = at.id === "enum_t" ? "index" : "value";
    path.push(next);
    at = fieldAt(at, next)?.type;
  }
  const value = at && pvValue(at, put);
  if (value === undefined) return undefined;
  const [outermost, ...inner] = path;
  if (outermost === undefined) return undefined;
  return { [outermost]: inner.reduceRight<PvValue>((within, name) => ({ [name]: within }), value) };
}

function pvValue(type: PvType, { type: from, value }: TypedValue): Value | undefined {
  const to = elementType(type);
  if (to === undefined) return undefined;
  if (type.kind === "scalar") {
    const first = firstElement(value);
    const converted = first === undefined ? undefined : convertValue(first, from, to);
    return converted?.ok === true ? converted.value : undefined;
  }
  const array = isArrayValue(value) ? value : arrayFrom(from, [value]);
  const converted = convertValue(array, from, to);
  return converted.ok ? converted.value : undefined;
}
