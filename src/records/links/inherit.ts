import { Severity, Status } from "../../channel/alarm.js";
import { setSevr } from "../alarms.js";
import type { CommonRecord } from "../recordType.js";
import type { Link, LinkAlarm } from "./link.js";
import type { MaximizeSeverity } from "./parseLink.js";

/** Raises in `record` what a link's severity modifier takes over from the alarm at the other end; a message with MSS only. */
export function inherit(mode: MaximizeSeverity, record: CommonRecord, alarm: LinkAlarm): void {
  if (mode === "NMS") return;
  if (mode === "MSS") setSevr(record, alarm.status, alarm.severity, alarm.message);
  else if (mode === "MS" || alarm.severity >= Severity.INVALID) setSevr(record, Status.LINK, alarm.severity);
}

/** After a successful read through an input link. */
export function inheritSeverity(link: Link, record: CommonRecord): void {
  if (link.parsed.kind !== "pv" || link.parsed.severity === "NMS") return;
  const alarm = link.target.alarm();
  if (alarm !== undefined) inherit(link.parsed.severity, record, alarm);
}
