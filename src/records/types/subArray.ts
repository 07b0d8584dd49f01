import { Status } from "../../channel/alarm.js";
import { type ArrayValue, emptyArray, isArrayValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { arrayType } from "../arrayType.js";
import { operatingRange, precision, units } from "../fieldGroups.js";
import { array, double, inLink, long, menu, noAccess, short, ulong } from "../fieldSpec.js";
import { menuFtype } from "../menus.js";
import { sensiblePrecision } from "../numericProperties.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = {
  VAL: array({ pp: true, asl: 0, special: "dbaddr", prompt: "Value" }),
  ...precision,
  FTVL: menu(menuFtype, { special: "nomod", interest: 1, prompt: "Field Type of Value" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...units,
  ...operatingRange(double),
  MALM: ulong({ prop: true, special: "nomod", initial: "1", interest: 1, prompt: "Maximum Elements" }),
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

const noElements = (record: SubArray): ArrayValue => emptyArray(arrayType(record.FTVL), 0);

/** The elements that are there: those read last, or put. A record in UDF shows none of them. */
const contents = new WeakMap<SubArray, ArrayValue>();

function takePart(record: SubArray, whole: ArrayValue): void {
  const part = whole.slice(record.INDX, record.INDX + record.NELM);
  contents.set(record, part);
  record.NORD = part.length;
}

/** A constant is read anew each time; without one the part is taken of what is there. */
function readConstant(record: SubArray, io: RecordIo<SubArray>): void {
  if (!io.loadConstant("INP", "VAL")) record.VAL = contents.get(record) ?? noElements(record);
}

function show(record: SubArray): void {
  record.VAL = record.UDF === 0 ? (contents.get(record) ?? noElements(record)) : noElements(record);
}

/** NELM elements from element INDX of what INP reads, fewer where the source ends before. */
export const subArray = defineRecordType("subArray", fields, {
  device: { link: "INP", value: "VAL", forgiving: true },
  prepare(record) {
    record.MALM = Math.max(1, record.MALM);
    record.NELM = Math.min(record.NELM, record.MALM);
    record.VAL = noElements(record);
  },
  init(record, io) {
    if (!io.loadConstant("INP", "VAL") || !isArrayValue(record.VAL)) return;
    takePart(record, record.VAL);
    show(record);
    record.UDF = 0;
  },
  process(record, io) {
    fit(record);
    if (!record.INP.isConstant) return io.readDevice();
    readConstant(record, io);
    return undefined;
  },
  complete(record, io) {
    const { NORD } = record;
    const failed = !record.INP.isConstant && io.input === "failed";
    if (!failed && isArrayValue(record.VAL)) takePart(record, record.VAL);
    if (NORD !== record.NORD) io.post("NORD", EventMask.VALUE | EventMask.LOG);
    io.timestamp();
    record.UDF = failed || record.NORD <= 0 ? 1 : 0;
    show(record);
    if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
    io.post("VAL", io.resetAlarms() | EventMask.VALUE | EventMask.LOG);
  },
  afterPut(record, io) {
    const { NORD } = record;
    if (!isArrayValue(record.VAL)) return undefined;
    contents.set(record, record.VAL);
    record.NORD = record.VAL.length;
    if (NORD !== record.NORD) io.post("NORD", EventMask.VALUE | EventMask.LOG);
    return undefined;
  },
  address: (record) => ({ type: arrayType(record.FTVL), elementCount: record.MALM }),
  properties(record, field) {
    const range = { low: record.LOPR, high: record.HOPR };
    if (field === "VAL") return { units: record.EGU, precision: record.PREC, display: range, control: range };
    const precision = sensiblePrecision(record.PREC);
    return field === "HOPR" || field === "LOPR" ? { units: record.EGU, precision } : { precision };
  },
});
