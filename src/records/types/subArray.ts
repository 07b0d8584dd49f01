import { Status } from "../../channel/alarm.js";
import { type ArrayValue, elementCountOf, emptyArray, isArrayValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { arrayType } from "../arrayType.js";
import { operatingRange, precision, units } from "../fieldGroups.js";
import { array, double, inLink, long, menu, noAccess, short, ulong } from "../fieldSpec.js";
import { menuFtype } from "../menus.js";
import { defineRecordType, type RecordOf } from "../recordType.js";

const fields = {
  VAL: array({ pp: true, asl: 0, special: "dbaddr", prompt: "Value" }),
  ...precision,
  FTVL: menu(menuFtype, { special: "nomod", interest: 1, prompt: "Field Type of Value" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...units,
  ...operatingRange(double),
  MALM: ulong({ special: "nomod", initial: "1", interest: 1, prompt: "Maximum Elements" }),
  NELM: ulong({ pp: true, initial: "1", prompt: "Number of Elements" }),
  INDX: ulong({ pp: true, prompt: "Substring Index" }),
  BUSY: short({ special: "nomod", prompt: "Busy Indicator" }),
  NORD: long({ special: "nomod", prompt: "Number elements read" }),
  BPTR: noAccess({ special: "nomod", interest: 4, prompt: "Buffer Pointer" }),
};

type SubArray = RecordOf<typeof fields>;

/** Index and length as the source's most elements allow. */
function fit(record: SubArray): void {
  record.NELM = Math.min(record.NELM, record.MALM);
  record.INDX = Math.min(record.INDX, record.MALM - 1);
}

const part = (value: ArrayValue, start: number, count: number): ArrayValue =>
  value.slice(start, start + count);

/** NELM elements from element INDX of what INP reads, fewer where the source ends before. */
export const subArray = defineRecordType("subArray", fields, {
  device: { link: "INP", value: "VAL", forgiving: true },
  prepare(record) {
    record.MALM = Math.max(1, record.MALM);
    fit(record);
    record.VAL = emptyArray(arrayType(record.FTVL), 0);
  },
  process(record, io) {
    fit(record);
    return io.readDevice();
  },
  complete(record, io) {
    const { VAL: whole } = record;
    if (io.input === "failed") record.NORD = 0;
    else {
      record.VAL = isArrayValue(whole) ? part(whole, record.INDX, record.NELM) : whole;
      record.NORD = elementCountOf(record.VAL);
    }
    record.UDF = record.NORD > 0 ? 0 : 1;
    if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
    io.timestamp();
    io.post("VAL", io.resetAlarms() | EventMask.VALUE | EventMask.LOG);
  },
  address: (record) => ({ type: arrayType(record.FTVL), elementCount: record.MALM }),
  properties(record, field) {
    const range = { low: record.LOPR, high: record.HOPR };
    if (field === "VAL") return { units: record.EGU, precision: record.PREC, display: range, control: range };
    return field === "HOPR" || field === "LOPR"
      ? { units: record.EGU, precision: record.PREC }
      : { precision: record.PREC };
  },
});
