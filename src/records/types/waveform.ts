import { elementCountOf, emptyArray } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { menuArrayPost, postArray } from "../arrayMonitor.js";
import { arrayType } from "../arrayType.js";
import { operatingRange, precision, simulatedInput, units } from "../fieldGroups.js";
import { array, double, inLink, menu, noAccess, short, ulong } from "../fieldSpec.js";
import { menuFtype, menuYesNo } from "../menus.js";
import { type RecordIo, type RecordOf, recordType } from "../recordType.js";

const waveformPOST = menuArrayPost("waveformPOST");

const fields = {
  VAL: array({ pp: true, asl: 0, special: "dbaddr", prompt: "Value" }),
  RARM: short({ pp: true, interest: 1, prompt: "Rearm the waveform" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...units,
  ...operatingRange(double),
  ...precision,
  NELM: ulong({ special: "nomod", initial: "1", interest: 1, prompt: "Number of Elements" }),
  FTVL: menu(menuFtype, { special: "nomod", interest: 1, prompt: "Field Type of Value" }),
  BUSY: short({ special: "nomod", prompt: "Busy Indicator" }),
  NORD: ulong({ special: "nomod", prompt: "Number elements read" }),
  BPTR: noAccess({ special: "nomod", interest: 4, prompt: "Buffer Pointer" }),
  ...simulatedInput(menuYesNo),
  MPST: menu(waveformPOST, { interest: 1, prompt: "Post Value Monitors" }),
  APST: menu(waveformPOST, { interest: 1, prompt: "Post Archive Monitors" }),
  HASH: ulong({ interest: 3, prompt: "Hash of OnChange data." }),
};

type Waveform = RecordOf<typeof fields>;

function countElements(record: Waveform, io: RecordIo<Waveform>): void {
  const count = elementCountOf(record.VAL);
  if (count === record.NORD) return;
  record.NORD = count;
  io.post("NORD", EventMask.VALUE | EventMask.LOG);
}

/** Array of up to NELM elements of FTVL; NORD says how many there are. */
export const waveform = recordType("waveform", fields, {
  device: { link: "INP", value: "VAL" },
  prepare(record, io) {
    record.NELM = Math.max(1, record.NELM);
    record.VAL = emptyArray(arrayType(record.FTVL), 0);
    if (io.loadConstant("INP", "VAL")) record.UDF = 0;
    record.NORD = elementCountOf(record.VAL);
  },
  init(record) {
    record.NORD = elementCountOf(record.VAL);
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    record.UDF = 0;
    io.timestamp();
    countElements(record, io);
    postArray(record, io);
  },
  afterPut(record, io, field) {
    if (field === "VAL") countElements(record, io);
    return undefined;
  },
  address: (record) => ({ type: arrayType(record.FTVL), elementCount: record.NELM }),
  properties(record, field) {
    const range = { low: record.LOPR, high: record.HOPR };
    if (field === "VAL") return { units: record.EGU, precision: record.PREC, display: range, control: range };
    const counted = field === "NORD" ? record.NELM : field === "BUSY" ? 1 : undefined;
    if (counted !== undefined)
      return { display: { low: 0, high: counted }, control: { low: 0, high: counted } };
    return field === "HOPR" || field === "LOPR"
      ? { units: record.EGU, precision: record.PREC }
      : { precision: record.PREC };
  },
});
