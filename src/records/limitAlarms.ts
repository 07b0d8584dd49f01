import { Status } from "../channel/alarm.js";
import { type Timestamp, toPosixMilliseconds } from "../libcom/epicsTime.js";
import type { CommonRecord } from "./recordType.js";

type AlarmIo = { setSevr(status: number, severity: number, message?: string): boolean };

/** A value that can be compared with another of its kind. */
type Numeric = number | bigint;

/** What a record with alarm limits has; the limits are of the type of its value. */
export interface LimitRecord extends CommonRecord {
  VAL: Numeric;
  HIHI: Numeric;
  HIGH: Numeric;
  LOW: Numeric;
  LOLO: Numeric;
  HHSV: number;
  HSV: number;
  LSV: number;
  LLSV: number;
  HYST: Numeric;
  LALM: Numeric;
}

const Range = { none: 0, lolo: 1, low: 2, normal: 3, high: 4, hihi: 5 } as const;
const RANGE_STATUS = [Status.NO_ALARM, Status.LOLO, Status.LOW, Status.NO_ALARM, Status.HIGH, Status.HIHI];

const minus = (a: Numeric, b: Numeric): Numeric =>
  typeof a === "bigint" && typeof b === "bigint" ? a - b : Number(a) - Number(b);
const plus = (a: Numeric, b: Numeric): Numeric =>
  typeof a === "bigint" && typeof b === "bigint" ? a + b : Number(a) + Number(b);

const above = (record: LimitRecord, limit: Numeric): boolean =>
  record.VAL >= limit || (record.LALM === limit && record.VAL >= minus(limit, record.HYST));
const below = (record: LimitRecord, limit: Numeric): boolean =>
  record.VAL <= limit || (record.LALM === limit && record.VAL <= plus(limit, record.HYST));

/** The most severe kind of limit that the value is beyond; a limit is left only by more than HYST. */
function rangeOf(record: LimitRecord): number {
  if (record.HHSV !== 0 && above(record, record.HIHI)) return Range.hihi;
  if (record.LLSV !== 0 && below(record, record.LOLO)) return Range.lolo;
  if (record.HSV !== 0 && above(record, record.HIGH)) return Range.high;
  if (record.LSV !== 0 && below(record, record.LOW)) return Range.low;
  return Range.normal;
}

function severityOf(record: LimitRecord, range: number): number {
  if (range === Range.hihi) return record.HHSV;
  if (range === Range.high) return record.HSV;
  if (range === Range.low) return record.LSV;
  return range === Range.lolo ? record.LLSV : 0;
}

function limitOf(record: LimitRecord, range: number): Numeric {
  if (range === Range.hihi) return record.HIHI;
  if (range === Range.high) return record.HIGH;
  if (range === Range.low) return record.LOW;
  return range === Range.lolo ? record.LOLO : record.VAL;
}

function raise(record: LimitRecord, io: AlarmIo, range: number): void {
  const severity = severityOf(record, range);
  if (severity === 0) record.LALM = record.VAL;
  else if (io.setSevr(RANGE_STATUS[range] ?? 0, severity)) record.LALM = limitOf(record, range);
}

/** Raises UDF or the alarm of the limit that the value is beyond. */
export function checkLimitAlarms(record: LimitRecord, io: AlarmIo): void {
  if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
  else raise(record, io, rangeOf(record));
}

export interface FilteredLimitRecord extends LimitRecord {
  AFTC: number;
  AFVL: number;
}

/**
 * As `checkLimitAlarms`, with changes of the range smoothed over AFTC seconds.
 * @param previous the record's time before this processing
 */
export function checkFilteredLimitAlarms(
  record: FilteredLimitRecord,
  io: AlarmIo,
  previous: Timestamp,
): void {
  if (record.UDF !== 0) {
    io.setSevr(Status.UDF, record.UDFS);
    record.AFVL = 0;
    return;
  }
  const range = rangeOf(record);
  if (record.AFTC > 0) {
    record.AFVL = filterAlarm(record, range, previous);
    raise(record, io, Math.abs(Math.floor(record.AFVL)));
  } else {
    record.AFVL = 0;
    raise(record, io, range);
  }
}

const THRESHOLD = 0.6321;

/**
 * First-order low pass over alarm levels. The sign of the result says whether it is rounded down (positive) or up,
 * which gives the filter its hysteresis.
 */
export function filterAlarm(
  record: { AFTC: number; AFVL: number; TIME: Timestamp },
  level: number,
  previous: Timestamp,
): number {
  if (record.AFVL === 0) return level;
  const seconds = (toPosixMilliseconds(record.TIME) - toPosixMilliseconds(previous)) / 1000;
  const alpha = record.AFTC / (seconds + record.AFTC);
  const filtered = alpha * record.AFVL + (record.AFVL > 0 ? 1 - alpha : alpha - 1) * level;
  return filtered - Math.floor(filtered) > THRESHOLD ? -filtered : filtered;
}
