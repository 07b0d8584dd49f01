import { type DbfType, ELEMENT_BYTES } from "../../channel/dbf.js";
import type { FieldType, Special } from "../../records/fieldSpec.js";
import { splitPvName } from "../autosave/pvFields.js";
import type { IocshHost } from "../host.js";
import { withChannel } from "./recordAccess.js";

/** EPICS's numbers of field types. */
const typeNumbers: Readonly<Record<FieldType, number>> = {
  STRING: 0,
  CHAR: 1,
  UCHAR: 2,
  SHORT: 3,
  USHORT: 4,
  LONG: 5,
  ULONG: 6,
  INT64: 7,
  UINT64: 8,
  FLOAT: 9,
  DOUBLE: 10,
  ENUM: 11,
  MENU: 12,
  DEVICE: 13,
  INLINK: 14,
  OUTLINK: 15,
  FWDLINK: 16,
  NOACCESS: 17,
};

/** Bytes of one element; those of a string are said by its field, 40 in an array. */
const elementSizes: Readonly<Record<FieldType, number>> = {
  ...ELEMENT_BYTES,
  MENU: 2,
  DEVICE: 2,
  INLINK: 80,
  OUTLINK: 80,
  FWDLINK: 80,
  NOACCESS: 0,
};

/** EPICS's numbers of what is special about a field. */
export const specialNumbers: Readonly<Record<Special, number>> = {
  nomod: 1,
  dbaddr: 2,
  scan: 3,
  alarmack: 5,
  as: 6,
  attribute: 7,
  mod: 100,
  reset: 101,
  linconv: 102,
  calc: 103,
};

/** What a field is in its record and to clients. */
export interface FieldView {
  readonly type: FieldType;
  readonly clientType: DbfType;
  readonly elementCount: number;
  /** Bytes of one element. */
  readonly size: number;
  readonly special: Special | undefined;
}

/** The bytes that a field of this type takes; `declared` are those of a string. */
export const sizeOf = (type: FieldType, declared: number): number =>
  type === "STRING" && declared > 0 ? declared : elementSizes[type];

/** The lines of dba about a field. */
export const addressLines = (recordType: string, view: FieldView): readonly string[] => [
  `   No Elements: ${view.elementCount}`,
  `   Record Type: ${recordType}`,
  `    Field Type: ${typeNumbers[view.type]} = DBF_${view.type}`,
  `    Field Size: ${view.size}`,
  `       Special: ${view.special === undefined ? 0 : specialNumbers[view.special]}`,
  `DBR Field Type: ${typeNumbers[view.clientType]} = DBR_${view.clientType}`,
];

/** What a PV is in its record and to clients. */
export function fieldView({ engine }: Pick<IocshHost, "engine">, name: string): FieldView {
  return withChannel({ engine }, name, ({ fieldType, elementCount, className }) => {
    const { field } = splitPvName(name);
    const spec = engine.recordTypes.get(className)?.fields[field];
    const isPlain = spec !== undefined && spec.dbf !== "NOACCESS" && !name.endsWith("$");
    const type = isPlain ? spec.dbf : fieldType;
    return {
      type,
      clientType: fieldType,
      elementCount,
      size: sizeOf(type, isPlain ? spec.size : 0),
      special: spec?.special,
    };
  });
}
