import type { DbRecord } from "../dbRecord.js";
import { DbTarget } from "./dbTarget.js";
import { enter, leave, type Step } from "./processTarget.js";

/**
 * Processes all that is behind the forward link of a record, then ends the record. As in EPICS Base every record of the
 * chain stays active until what is behind it has finished, so a chain that leads back stops at a record that is active.
 * By then nothing but its end is left of a record: a list of those whose end is to come does what the call stack does
 * in EPICS Base, and a chain may be as long as it likes.
 */
export function finishChain(first: DbRecord): void {
  const second = nextOf(first);
  if (second === undefined) first.endProcessing();
  else finishBehind(first, second);
}

function finishBehind(first: DbRecord, second: DbRecord): void {
  const begun: Step[] = [];
  try {
    let last = first;
    for (let next: DbRecord | undefined = second; next !== undefined; next = nextOf(last)) {
      begun.push(enter(last, next));
      if (next.beginProcessing() !== "forwardLink") return;
      last = next;
    }
    last.endProcessing();
  } finally {
    for (let step = begun.pop(); step !== undefined; step = begun.pop()) {
      leave(step);
      step.from.endProcessing();
    }
  }
}

/** The record that is next; a link that leads elsewhere does what it does. */
function nextOf(from: DbRecord): DbRecord | undefined {
  const { target } = from.record.FLNK;
  if (target instanceof DbTarget) return target.passive;
  target.forward();
  return undefined;
}
