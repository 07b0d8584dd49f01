import { Status } from "../channel/alarm.js";
import { enumeration, menu, string, ulong, ushort } from "./fieldSpec.js";
import { menuAlarmSevr } from "./menus.js";
import type { CommonRecord } from "./recordType.js";

const last = { special: "nomod", interest: 3 } as const;
const severity = { pp: true, interest: 1 } as const;

/** Fields of records with two states. */
export const binaryFields = {
  VAL: enumeration({ pp: true, asl: 0, prompt: "Current Value" }),
  ZSV: menu(menuAlarmSevr, { ...severity, prompt: "Zero Error Severity" }),
  OSV: menu(menuAlarmSevr, { ...severity, prompt: "One Error Severity" }),
  COSV: menu(menuAlarmSevr, { ...severity, prompt: "Change of State Sevr" }),
  RVAL: ulong({ pp: true, prompt: "Raw Value" }),
  ORAW: ulong({ ...last, prompt: "prev Raw Value" }),
  MASK: ulong({ special: "nomod", interest: 1, prompt: "Hardware Mask" }),
  MLST: ushort({ ...last, prompt: "Last Value Monitored" }),
  LALM: ushort({ ...last, prompt: "Last Value Alarmed" }),
};

/** Names of the two states. */
export const stateNames = {
  ZNAM: string(26, { pp: true, prop: true, interest: 1, prompt: "Zero Name" }),
  ONAM: string(26, { pp: true, prop: true, interest: 1, prompt: "One Name" }),
};

interface BinaryRecord extends CommonRecord {
  VAL: number;
  RVAL: number;
  ORAW: number;
  MASK: number;
  MLST: number;
  LALM: number;
  ZSV: number;
  OSV: number;
  COSV: number;
  ZNAM: string;
  ONAM: string;
}

type Io = { setSevr(status: number, severity: number): boolean };

/** The states as clients see them; a missing ONAM leaves one state. */
export function binaryStates({ ZNAM, ONAM }: { ZNAM: string; ONAM: string }): readonly string[] {
  return ONAM === "" && ZNAM !== "" ? [ZNAM] : [ZNAM, ONAM];
}

export const binaryTexts = ({ ZNAM, ONAM }: { ZNAM: string; ONAM: string }): readonly string[] => [
  ZNAM,
  ONAM,
];

/** Text of a value that is neither 0 nor 1. */
export const illegalBinaryState = "Illegal_Value";

/** Alarms of the state and of its change; a change lasts for one processing. */
export function checkStateAlarms(record: BinaryRecord, io: Io): void {
  io.setSevr(Status.STATE, record.VAL === 0 ? record.ZSV : record.OSV);
  if (record.VAL === record.LALM) return;
  io.setSevr(Status.COS, record.COSV);
  record.LALM = record.VAL;
}

/** RVAL for VAL: MASK where there is one, else the value itself. */
export function rawFromBinary(record: BinaryRecord): void {
  if (record.MASK === 0) record.RVAL = record.VAL;
  else record.RVAL = record.VAL === 0 ? 0 : record.MASK;
}
