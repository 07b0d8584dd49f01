import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { closedLoop, invalidAction, simulatedOutput, withPrompts } from "../fieldGroups.js";
import { enumeration, outLink, short, ulong, ushort } from "../fieldSpec.js";
import { menuSimm } from "../menus.js";
import {
  hasStates,
  illegalMultiBitState,
  maskFromBits,
  placeMask,
  rawOfState,
  stateFields,
  stateOfRaw,
  stateRenamed,
  stateSeverity,
  statesOf,
  stateTexts,
} from "../multiBit.js";
import { driveOutput, isClosedLoop } from "../output.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";
import { postState } from "../statePosting.js";

const fields = withPrompts(
  {
    VAL: enumeration({ pp: true, asl: 0, special: "dbaddr", prompt: "Desired Value" }),
    OUT: outLink({ interest: 1, prompt: "Output Specification" }),
    ...closedLoop,
    ...stateFields,
    RBV: ulong({ special: "nomod", prompt: "Readback Value" }),
    ORBV: ulong({ special: "nomod", interest: 3, prompt: "Prev Readback Value" }),
    SDEF: short({ special: "nomod", interest: 3, prompt: "States Defined" }),
    ...simulatedOutput(menuSimm),
    ...invalidAction(ushort({ interest: 2, prompt: "INVALID output value" })),
  },
  {
    TTSV: "State Thirteen Sevr",
    FTSV: "State Fourteen Sevr",
    FFSV: "State Fifteen Sevr",
    UNSV: "Unknown State Sevr",
    COSV: "Change of State Sevr",
    IVOA: "INVALID outpt action",
  },
);

type Mbbo = RecordOf<typeof fields>;

/** RVAL for VAL. A value beyond the states leaves RVAL alone and raises an alarm. */
function convert(record: Mbbo, io: RecordIo<Mbbo>): void {
  const raw = record.SDEF === 0 ? record.VAL : rawOfState(record, record.VAL);
  if (raw === undefined) io.setSevr(Status.SOFT, Severity.INVALID);
  else record.RVAL = (raw << record.SHFT) >>> 0;
}

function useIvov(record: Mbbo, io: RecordIo<Mbbo>): void {
  record.VAL = record.IVOV;
  convert(record, io);
}

/** Takes the value through DOL; false, with an alarm raised, when there is nothing to write. */
function takeValue(record: Mbbo, io: RecordIo<Mbbo>): boolean {
  if (isClosedLoop(record)) return io.readLink("DOL", "VAL");
  if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
  return record.UDF === 0;
}

function checkAlarms(record: Mbbo, io: RecordIo<Mbbo>): void {
  io.setSevr(Status.STATE, stateSeverity(record, record.VAL));
  // A change of state that raised its alarm is a change again at the next processing.
  if (record.VAL !== record.LALM && !io.setSevr(Status.COS, record.COSV)) record.LALM = record.VAL;
}

/** Multi-bit binary output: one of sixteen states. */
export const mbbo = defineRecordType("mbbo", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL", raw: "RVAL", masksRaw: true, forgiving: true },
  prepare(record, io) {
    record.SDEF = hasStates(record) ? 1 : 0;
    if (io.loadConstant("DOL", "VAL")) record.UDF = 0;
    maskFromBits(record);
    if (io.isRawSoftChannel) placeMask(record);
  },
  init(record, io) {
    // Device support may have brought the states.
    record.SDEF = hasStates(record) ? 1 : 0;
    if (io.deviceSetRaw) {
      const raw = record.RVAL >>> record.SHFT;
      record.VAL = record.SDEF === 0 ? raw & 0xffff : stateOfRaw(record, raw);
      record.UDF = 0;
    }
    convert(record, io);
    record.MLST = record.LALM = record.VAL;
    record.ORAW = record.RVAL;
    record.ORBV = record.RBV;
  },
  process(record, io) {
    if (takeValue(record, io)) {
      record.UDF = 0;
      convert(record, io);
      io.timestamp();
    }
    checkAlarms(record, io);
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    const mask = postState(record, io);
    if (record.ORBV === record.RBV) return undefined;
    io.post("RBV", mask | EventMask.VALUE | EventMask.LOG);
    record.ORBV = record.RBV;
    return undefined;
  },
  afterPut(record, io, field) {
    if (field === "VAL") return undefined;
    record.SDEF = hasStates(record) ? 1 : 0;
    stateRenamed(record, io, field);
    return undefined;
  },
  address: (record) => ({ type: record.SDEF === 0 ? "USHORT" : "ENUM", elementCount: 1 }),
  states: statesOf,
  stateTexts,
  illegalState: illegalMultiBitState,
});
