import { EventMask } from "../channel/eventMask.js";
import { fieldsNamed } from "./fieldGroups.js";
import { menu, string, ulong, ushort } from "./fieldSpec.js";
import { menuAlarmSevr, menuSimm } from "./menus.js";

const STATES = [
  ["ZR", "Zero"],
  ["ON", "One"],
  ["TW", "Two"],
  ["TH", "Three"],
  ["FR", "Four"],
  ["FV", "Five"],
  ["SX", "Six"],
  ["SV", "Seven"],
  ["EI", "Eight"],
  ["NI", "Nine"],
  ["TE", "Ten"],
  ["EL", "Eleven"],
  ["TV", "Twelve"],
  ["TT", "Thirteen"],
  ["FT", "Fourteen"],
  ["FF", "Fifteen"],
] as const;

type StateId = (typeof STATES)[number][0];

const ids = STATES.map(([id]) => id);
const valueNames = ids.map((id) => `${id}VL` as const);
const stringNames = ids.map((id) => `${id}ST` as const);
const severityNames = ids.map((id) => `${id}SV` as const);
const wordOf = (index: number): string => STATES[index]?.[1] ?? "";

/** The sixteen states of mbbi and mbbo: raw value, name and severity of each. */
export const stateFields = {
  ...fieldsNamed(valueNames, (_name, index) =>
    ulong({ pp: true, special: "mod", interest: 1, hex: true, prompt: `${wordOf(index)} Value` }),
  ),
  ...fieldsNamed(stringNames, (_name, index) =>
    string(26, { pp: true, prop: true, special: "mod", interest: 1, prompt: `${wordOf(index)} String` }),
  ),
  ...fieldsNamed(severityNames, (_name, index) =>
    menu(menuAlarmSevr, { pp: true, interest: 1, prompt: `State ${wordOf(index)} Severity` }),
  ),
  UNSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Unknown State Severity" }),
  COSV: menu(menuAlarmSevr, { pp: true, interest: 1, prompt: "Change of State Svr" }),
  NOBT: ushort({ special: "nomod", interest: 1, prompt: "Number of Bits" }),
  RVAL: ulong({ pp: true, prompt: "Raw Value" }),
  ORAW: ulong({ special: "nomod", interest: 3, prompt: "Prev Raw Value" }),
  MASK: ulong({ special: "nomod", interest: 1, prompt: "Hardware Mask" }),
  MLST: ushort({ special: "nomod", interest: 3, prompt: "Last Value Monitored" }),
  LALM: ushort({ special: "nomod", interest: 3, prompt: "Last Value Alarmed" }),
  SHFT: ushort({ interest: 1, prompt: "Shift" }),
};

type StateRecord = Record<`${StateId}VL`, number> & Record<`${StateId}ST`, string>;
type SeverityRecord = Record<`${StateId}SV`, number>;

/** A value that none of the states has. */
export const UNKNOWN_STATE = 65535;
export const illegalMultiBitState = "Illegal Value";

/** The names of all sixteen states. */
export const stateTexts = (record: StateRecord): readonly string[] => stringNames.map((name) => record[name]);

/** The names of the states up to the last one that has a name, gaps as empty strings. */
export function statesOf(record: StateRecord): readonly string[] {
  const names = stateTexts(record);
  return names.slice(0, names.findLastIndex((name) => name !== "") + 1);
}

/** Whether any state has a name or a raw value. */
export const hasStates = (record: StateRecord): boolean =>
  valueNames.some((name) => record[name] !== 0) || stringNames.some((name) => record[name] !== "");

/** Raw value of a state; undefined beyond the sixteen. */
export function rawOfState(record: StateRecord, state: number): number | undefined {
  const name = valueNames[state];
  return name === undefined ? undefined : record[name];
}

/** The state that has a raw value, or `UNKNOWN_STATE`. */
export function stateOfRaw(record: StateRecord, raw: number): number {
  const state = valueNames.findIndex((name) => record[name] === raw);
  return state < 0 ? UNKNOWN_STATE : state;
}

/** Severity of a state; UNSV beyond the sixteen. */
export function stateSeverity(record: SeverityRecord & { UNSV: number }, state: number): number {
  const name = severityNames[state];
  return name === undefined ? record.UNSV : record[name];
}

/** MASK from NOBT, for devices that know only that. */
export function maskFromBits(record: { MASK: number; NOBT: number }): void {
  if (record.MASK === 0 && record.NOBT <= 32) record.MASK = 2 ** record.NOBT - 1;
}

/** The mask of the raw soft channels: all bits without NOBT, at the place that SHFT says. */
export function placeMask(record: { MASK: number; NOBT: number; SHFT: number }): void {
  if (record.NOBT === 0) record.MASK = 0xffff_ffff;
  record.MASK = (record.MASK << record.SHFT) >>> 0;
}

/** Raw Soft Channel takes the bits of MASK from what it reads; a simulated value is taken whole. */
export function maskRead(
  record: { RVAL: number; MASK: number; SIMM: number },
  io: { readonly isRawSoftChannel: boolean },
): void {
  if (io.isRawSoftChannel && record.SIMM === menuSimm.NO) record.RVAL = (record.RVAL & record.MASK) >>> 0;
}

type Io = { post(field: "VAL", mask: number): void };

/** A new name for the present state is news about VAL. */
export function stateRenamed(record: { VAL: number }, io: Io, field: string): void {
  const state = (stringNames as readonly string[]).indexOf(field);
  if (state >= 0 && record.VAL === state) io.post("VAL", EventMask.VALUE | EventMask.LOG);
}
