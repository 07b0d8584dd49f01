import type { DbRecord } from "../dbRecord.js";
import { notifyAdd } from "../processNotify.js";

/** Chains longer than this continue from the callback queue: the call stack is no place for thousands of records. */
const MAX_DEPTH = 300;
let depth = 0;

/**
 * Processes `to` on behalf of `from`: PUTF goes along, and a put-callback that waits for `from` waits for `to` too.
 * A target that is busy with something else is asked to process once more when it is done. False when `to` failed.
 */
export function processTarget(from: DbRecord, to: DbRecord): boolean {
  const active = from.record.PACT;
  const claimFrom = !from.inChain;
  const claimTo = from !== to && !to.inChain;
  from.record.PACT = 1;
  notifyAdd(from, to);
  if (to.record.PACT === 0) to.record.PUTF = from.record.PUTF;
  else if (from.record.PUTF !== 0 && claimTo) {
    to.record.PUTF = 0;
    to.record.RPRO = 1;
  }
  if (depth >= MAX_DEPTH) {
    to.scanOnce();
    from.record.PACT = active;
    return true;
  }
  if (claimFrom) from.inChain = true;
  if (claimTo) to.inChain = true;
  depth += 1;
  try {
    return to.process();
  } finally {
    depth -= 1;
    from.record.PACT = active;
    if (claimFrom) from.inChain = false;
    if (claimTo) to.inChain = false;
  }
}

/** Processes `to` when it is passive; false when that failed. */
export const scanPassive = (from: DbRecord, to: DbRecord): boolean =>
  to.record.SCAN !== 0 || processTarget(from, to);
