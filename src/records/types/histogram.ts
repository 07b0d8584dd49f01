import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { precision, simulatedInput } from "../fieldGroups.js";
import { array, double, inLink, menu, noAccess, short, ulong, ushort } from "../fieldSpec.js";
import { defineMenu } from "../menu.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType, type FieldProperties, type RecordIo, type RecordOf } from "../recordType.js";

const histogramCMD = defineMenu("histogramCMD", {
  Read: "Read",
  Clear: "Clear",
  Start: "Start",
  Stop: "Stop",
});

const range = { prop: true, interest: 1 } as const;
const limit = { special: "reset", prop: true, interest: 1 } as const;

const fields = {
  VAL: array({ asl: 0, special: "dbaddr", prompt: "Value" }),
  NELM: ushort({ special: "nomod", initial: "1", interest: 1, prompt: "Num of Array Elements" }),
  CSTA: short({ special: "nomod", initial: "1", interest: 1, prompt: "Collection Status" }),
  CMD: menu(histogramCMD, { asl: 0, special: "calc", interest: 1, prompt: "Collection Control" }),
  ULIM: double({ ...limit, prompt: "Upper Signal Limit" }),
  LLIM: double({ ...limit, prompt: "Lower Signal Limit " }),
  WDTH: double({ special: "nomod", interest: 3, prompt: "Element Width" }),
  SGNL: double({ special: "mod", prompt: "Signal Value" }),
  ...precision,
  SVL: inLink({ interest: 1, prompt: "Signal Value Location" }),
  BPTR: noAccess({ special: "nomod", interest: 4, prompt: "Buffer Pointer" }),
  WDOG: noAccess({ special: "nomod", interest: 4, prompt: "Watchdog callback" }),
  MDEL: short({ interest: 1, prompt: "Monitor Count Deadband" }),
  MCNT: short({ special: "nomod", interest: 3, prompt: "Counts Since Monitor" }),
  SDEL: double({ special: "reset", interest: 1, prompt: "Monitor Seconds Dband" }),
  ...simulatedInput(menuYesNo),
  SVAL: double({ prompt: "Simulation Value" }),
  HOPR: ulong({ ...range, prompt: "High Operating Range" }),
  LOPR: ulong({ ...range, prompt: "Low Operating Range" }),
};

type Histogram = RecordOf<typeof fields>;
type Io = RecordIo<Histogram>;

const counts = new WeakMap<Histogram, Uint32Array>();

function countsOf(record: Histogram): Uint32Array {
  const known = counts.get(record);
  return known?.length === record.NELM ? known : new Uint32Array(record.NELM);
}

function setCounts(record: Histogram, values: Uint32Array): void {
  counts.set(record, values);
  record.VAL = values;
}

function clear(record: Histogram): void {
  setCounts(record, new Uint32Array(record.NELM));
  record.MCNT = record.MDEL + 1;
  record.UDF = 0;
}

function setWidth(record: Histogram): void {
  record.WDTH = (record.ULIM - record.LLIM) / record.NELM;
}

/** Counts the signal in its bin; samples already handed out stay as they are. */
function count(record: Histogram): void {
  const { SGNL, LLIM, ULIM, NELM, WDTH } = record;
  if (record.CSTA === 0) return;
  if (LLIM >= ULIM && record.NSEV < Severity.INVALID) {
    record.STAT = Status.SOFT;
    record.SEVR = Severity.INVALID;
    return;
  }
  if (!(SGNL >= LLIM && SGNL < ULIM)) return;
  const above = SGNL - LLIM;
  let bin = 1;
  while (bin < NELM && above > bin * WDTH) bin += 1;
  const values = countsOf(record).slice();
  values[bin - 1] = (values[bin - 1] ?? 0) + 1;
  setCounts(record, values);
  record.MCNT += 1;
}

const watched = new WeakSet<Histogram>();

/** Every SDEL seconds counts are posted that MDEL holds back. */
function watch(record: Histogram, io: Io): void {
  if (record.SDEL <= 0 || watched.has(record)) return;
  watched.add(record);
  void io.delay(record.SDEL).then(() => {
    watched.delete(record);
    if (record.MCNT > 0) {
      io.timestamp();
      io.post("VAL", EventMask.VALUE | EventMask.LOG);
      record.MCNT = 0;
    }
    watch(record, io);
  });
}

function command(record: Histogram): void {
  if (record.CMD === histogramCMD.Start) record.CSTA = 1;
  else if (record.CMD === histogramCMD.Stop) record.CSTA = 0;
  else if (record.CMD <= histogramCMD.Clear) clear(record);
  else return;
  record.CMD = histogramCMD.Read;
}

function properties(record: Histogram, field: string): FieldProperties {
  if (field === "SDEL") return { units: "s", precision: 2 };
  const digits = PRECISE.has(field) ? { precision: record.PREC } : {};
  if (field === "VAL") return between(record.LOPR, record.HOPR);
  return field === "WDTH" ? { ...digits, ...between(0, record.ULIM - record.LLIM) } : digits;
}

const PRECISE = new Set(["ULIM", "LLIM", "SGNL", "SVAL", "WDTH"]);

const between = (low: number, high: number): FieldProperties => ({
  display: { low, high },
  control: { low, high },
});

/** How often a signal was in each of NELM equal ranges between LLIM and ULIM. */
export const histogram = defineRecordType("histogram", fields, {
  device: { link: "SVL", value: "SGNL", forgiving: true },
  prepare(record) {
    record.NELM = Math.max(1, record.NELM);
    setWidth(record);
    setCounts(record, countsOf(record));
  },
  init: watch,
  process(record, io) {
    const { UDF } = record;
    const outcome = io.readDevice();
    // A signal that was read says nothing about the counts; only clearing them defines the record.
    if (record.SIMM === menuYesNo.NO) record.UDF = UDF;
    return outcome;
  },
  complete(record, io) {
    io.timestamp();
    if (io.input !== "failed" || record.SIMM === menuYesNo.NO) count(record);
    let mask = io.resetAlarms();
    if (record.MCNT > record.MDEL) {
      mask |= EventMask.VALUE | EventMask.LOG;
      record.MCNT = 0;
    }
    io.post("VAL", mask);
  },
  afterPut(record, io, field) {
    if (field === "CMD") command(record);
    else if (field === "SGNL") count(record);
    else if (field === "SDEL") watch(record, io);
    else if (field === "VAL") setCounts(record, merged(record));
    else if (field === "ULIM" || field === "LLIM") {
      setWidth(record);
      clear(record);
    }
    return undefined;
  },
  address: (record) => ({ type: "ULONG", elementCount: record.NELM }),
  properties,
});

/** A client's put replaces the first bins. */
function merged(record: Histogram): Uint32Array {
  const values = countsOf(record).slice();
  if (record.VAL instanceof Uint32Array) values.set(record.VAL);
  return values;
}
