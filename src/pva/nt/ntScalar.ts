import { ALARM_STATUSES, Status } from "../../channel/alarm.js";
import type { DbfType } from "../../channel/dbf.js";
import type { Limits, Properties, Sample } from "../../channel/provider.js";
import {
  type PvType,
  pvBoolean,
  pvDouble,
  pvInt,
  pvString,
  type ScalarName,
  type StructureType,
  scalarArray,
  scalarType,
  structure,
} from "../data/types.js";
import type { PvStructure, PvValue } from "../data/values.js";
import { ALARM_TYPE, ENUM_TYPE, TIME_TYPE, timeValue } from "./fields.js";

/** What a record's field is served as. */
export type NormativeKind = "scalar" | "array" | "enum" | "longString";

const scalarOfField: Readonly<Record<DbfType, ScalarName>> = {
  STRING: "string",
  CHAR: "byte",
  UCHAR: "ubyte",
  SHORT: "short",
  USHORT: "ushort",
  LONG: "int",
  ULONG: "uint",
  INT64: "long",
  UINT64: "ulong",
  FLOAT: "float",
  DOUBLE: "double",
  ENUM: "ushort",
};

/** Alarm limits of a field that has none; integers show 0. */
const NO_LIMITS: Limits = { low: Number.NaN, high: Number.NaN };

/** Choices of display.form, as QSRV lists them. */
const FORM_CHOICES = ["Default", "String", "Binary", "Decimal", "Hex", "Exponential", "Engineering"];

/** The structure that a field of this type and shape is served as: QSRV's NTScalar, NTScalarArray or NTEnum. */
export function normativeType(kind: NormativeKind, fieldType: DbfType): StructureType {
  if (kind === "enum") {
    return structure("epics:nt/NTEnum:1.0", {
      value: ENUM_TYPE,
      alarm: ALARM_TYPE,
      timeStamp: TIME_TYPE,
      display: structure("", { description: pvString }),
    });
  }
  const element = elementOf(kind, fieldType);
  const value = valueType(kind, fieldType);
  const common = { value, alarm: ALARM_TYPE, timeStamp: TIME_TYPE };
  const id = kind === "array" ? "epics:nt/NTScalarArray:1.0" : "epics:nt/NTScalar:1.0";
  if (element === "string")
    return structure(id, { ...common, display: structure("", { description: pvString, units: pvString }) });
  return structure(id, { ...common, ...numericMetadata(scalarType(element)) });
}

const elementOf = (kind: NormativeKind, fieldType: DbfType): ScalarName =>
  kind === "longString" ? "string" : scalarOfField[fieldType];

/** The type of the value alone; that of an enum is its index. */
export const valueType = (kind: NormativeKind, fieldType: DbfType): PvType =>
  kind === "array" ? scalarArray(elementOf(kind, fieldType)) : scalarType(elementOf(kind, fieldType));

const numericMetadata = (limit: PvType) => ({
  display: structure("", {
    limitLow: limit,
    limitHigh: limit,
    description: pvString,
    units: pvString,
    precision: pvInt,
    form: ENUM_TYPE,
  }),
  control: structure("", { limitLow: limit, limitHigh: limit, minStep: limit }),
  valueAlarm: structure("", {
    active: pvBoolean,
    lowAlarmLimit: limit,
    lowWarningLimit: limit,
    highWarningLimit: limit,
    highAlarmLimit: limit,
    lowAlarmSeverity: pvInt,
    lowWarningSeverity: pvInt,
    highWarningSeverity: pvInt,
    highAlarmSeverity: pvInt,
    hysteresis: pvDouble,
  }),
});

/** Classes of alarm status that pvAccess knows, by record alarm status. */
const statusClasses: readonly (readonly [number, readonly (keyof typeof Status)[]])[] = [
  [0, ["NO_ALARM"]],
  [1, ["READ", "WRITE", "HIHI", "HIGH", "LOLO", "LOW", "STATE", "COS", "HWLIMIT"]],
  [2, ["COMM", "TIMEOUT", "UDF"]],
  [3, ["CALC", "SCAN", "LINK", "SOFT", "BAD_SUB"]],
  [4, ["DISABLE", "SIMM", "READ_ACCESS", "WRITE_ACCESS"]],
];

const UNDEFINED_CLASS = 6;

const classByStatus = new Map(
  statusClasses.flatMap(([code, names]) => names.map((name) => [Status[name], code] as const)),
);

export const alarmClassOf = (status: number): number => classByStatus.get(status) ?? UNDEFINED_CLASS;

/** alarm_t of a sample: AMSG, else the name of the status, is the message. */
export const alarmOf = (sample: Sample): PvStructure => ({
  severity: sample.severity,
  status: alarmClassOf(sample.status),
  message:
    sample.message !== "" || sample.status === Status.NO_ALARM
      ? sample.message
      : (ALARM_STATUSES[sample.status] ?? ""),
});

export const timeStampOf = (sample: Sample): PvStructure =>
  timeValue(sample.time, Number(BigInt.asIntN(32, sample.userTag)));

/** The fields that come from the record's properties rather than its value. */
export function propertyFields(kind: NormativeKind, fieldType: DbfType, properties: Properties): PvStructure {
  const { description = "", units = "", precision = 0 } = properties;
  if (kind === "enum") {
    return { value: { choices: properties.states ?? [] }, display: { description } };
  }
  if (kind === "longString" || fieldType === "STRING") return { display: { description, units } };
  const { display, control, alarm = NO_LIMITS, warning = NO_LIMITS, form } = properties;
  return {
    display: {
      ...limits(display),
      description,
      units,
      precision,
      form: { index: Math.max(0, FORM_CHOICES.indexOf(form ?? "")), choices: FORM_CHOICES },
    },
    control: limits(control),
    valueAlarm: {
      lowAlarmLimit: alarm.low,
      lowWarningLimit: warning.low,
      highWarningLimit: warning.high,
      highAlarmLimit: alarm.high,
    },
  };
}

const limits = (pair: Limits | undefined): Record<string, PvValue> =>
  pair === undefined ? {} : { limitLow: pair.low, limitHigh: pair.high };
