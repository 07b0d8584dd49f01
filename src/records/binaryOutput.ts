import { Status } from "../channel/alarm.js";
import { EventMask } from "../channel/eventMask.js";
import { type binaryFields, checkStateAlarms, rawFromBinary, type stateNames } from "./binary.js";
import { closedLoop, invalidAction } from "./fieldGroups.js";
import { double, noAccess, outLink, ulong, ushort } from "./fieldSpec.js";
import { driveOutput, isClosedLoop } from "./output.js";
import type { CommonRecord, FieldProperties, FieldsOf, RecordIo } from "./recordType.js";

/** Fields that binary outputs add to those of every record with two states. */
export const binaryOutputFields = {
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  HIGH: double({ interest: 1, prompt: "Seconds to Hold High" }),
  ...closedLoop,
  RPVT: noAccess({ special: "nomod", interest: 4, prompt: "Record Private" }),
  WDPT: noAccess({ special: "nomod", interest: 4, prompt: "Watch Dog Timer ID" }),
  RBV: ulong({ special: "nomod", prompt: "Readback Value" }),
  ORBV: ulong({ special: "nomod", interest: 3, prompt: "Prev Readback Value" }),
  ...invalidAction(ushort({ interest: 2, prompt: "INVALID output value" })),
};

type BinaryOutput = CommonRecord &
  FieldsOf<typeof binaryFields & typeof stateNames & typeof binaryOutputFields>;

/** The initial value: any constant but 0 means 1. */
export function takeConstant(record: BinaryOutput, io: RecordIo<BinaryOutput>): void {
  if (!io.loadConstant("DOL", "VAL")) return;
  record.VAL = record.VAL === 0 ? 0 : 1;
  record.UDF = 0;
}

export function startBinaryOutput(record: BinaryOutput, io: RecordIo<BinaryOutput>): void {
  if (io.deviceSetRaw) {
    record.VAL = record.RVAL === 0 ? 0 : 1;
    record.UDF = 0;
  }
  rawFromBinary(record);
  record.MLST = record.LALM = record.VAL;
  record.ORAW = record.RVAL;
  record.ORBV = record.RBV;
}

/** Takes the value through DOL where the loop is closed, and its raw value. */
export function takeBinaryValue(record: BinaryOutput, io: RecordIo<BinaryOutput>): void {
  if (isClosedLoop(record)) {
    io.failed = !io.readLink("DOL", "VAL");
    if (!io.failed) record.UDF = 0;
  }
  rawFromBinary(record);
}

export function driveBinary(record: BinaryOutput, io: RecordIo<BinaryOutput>): undefined | Promise<void> {
  // As EPICS Base has it, other values than 1 do not count here.
  if (record.UDF === 1) io.setSevr(Status.UDF, record.UDFS);
  checkStateAlarms(record, io);
  return driveOutput(record, io, useIvov);
}

function useIvov(record: BinaryOutput): void {
  record.VAL = record.IVOV;
  rawFromBinary(record);
}

/** A record of 1 goes back to 0 after HIGH seconds, by processing once more. */
export function holdHigh(record: BinaryOutput, io: RecordIo<BinaryOutput>): void {
  if (record.VAL !== 1 || record.HIGH <= 0) return;
  void io.delay(record.HIGH).then(() => {
    if (record.PACT !== 0) {
      holdHigh(record, io);
    } else {
      record.VAL = 0;
      io.process();
    }
  });
}

/** HIGH is in seconds, shown to hundredths. */
export const binaryOutputProperties = (_record: BinaryOutput, field: string): FieldProperties =>
  field === "HIGH" ? { units: "s", precision: 2, control: { low: 0, high: 100_000 } } : {};

export function postReadback(record: BinaryOutput, io: RecordIo<BinaryOutput>, mask: number): void {
  if (record.ORBV === record.RBV) return;
  io.post("RBV", mask | EventMask.VALUE | EventMask.LOG);
  record.ORBV = record.RBV;
}
