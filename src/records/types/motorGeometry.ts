import type { RecordOf } from "../recordType.js";
import { motorACCU, motorDIR, type motorFields } from "./motorFields.js";

export type Motor = RecordOf<typeof motorFields>;

/** User, dial and raw coordinates of a motor: user = dial x sign + OFF, dial = raw x MRES. */
export const signOf = (record: Motor): 1 | -1 => (record.DIR === motorDIR.Neg ? -1 : 1);

export const toUser = (record: Motor, dial: number): number => dial * signOf(record) + record.OFF;

export const toDial = (record: Motor, user: number): number => (user - record.OFF) * signOf(record);

export const toRaw = (record: Motor, dial: number): number =>
  clampToLong(Math.round(dial / (record.MRES || 1)));

export const clampToLong = (value: number): number => Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);

/** All three desired values from the dial value. */
export function setDesiredDial(record: Motor, dial: number): void {
  record.DVAL = dial;
  record.VAL = toUser(record, dial);
  record.RVAL = toRaw(record, dial);
}

/** Says that the present desired value is the one the motor was sent to. */
export function rememberDesired(record: Motor): void {
  record.LVAL = record.VAL;
  record.LDVL = record.DVAL;
  record.LRVL = record.RVAL;
}

/** User limits from dial limits: they change places when the direction is negative. */
export function showUserLimits(record: Motor): void {
  const ends = [toUser(record, record.DHLM), toUser(record, record.DLLM)] as const;
  record.HLM = signOf(record) > 0 ? ends[0] : ends[1];
  record.LLM = signOf(record) > 0 ? ends[1] : ends[0];
  record.RHLM = record.DHLM / (record.MRES || 1);
  record.RLLM = record.DLLM / (record.MRES || 1);
}

/** Dial limits from user limits. */
export function takeUserLimits(record: Motor): void {
  const ends = [toDial(record, record.HLM), toDial(record, record.LLM)] as const;
  record.DHLM = signOf(record) > 0 ? ends[0] : ends[1];
  record.DLLM = signOf(record) > 0 ? ends[1] : ends[0];
  showUserLimits(record);
}

/** Limits that are both 0 are none. */
export const hasLimits = (record: Motor): boolean => record.DHLM !== 0 || record.DLLM !== 0;

export const isBeyondLimits = (record: Motor, dial: number): boolean =>
  hasLimits(record) && (dial > record.DHLM || dial < record.DLLM || record.DLLM > record.DHLM);

const SLOWEST_ACCELERATION_SECONDS = 0.1;

/** EGU/s^2 by which `speed` is reached from VBAS within `seconds`. */
export const accelerationTo = ({ VBAS }: Motor, speed: number, seconds: number): number =>
  Math.max(speed > VBAS ? speed - VBAS : speed, Number.EPSILON) / seconds;

/** The acceleration of a move, EGU/s^2: ACCS, or what ACCL says of VELO. */
export const accelerationOf = (record: Motor): number =>
  record.ACCU === motorACCU.Accs && record.ACCS > 0
    ? record.ACCS
    : accelerationTo(record, record.VELO, record.ACCL);

/** Fields that follow from the one that was written; all of them from the first that is set when `field` is undefined. */
export function followResolution(record: Motor, field: string | undefined): void {
  if (record.SREV <= 0) record.SREV = 200;
  if (field === "UREV" || (field !== "MRES" && field !== "SREV" && record.UREV !== 0 && record.MRES === 0))
    record.MRES = record.UREV / record.SREV;
  if (record.MRES === 0) record.MRES = 1;
  record.UREV = record.MRES * record.SREV;
  if (record.ERES === 0) record.ERES = record.MRES;
}

const clampSpeed = (record: Motor, speed: number): number => {
  const atLeast = Math.max(speed, record.VBAS);
  return record.VMAX > 0 ? Math.min(atLeast, record.VMAX) : atLeast;
};

const turnsPer = (record: Motor): number => Math.abs(record.UREV) || 1;

/** Speeds in revolutions per second, and those in EGU per second that were written as revolutions. */
const SPEED_PAIRS = [
  ["S", "VELO"],
  ["SBAS", "VBAS"],
  ["SMAX", "VMAX"],
  ["SBAK", "BVEL"],
] as const;

/** Brings speeds and accelerations in line after a put to `field`. */
export function followSpeed(record: Motor, field: string | undefined): void {
  for (const [turns, units] of SPEED_PAIRS)
    if (field === turns || (field === undefined && record[units] === 0))
      record[units] = record[turns] * turnsPer(record);
  if (record.VMAX > 0 && record.VMAX < record.VBAS) record.VMAX = record.VBAS;
  record.VELO = clampSpeed(record, record.VELO);
  record.BVEL = clampSpeed(record, record.BVEL);
  record.JVEL = clampSpeed(record, record.JVEL || record.VELO);
  record.HVEL = clampSpeed(record, record.HVEL);
  if (record.ACCL <= 0) record.ACCL = SLOWEST_ACCELERATION_SECONDS;
  if (record.BACC <= 0) record.BACC = SLOWEST_ACCELERATION_SECONDS;
  const usesACCS = field === "ACCS" || (record.ACCU === motorACCU.Accs && field !== "ACCL");
  if (usesACCS && record.ACCS > 0) record.ACCL = accelerationTo(record, record.VELO, record.ACCS);
  else record.ACCS = accelerationTo(record, record.VELO, record.ACCL);
  if (record.JAR <= 0) record.JAR = field === undefined ? record.VELO / record.ACCL : record.JVEL / 0.1;
  record.RDBD = Math.max(record.RDBD, Math.abs(record.MRES));
  for (const [turns, units] of SPEED_PAIRS) record[turns] = record[units] / turnsPer(record);
}
