import type { RecordOf } from "../recordType.js";
import { motorDIR, type motorFields } from "./motorFields.js";

export type Motor = RecordOf<typeof motorFields>;

/** User, dial and raw coordinates of a motor: user = dial x sign + OFF, dial = raw x MRES. */
export const signOf = (record: Motor): 1 | -1 => (record.DIR === motorDIR.Neg ? -1 : 1);

export const toUser = (record: Motor, dial: number): number => dial * signOf(record) + record.OFF;

export const toDial = (record: Motor, user: number): number => (user - record.OFF) * signOf(record);

export const toRaw = (record: Motor, dial: number): number =>
  clampToLong(Math.round(dial / (record.MRES || 1)));

export const clampToLong = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);

/** Raw steps count up where the dial does, or down where MRES is negative. */
export const rawDirectionOf = (record: Motor, dialIsPositive: boolean): 0 | 1 =>
  dialIsPositive === record.MRES >= 0 ? 1 : 0;

/** All three desired values from the dial value. A user value that was put stays as it was put, without the rounding of there and back. */
export function setDesiredDial(record: Motor, dial: number): void {
  if (toDial(record, record.VAL) !== dial) record.VAL = toUser(record, dial);
  record.DVAL = dial;
  record.RVAL = toRaw(record, dial);
}

/** Says that the present desired value is the one the motor was sent to. */
export function rememberDesired(record: Motor): void {
  record.LVAL = record.VAL;
  record.LDVL = record.DVAL;
  record.LRVL = record.RVAL;
}

export function showDifference(record: Motor): void {
  record.DIFF = record.DVAL - record.DRBV;
  record.RDIF = toRaw(record, record.DIFF);
}

/** The desired value becomes where the motor is. */
export function desireReadback(record: Motor): void {
  setDesiredDial(record, record.DRBV);
  record.VAL = record.RBV;
  rememberDesired(record);
  showDifference(record);
}

/** User limits from dial limits: they change places when the direction is negative. */
export function showUserLimits(record: Motor): void {
  const ends = [toUser(record, record.DHLM), toUser(record, record.DLLM)] as const;
  record.HLM = signOf(record) > 0 ? ends[0] : ends[1];
  record.LLM = signOf(record) > 0 ? ends[1] : ends[0];
}

/** User and raw limits from dial limits. */
export function showLimits(record: Motor): void {
  const { DHLM, DLLM, MRES } = record;
  const ends = [DHLM / (MRES || 1), DLLM / (MRES || 1)] as const;
  record.RHLM = MRES < 0 ? ends[1] : ends[0];
  record.RLLM = MRES < 0 ? ends[0] : ends[1];
  showUserLimits(record);
}

/** A new resolution: limits are the same in steps. */
export function keepRawLimits(record: Motor): void {
  const ends = [record.RHLM * record.MRES, record.RLLM * record.MRES] as const;
  record.DHLM = record.MRES < 0 ? ends[1] : ends[0];
  record.DLLM = record.MRES < 0 ? ends[0] : ends[1];
  showUserLimits(record);
}

/** Dial limits from user limits. */
export function takeUserLimits(record: Motor): void {
  const ends = [toDial(record, record.HLM), toDial(record, record.LLM)] as const;
  record.DHLM = signOf(record) > 0 ? ends[0] : ends[1];
  record.DLLM = signOf(record) > 0 ? ends[1] : ends[0];
  showLimits(record);
}

/** Limits that are both 0 are none. */
export const hasLimits = (record: Motor): boolean => record.DHLM !== 0 || record.DLLM !== 0;

export const isBeyondLimits = (record: Motor, dial: number): boolean =>
  hasLimits(record) && (dial > record.DHLM || dial < record.DLLM || record.DLLM > record.DHLM);
