import { Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { BIT_NAMES, bitFields, gatherBits, spreadBits } from "../bits.js";
import { closedLoop, invalidAction, simulatedOutput, withPrompts } from "../fieldGroups.js";
import { long, menu, outLink, short, ulong, ushort } from "../fieldSpec.js";
import { menuOmsl, menuSimm } from "../menus.js";
import { maskFromBits, placeMask } from "../multiBit.js";
import { driveOutput, isClosedLoop } from "../output.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: long({ pp: true, asl: 0, prompt: "Word" }),
    ...closedLoop,
    OMSL: menu(menuOmsl, { pp: true, interest: 1, prompt: "Output Mode Select" }),
    NOBT: short({ prop: true, special: "nomod", interest: 1, prompt: "Number of Bits" }),
    OUT: outLink({ interest: 1, prompt: "Output Specification" }),
    RVAL: ulong({ pp: true, special: "nomod", prompt: "Raw Value" }),
    ORAW: ulong({ special: "nomod", interest: 3, prompt: "Prev Raw Value" }),
    RBV: ulong({ special: "nomod", prompt: "Readback Value" }),
    ORBV: ulong({ special: "nomod", interest: 3, prompt: "Prev Readback Value" }),
    MASK: ulong({ special: "nomod", interest: 1, prompt: "Hardware Mask" }),
    MLST: long({ special: "nomod", interest: 3, prompt: "Last Value Monitored" }),
    OBIT: long({ special: "nomod", interest: 3, prompt: "Last Bit mask Monitored" }),
    SHFT: ushort({ interest: 1, prompt: "Shift" }),
    ...bitFields({ pp: true, asl: 0, special: "mod", interest: 1 }),
    ...simulatedOutput(menuSimm),
    ...invalidAction(long({ interest: 2, prompt: "INVALID output value" })),
  },
  { IVOA: "INVALID outpt action" },
);

type MbboDirect = RecordOf<typeof fields>;

const isBit = (field: string): boolean => (BIT_NAMES as readonly string[]).includes(field);

function convert(record: MbboDirect): void {
  record.RVAL = (record.VAL << record.SHFT) >>> 0;
}

function useIvov(record: MbboDirect): void {
  record.VAL = record.IVOV;
  convert(record);
}

/** Takes the word through DOL or from operators; false, with an alarm raised, when there is none. */
function takeValue(record: MbboDirect, io: RecordIo<MbboDirect>): boolean {
  if (isClosedLoop(record)) return io.readLink("DOL", "VAL", "ULONG");
  if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS, "UDFS");
  return record.UDF === 0;
}

function postChanges(record: MbboDirect, io: RecordIo<MbboDirect>): void {
  let mask = io.resetAlarms();
  const alarm = mask;
  if (record.MLST !== record.VAL) mask |= EventMask.VALUE | EventMask.LOG;
  record.MLST = record.VAL;
  io.post("VAL", mask);
  mask |= EventMask.VALUE | EventMask.LOG;
  const changed = record.OBIT ^ record.VAL;
  record.OBIT = record.VAL;
  BIT_NAMES.forEach((name, index) => {
    if (alarm !== 0 || (changed >>> index) & 1) io.post(name, mask);
  });
  if (record.ORAW !== record.RVAL) io.post("RVAL", mask);
  if (record.ORBV !== record.RBV) io.post("RBV", mask);
  record.ORAW = record.RVAL;
  record.ORBV = record.RBV;
}

/** A word of up to 32 bits that can be set bit by bit. */
export const mbboDirect = defineRecordType("mbboDirect", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL", raw: "RVAL", masksRaw: true, as: "ULONG", forgiving: true },
  prepare(record, io) {
    if (io.loadConstant("DOL", "VAL", "ULONG")) record.UDF = 0;
    maskFromBits(record);
    if (io.isRawSoftChannel) placeMask(record);
  },
  init(record, io) {
    if (io.deviceSetRaw) {
      record.VAL = (record.RVAL >>> record.SHFT) | 0;
      record.UDF = 0;
    }
    const bits = gatherBits(record);
    if (record.UDF === 0) {
      spreadBits(record, record.VAL);
    } else if (bits !== 0) {
      record.VAL = bits;
      record.UDF = 0;
    }
    record.MLST = record.VAL;
    record.ORAW = record.RVAL;
    record.ORBV = record.RBV;
  },
  process(record, io) {
    if (takeValue(record, io)) {
      record.UDF = 0;
      spreadBits(record, record.VAL);
      convert(record);
      io.timestamp();
    }
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    spreadBits(record, record.VAL);
    postChanges(record, io);
  },
  beforePut(record, _io, field) {
    return isBit(field) && record.OMSL === menuOmsl.closed_loop ? "OMSL is closed_loop" : undefined;
  },
  afterPut(record, _io, field) {
    if (!isBit(field)) return undefined;
    const before = record.VAL;
    record.VAL = gatherBits(record);
    record.OBIT = (record.OBIT & ~(before ^ record.VAL)) | (record.VAL & (before ^ record.VAL));
    record.UDF = 0;
    convert(record);
    return undefined;
  },
});
