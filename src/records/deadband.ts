import { EventMask } from "../channel/eventMask.js";

type Numeric = number | bigint;

/** Whether a value has left the deadband around an older one; NaN and infinities count once when they come or go. */
function beyondDeadband(last: Numeric, value: Numeric, deadband: Numeric): boolean {
  // Number() of what is a number already would be a call each time.
  if (typeof value === "number" && typeof last === "number" && typeof deadband === "number")
    return beyondRealDeadband(last, value, deadband);
  if (typeof value === "bigint" && typeof last === "bigint")
    return deadband < 0 || (value > last ? value - last : last - value) > deadband;
  return beyondRealDeadband(Number(last), Number(value), Number(deadband));
}

function beyondRealDeadband(last: number, value: number, deadband: number): boolean {
  if (Number.isFinite(value) && Number.isFinite(last)) return Math.abs(last - value) > deadband;
  const sameKind =
    Number.isNaN(value) === Number.isNaN(last) && Number.isFinite(value) === Number.isFinite(last);
  const differs = !sameKind || (!Number.isNaN(value) && value !== last);
  return (differs ? Number.POSITIVE_INFINITY : 0) > deadband;
}

interface DeadbandRecord {
  MLST: Numeric;
  MDEL: Numeric;
  ALST: Numeric;
  ADEL: Numeric;
}

/** DBE_VALUE and DBE_LOG as far as the value has left MDEL and ADEL; remembers what will be posted. */
export const deadbandMask = (record: DeadbandRecord & { VAL: Numeric }): number =>
  deadbandMaskOf(record, record.VAL);

/** As `deadbandMask`, for records whose deadbands are around another field than VAL. */
export function deadbandMaskOf(record: DeadbandRecord, value: Numeric): number {
  let mask = 0;
  if (beyondDeadband(record.MLST, value, record.MDEL)) {
    mask |= EventMask.VALUE;
    record.MLST = value;
  }
  if (beyondDeadband(record.ALST, value, record.ADEL)) {
    mask |= EventMask.LOG;
    record.ALST = value;
  }
  return mask;
}
