import { Severity, Status } from "../../channel/alarm.js";
import { deadbandMask } from "../deadband.js";
import {
  alarmFilter,
  deadbands,
  limitAlarms,
  operatingRange,
  precision,
  simulatedInput,
  units,
} from "../fieldGroups.js";
import { double, inLink, long, menu, noAccess, short, ulong } from "../fieldSpec.js";
import { checkFilteredLimitAlarms } from "../limitAlarms.js";
import { rawToEngineering } from "../linearConversion.js";
import { menuConvert, menuSimm } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { recordState } from "../recordState.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = {
  VAL: double({ pp: true, asl: 0, prompt: "Current EGU Value" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  ...precision,
  LINR: menu(menuConvert, { pp: true, special: "linconv", interest: 1, prompt: "Linearization" }),
  EGUF: double({ pp: true, special: "linconv", interest: 1, prompt: "Engineer Units Full" }),
  EGUL: double({ pp: true, special: "linconv", interest: 1, prompt: "Engineer Units Low" }),
  ...units,
  ...operatingRange(double),
  AOFF: double({ pp: true, interest: 1, prompt: "Adjustment Offset" }),
  ASLO: double({ pp: true, initial: "1", interest: 1, prompt: "Adjustment Slope" }),
  SMOO: double({ interest: 1, prompt: "Smoothing" }),
  ...limitAlarms(double),
  ...alarmFilter,
  ...deadbands(double),
  ESLO: double({ pp: true, initial: "1", interest: 2, prompt: "Raw to EGU Slope" }),
  EOFF: double({ pp: true, interest: 2, prompt: "Raw to EGU Offset" }),
  ROFF: ulong({ pp: true, interest: 2, prompt: "Raw Offset" }),
  PBRK: noAccess({ special: "nomod", interest: 4, prompt: "Ptrto brkTable" }),
  INIT: short({ special: "nomod", interest: 3, prompt: "Initialized?" }),
  LBRK: short({ special: "nomod", interest: 3, prompt: "LastBreak Point" }),
  RVAL: long({ pp: true, prompt: "Current Raw Value" }),
  ORAW: long({ special: "nomod", interest: 3, prompt: "Previous Raw Value" }),
  ...simulatedInput(menuSimm),
  SVAL: double({ prompt: "Simulation Value" }),
};

type Ai = RecordOf<typeof fields>;

const onScale = scaleFields("SVAL");
const inUnits = fieldsLikeValue(fields);
const withoutUnits = new Set(["ASLO", "AOFF", "SMOO"]);

/** SMOO of the value before stays. */
function smoothed({ SMOO }: Ai, before: number, value: number): number {
  if (SMOO === 0 || !Number.isFinite(before)) return value;
  return value * (1 - SMOO) + before * SMOO;
}

/** How a value is smoothed that comes as it is through a link. */
interface Reading {
  before: number;
  /** The last one did not fail, so that there is something to smooth with. */
  follows: boolean;
}

const readingOf = recordState<Ai, Reading>(() => ({ before: 0, follows: false }));

const readsThroughLink = (record: Ai, io: RecordIo<Ai>): boolean =>
  record.SIMM === menuSimm.NO && !io.hasDeviceSupport && !io.isRawSoftChannel && !record.INP.isConstant;

function smoothReading(record: Ai, io: RecordIo<Ai>): void {
  const reading = readingOf(record);
  const read = io.input !== "failed";
  if (read && reading.follows) record.VAL = smoothed(record, reading.before, record.VAL);
  reading.follows = read;
}

/** INIT marks that there is no value before. */
function convert(record: Ai, io: RecordIo<Ai>): void {
  const { value, failed } = rawToEngineering(record, io, record.RVAL);
  if (failed) io.setSevr(Status.SOFT, Severity.MAJOR, "BPT Error");
  record.VAL = smoothed(record, record.INIT === 0 ? record.VAL : value, value);
}

/** Analog input. */
export const ai = defineRecordType("ai", fields, {
  device: { link: "INP", value: "VAL", raw: "RVAL" },
  prepare(record) {
    record.INIT = 1;
    if (record.LINR !== menuConvert.SLOPE && record.ESLO === 1 && record.EOFF === 0)
      record.EOFF = record.EGUL;
  },
  init(record, io) {
    if (io.deviceSetRaw) record.VAL = rawToEngineering(record, io, record.RVAL).value;
  },
  process(record, io) {
    readingOf(record).before = record.VAL;
    return io.readDevice();
  },
  complete(record, io) {
    const previous = record.TIME;
    io.timestamp();
    if (readsThroughLink(record, io)) smoothReading(record, io);
    if (io.input === "convert") convert(record, io);
    if (io.input !== "failed") record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
    checkFilteredLimitAlarms(record, io, previous);
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    if (mask !== 0 && record.ORAW !== record.RVAL) {
      io.post("RVAL", mask);
      record.ORAW = record.RVAL;
    }
    record.INIT = 0;
  },
  afterPut(record, _io, field) {
    if (field === "LINR" || field === "EGUF" || field === "EGUL") record.INIT = 1;
    return undefined;
  },
  properties: (record, field) => numericProperties(record, field, { onScale, inUnits, withoutUnits }),
});
