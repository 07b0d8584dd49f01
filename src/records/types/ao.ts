import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { deadbandMask } from "../deadband.js";
import {
  closedLoop,
  deadbands,
  driveLimits,
  invalidAction,
  limitAlarms,
  operatingRange,
  precision,
  simulatedOutput,
  units,
} from "../fieldGroups.js";
import { double, long, menu, noAccess, outLink, short, uchar, ulong } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { engineeringToRaw, rawToEngineering } from "../linearConversion.js";
import { defineMenu } from "../menu.js";
import { menuConvert, menuSimm } from "../menus.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { driveOutput, isClosedLoop } from "../output.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const aoOIF = defineMenu("aoOIF", { Full: "Full", Incremental: "Incremental" });

const fields = {
  VAL: double({ pp: true, asl: 0, prompt: "Desired Output" }),
  OVAL: double({ prompt: "Output Value" }),
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  OROC: double({ interest: 1, prompt: "Output Rate of Change" }),
  ...closedLoop,
  OIF: menu(aoOIF, { interest: 1, prompt: "Out Full/Incremental" }),
  ...precision,
  LINR: menu(menuConvert, { pp: true, special: "linconv", interest: 1, prompt: "Linearization" }),
  EGUF: double({ pp: true, special: "linconv", interest: 1, prompt: "Eng Units Full" }),
  EGUL: double({ pp: true, special: "linconv", interest: 1, prompt: "Eng Units Low" }),
  ...units,
  ROFF: ulong({ pp: true, interest: 2, prompt: "Raw Offset" }),
  EOFF: double({ pp: true, interest: 2, prompt: "EGU to Raw Offset" }),
  ESLO: double({ pp: true, initial: "1", interest: 2, prompt: "EGU to Raw Slope" }),
  ...driveLimits(double),
  ...operatingRange(double),
  AOFF: double({ pp: true, interest: 1, prompt: "Adjustment Offset" }),
  ASLO: double({ pp: true, interest: 1, prompt: "Adjustment Slope" }),
  ...limitAlarms(double),
  ...deadbands(double),
  RVAL: long({ pp: true, prompt: "Current Raw Value" }),
  ORAW: long({ special: "nomod", interest: 3, prompt: "Previous Raw Value" }),
  RBV: long({ special: "nomod", prompt: "Readback Value" }),
  ORBV: long({ special: "nomod", interest: 3, prompt: "Prev Readback Value" }),
  PVAL: double({ special: "nomod", interest: 3, prompt: "Previous value" }),
  PBRK: noAccess({ special: "nomod", interest: 4, prompt: "Ptrto brkTable" }),
  INIT: short({ special: "nomod", interest: 3, prompt: "Initialized?" }),
  LBRK: short({ special: "nomod", interest: 3, prompt: "LastBreak Point" }),
  ...simulatedOutput(menuSimm),
  ...invalidAction(double({ interest: 2, prompt: "INVALID output value" })),
  OMOD: uchar({ special: "nomod", prompt: "Was OVAL modified?" }),
};

type Ao = RecordOf<typeof fields>;

const onScale = scaleFields("OVAL", "PVAL", "IVOV");
const inUnits = fieldsLikeValue(fields);
const onDriveScale = scaleFields("OVAL", "PVAL");
const withoutUnits = new Set(["ASLO", "AOFF"]);

const clamp = (record: Ao, value: number): number =>
  record.DRVH > record.DRVL ? Math.min(Math.max(value, record.DRVL), record.DRVH) : value;

/** OVAL follows VAL by at most OROC in one processing, but leaves NaN at once; a negative OROC leads it away. */
function ramp(record: Ao, value: number): number {
  const step = value - record.OVAL;
  if (record.OROC === 0 || !(Math.abs(step) > record.OROC)) return value;
  return step < 0 ? record.OVAL - record.OROC : record.OVAL + record.OROC;
}

/** Takes a desired value: drive limits for VAL, rate of change for OVAL, conversion for RVAL. */
function takeValue(record: Ao, io: RecordIo<Ao>, desired: number): void {
  const value = clamp(record, desired);
  record.VAL = value;
  record.PVAL = value;
  const output = ramp(record, value);
  record.OMOD = record.OVAL === output ? 0 : 1;
  record.OVAL = output;
  const raw = engineeringToRaw(record, io, output);
  if (raw.failed) io.setSevr(Status.SOFT, Severity.MAJOR);
  else record.RVAL = raw.value;
}

const useIvov = (record: Ao, io: RecordIo<Ao>): void => takeValue(record, io, record.IVOV);

/** The value wanted through DOL or from operators; undefined when DOL gives none. */
function desiredValue(record: Ao, io: RecordIo<Ao>): number | undefined {
  if (!isClosedLoop(record)) return record.VAL;
  // What operators put while the loop is closed does not count.
  record.VAL = record.PVAL;
  io.failed = !io.readLink("DOL", "VAL");
  if (io.failed) return undefined;
  return record.OIF === aoOIF.Incremental ? record.PVAL + record.VAL : record.VAL;
}

/** Analog output. */
export const ao = defineRecordType("ao", fields, {
  device: { link: "OUT", value: "OVAL", raw: "RVAL" },
  prepare(record, io) {
    if (io.loadConstant("DOL", "VAL")) record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
    record.INIT = 1;
    if (record.LINR !== menuConvert.SLOPE && record.ESLO === 1 && record.EOFF === 0)
      record.EOFF = record.EGUL;
  },
  init(record, io) {
    if (io.deviceSetRaw) {
      const { value, failed } = rawToEngineering(record, io, record.RVAL);
      if (!failed) record.VAL = value;
      if (!failed) record.UDF = Number.isNaN(value) ? 1 : 0;
    }
    record.OVAL = record.PVAL = record.MLST = record.ALST = record.LALM = record.VAL;
    record.ORAW = record.RVAL;
    record.ORBV = record.RBV;
  },
  process(record, io) {
    const desired = desiredValue(record, io);
    if (desired !== undefined) takeValue(record, io, desired);
    record.UDF = Number.isNaN(record.VAL) ? 1 : 0;
    io.timestamp();
    checkLimitAlarms(record, io);
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    let mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    if (record.OMOD !== 0) mask |= EventMask.VALUE | EventMask.LOG;
    if (mask !== 0) postOutputs(record, io, mask);
    record.INIT = 0;
  },
  afterPut(record, _io, field) {
    if (field === "LINR" || field === "EGUF" || field === "EGUL") record.INIT = 1;
    return undefined;
  },
  properties(record, field) {
    const properties = numericProperties(record, field, { onScale, inUnits, withoutUnits, drive: "always" });
    if (!onDriveScale.has(field)) delete properties.control;
    if (field === "OVAL" || field === "PVAL") properties.precision = record.PREC;
    return properties;
  },
});

function postOutputs(record: Ao, io: RecordIo<Ao>, mask: number): void {
  record.OMOD = 0;
  io.post("OVAL", mask);
  if (record.ORAW !== record.RVAL) {
    io.post("RVAL", mask | EventMask.VALUE | EventMask.LOG);
    record.ORAW = record.RVAL;
  }
  if (record.ORBV !== record.RBV) {
    io.post("RBV", mask | EventMask.VALUE | EventMask.LOG);
    record.ORBV = record.RBV;
  }
}
