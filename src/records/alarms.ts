import { Severity } from "../channel/alarm.js";
import { EventMask } from "../channel/eventMask.js";
import type { CommonRecord } from "./recordType.js";

const MAX_MESSAGE = 39;

/** Raises the alarm of the present processing; only a higher severity than the one raised already counts. */
export function setSevr(record: CommonRecord, status: number, severity: number, message = ""): boolean {
  if (record.NSEV >= severity) return false;
  record.NSTA = status;
  record.NSEV = severity;
  record.NAMSG = message.length > MAX_MESSAGE ? message.slice(0, MAX_MESSAGE) : message;
  return true;
}

type Poster = { post(field: "SEVR" | "STAT" | "AMSG" | "ACKS", mask: number): void };

/**
 * Makes the raised alarm the record's. Posts SEVR, then STAT and AMSG, then ACKS, as far as they changed; returns
 * DBE_ALARM for the value when anything did.
 */
export function resetAlarms(record: CommonRecord, io: Poster): number {
  const severity = Math.min(record.NSEV, Severity.INVALID);
  const status = record.NSTA;
  const severityChanged = record.SEVR !== severity;
  const statusChanged = record.STAT !== status;
  const message = record.NAMSG;
  const messageChanged = record.AMSG !== message;
  record.NSTA = 0;
  record.NSEV = 0;
  // As EPICS Base 7.0.10 has it: the message of an alarm raised twice in a row outlives the alarm.
  if (messageChanged) record.NAMSG = "";
  if (!severityChanged && !statusChanged && !messageChanged) return 0;
  record.AMSG = message;
  record.STAT = status;
  record.SEVR = severity;
  if (severityChanged) io.post("SEVR", EventMask.VALUE);
  const mask =
    (severityChanged || messageChanged ? EventMask.ALARM : 0) | (statusChanged ? EventMask.VALUE : 0);
  io.post("STAT", mask);
  io.post("AMSG", mask);
  if (record.ACKT === 0 || severity >= record.ACKS) {
    record.ACKS = severity;
    io.post("ACKS", EventMask.VALUE);
  }
  return EventMask.ALARM;
}
