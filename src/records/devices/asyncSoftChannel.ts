import { Severity, Status } from "../../channel/alarm.js";
import type { DbRecord } from "../dbRecord.js";
import { store } from "../fieldAccess.js";
import { inheritSeverity } from "../links/inherit.js";
import type { InputOutcome } from "./outcome.js";

/** Processes what INP points at in this IOC, waits until that has finished, and takes the value. */
export function readAsyncSoft(instance: DbRecord): InputOutcome | Promise<InputOutcome> {
  const { device } = instance.type.behaviour;
  if (device === undefined || instance.linkState(device.link) !== "local") return "noConvert";
  const { target } = instance.linkOf(device.link);
  return target.processNotify().then(() => take(instance, device.link, device.value));
}

function take(instance: DbRecord, field: string, into: string): InputOutcome {
  const link = instance.linkOf(field);
  const value = link.target.read();
  if (value === undefined || !store(instance, into, value, link.target.type, link.target).ok) {
    instance.setSevr(Status.READ, Severity.INVALID);
    return "failed";
  }
  inheritSeverity(link, instance.record);
  instance.record.UDF = 0;
  return "noConvert";
}
