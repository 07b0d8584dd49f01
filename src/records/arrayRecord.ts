import { elementCountOf, emptyArray, isArrayValue, type Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import { menuArrayPost } from "./arrayMonitor.js";
import { arrayType } from "./arrayType.js";
import { operatingRange, precision, units } from "./fieldGroups.js";
import { array, double, menu, noAccess, ulong } from "./fieldSpec.js";
import { menuFtype } from "./menus.js";
import { sensiblePrecision } from "./numericProperties.js";
import type { FieldAddress, FieldProperties } from "./recordType.js";

/** Fields of records that hold an array: up to NELM elements of FTVL, NORD of them present. */
export function arrayFields(recordType: string) {
  const menuPost = menuArrayPost(`${recordType}POST`);
  return {
    VAL: array({ pp: true, asl: 0, special: "dbaddr", prompt: "Value" }),
    ...units,
    ...operatingRange(double),
    ...precision,
    FTVL: menu(menuFtype, { special: "nomod", interest: 1, prompt: "Field Type of Value" }),
    NORD: ulong({ special: "nomod", prompt: "Number elements read" }),
    BPTR: noAccess({ special: "nomod", interest: 4, prompt: "Buffer Pointer" }),
    MPST: menu(menuPost, { interest: 1, prompt: "Post Value Monitors" }),
    APST: menu(menuPost, { interest: 1, prompt: "Post Archive Monitors" }),
    HASH: ulong({ interest: 3, prompt: "Hash of OnChange data." }),
  };
}

interface ArrayRecord {
  VAL: Value;
  NELM: number;
  NORD: number;
  FTVL: number;
  EGU: string;
  PREC: number;
  HOPR: number;
  LOPR: number;
}

/** At start the array has `count` elements of 0, unless something was restored into it. */
export function startArray(record: ArrayRecord, count = 0): void {
  record.NELM = Math.max(1, record.NELM);
  if (!isArrayValue(record.VAL)) record.VAL = emptyArray(arrayType(record.FTVL), count);
}

/** NORD follows VAL, and is posted when it changes. */
export function countElements(record: ArrayRecord, io: { post(field: "NORD", mask: number): void }): void {
  const count = elementCountOf(record.VAL);
  if (count === record.NORD) return;
  record.NORD = count;
  io.post("NORD", EventMask.VALUE | EventMask.LOG);
}

export const arrayAddress = (record: ArrayRecord): FieldAddress => ({
  type: arrayType(record.FTVL),
  elementCount: record.NELM,
});

/** Metadata of an array record's field; NORD lies between 0 and NELM. */
export function arrayProperties(record: ArrayRecord, field: string): FieldProperties {
  const { EGU: egu, PREC, LOPR, HOPR, NELM } = record;
  const range = { low: LOPR, high: HOPR };
  if (field === "VAL") return { units: egu, precision: PREC, display: range, control: range };
  const precision = sensiblePrecision(PREC);
  if (field === "HOPR" || field === "LOPR") return { units: egu, precision };
  if (field !== "NORD") return { precision };
  return { display: { low: 0, high: NELM }, control: { low: 0, high: NELM } };
}
