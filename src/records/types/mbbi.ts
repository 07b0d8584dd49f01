import { Status } from "../../channel/alarm.js";
import type { Timestamp } from "../../libcom/epicsTime.js";
import { alarmFilter, simulatedInput, withPrompts } from "../fieldGroups.js";
import { enumeration, inLink, short, ulong } from "../fieldSpec.js";
import { filterAlarm } from "../limitAlarms.js";
import { menuSimm } from "../menus.js";
import {
  hasStates,
  illegalMultiBitState,
  maskFromBits,
  maskRead,
  placeMask,
  stateFields,
  stateOfRaw,
  stateRenamed,
  stateSeverity,
  statesOf,
  stateTexts,
} from "../multiBit.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";
import { postState } from "../statePosting.js";

const fields = withPrompts(
  {
    VAL: enumeration({ pp: true, asl: 0, prompt: "Current Value" }),
    INP: inLink({ interest: 1, prompt: "Input Specification" }),
    ...stateFields,
    SDEF: short({ special: "nomod", interest: 3, prompt: "States Defined" }),
    ...alarmFilter,
    ...simulatedInput(menuSimm),
    SVAL: ulong({ prompt: "Simulation Value" }),
  },
  { TTSV: "State Thirteen Sevr", FTSV: "State Fourteen Sevr" },
);

type Mbbi = RecordOf<typeof fields>;

function takeRaw(record: Mbbi): void {
  const raw = record.RVAL >>> record.SHFT;
  record.VAL = record.SDEF === 0 ? raw & 0xffff : stateOfRaw(record, raw);
  record.UDF = 0;
}

function checkAlarms(record: Mbbi, io: RecordIo<Mbbi>, previous: Timestamp): void {
  if (record.UDF !== 0) {
    io.setSevr(Status.UDF, record.UDFS);
    record.AFVL = 0;
    return;
  }
  const severity = stateSeverity(record, record.VAL);
  record.AFVL = record.AFTC > 0 ? filterAlarm(record, severity, previous) : 0;
  io.setSevr(Status.STATE, record.AFTC > 0 ? Math.abs(Math.floor(record.AFVL)) : severity);
  // A change of state that raised its alarm is a change again at the next processing.
  if (record.VAL !== record.LALM && !io.setSevr(Status.COS, record.COSV)) record.LALM = record.VAL;
}

/** Multi-bit binary input: one of sixteen states. */
export const mbbi = defineRecordType("mbbi", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL", raw: "RVAL", constantDefines: true, rawAs: "LONG" },
  prepare(record, io) {
    maskFromBits(record);
    if (io.isRawSoftChannel) placeMask(record);
  },
  init(record, io) {
    record.SDEF = hasStates(record) ? 1 : 0;
    if (io.deviceSetRaw) takeRaw(record);
    record.MLST = record.LALM = record.VAL;
    record.ORAW = record.RVAL;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    const previous = record.TIME;
    io.timestamp();
    if (io.input === "convert") {
      maskRead(record, io);
      takeRaw(record);
    }
    checkAlarms(record, io, previous);
    postState(record, io);
  },
  afterPut(record, io, field) {
    record.SDEF = hasStates(record) ? 1 : 0;
    stateRenamed(record, io, field);
    return undefined;
  },
  states: statesOf,
  stateTexts,
  illegalState: illegalMultiBitState,
});
