import type { DbRecord } from "../dbRecord.js";
import { notifyAdd } from "../processNotify.js";
import { startTrace, stopTrace } from "../processTrace.js";

/**
 * How many records may process within each other, through links that are not the last thing a record does. What goes
 * deeper continues from the callback queue: the call stack is no place for thousands of records.
 */
const MAX_DEPTH = 300;
let depth = 0;

/** One record that processes on behalf of another. */
export interface Step {
  readonly from: DbRecord;
  readonly to: DbRecord;
  /** PACT of `from` before. */
  readonly active: number;
  readonly claimsFrom: boolean;
  readonly claimsTo: boolean;
  readonly startsTrace: boolean;
}

/**
 * What comes before `to` processes: `from` is active until that is done, PUTF goes along, and a put-callback that waits
 * for `from` waits for `to` too. A target that is busy with something else is asked to process once more afterwards.
 */
export function enter(from: DbRecord, to: DbRecord): Step {
  const active = from.record.PACT;
  const claimsFrom = !from.inChain;
  const claimsTo = from !== to && !to.inChain;
  from.record.PACT = 1;
  notifyAdd(from, to);
  if (to.record.PACT === 0) to.record.PUTF = from.record.PUTF;
  else if (from.record.PUTF !== 0 && claimsTo) {
    to.record.PUTF = 0;
    to.record.RPRO = 1;
  }
  if (claimsFrom) from.inChain = true;
  if (claimsTo) to.inChain = true;
  const startsTrace = to.record.TPRO !== 0 && startTrace();
  return { from, to, active, claimsFrom, claimsTo, startsTrace };
}

export function leave({ from, to, active, claimsFrom, claimsTo, startsTrace }: Step): void {
  if (startsTrace) stopTrace();
  from.record.PACT = active;
  if (claimsFrom) from.inChain = false;
  if (claimsTo) to.inChain = false;
}

/** Processes `to` on behalf of `from`. False when `to` failed. */
export function processTarget(from: DbRecord, to: DbRecord): boolean {
  const step = enter(from, to);
  depth += 1;
  try {
    if (depth <= MAX_DEPTH) return to.process();
    to.scanOnce();
    return true;
  } finally {
    depth -= 1;
    leave(step);
  }
}

/** Processes `to` when it is passive; false when that failed. */
export const scanPassive = (from: DbRecord, to: DbRecord): boolean =>
  to.record.SCAN !== 0 || processTarget(from, to);
