import { Severity, Status } from "../../channel/alarm.js";
import type { DeviceContext } from "../../records/deviceSupport.js";
import type { AsynStatus, ParameterAlarm } from "./portDriver.js";

/** What an exchange with a parameter came to. */
export interface Outcome {
  readonly status: AsynStatus;
  readonly alarm: ParameterAlarm;
}

/**
 * How a record tells what happened to a read (`READ`) or a write (`WRITE`), as asyn's asynStatusToEpicsAlarm: the driver's own alarm
 * where it gives one.
 */
export function raiseAlarm(
  context: DeviceContext,
  { status, alarm }: Outcome,
  direction: "READ" | "WRITE",
  message?: string,
): void {
  const defaults: Readonly<Record<AsynStatus, number>> = {
    Success: Status.NO_ALARM,
    Timeout: Status.TIMEOUT,
    Overflow: Status.HWLIMIT,
    Error: Status[direction],
    Disconnected: Status.COMM,
    Disabled: Status.DISABLE,
  };
  const failed = status !== "Success";
  const severity = alarm.severity || (failed ? Severity.INVALID : Severity.NO_ALARM);
  if (severity !== Severity.NO_ALARM) context.setAlarm(alarm.status || defaults[status], severity, message);
}
