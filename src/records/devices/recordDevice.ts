import { Severity, Status } from "../../channel/alarm.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import type { DbRecord } from "../dbRecord.js";
import { readSimulated, simulationMode, writeSimulated } from "../simulation.js";
import { readAsyncSoft } from "./asyncSoftChannel.js";
import type { InputOutcome } from "./outcome.js";
import { isAsyncSoft, readSoft, writeSoft } from "./softChannel.js";

/** Reads what is behind a record's INP. A failing device raises a READ alarm and leaves the value alone. */
export function readDevice(instance: DbRecord): InputOutcome | Promise<InputOutcome> {
  const mode = simulationMode(instance);
  if (mode !== undefined) return readSimulated(instance, mode);
  if (instance.deviceError !== undefined) return deviceFailed(instance, "READ", instance.deviceError);
  const { device } = instance;
  if (device === undefined) return isAsyncSoft(instance) ? readAsyncSoft(instance) : readSoft(instance);
  try {
    const outcome = device.read?.() ?? "noConvert";
    if (typeof outcome === "string") return outcome;
    return outcome.catch((error: unknown) => deviceFailed(instance, "READ", error));
  } catch (error) {
    return deviceFailed(instance, "READ", error);
  }
}

/**
 * Writes to what is behind a record's OUT. A failing device raises a WRITE alarm.
 * @param isWanted asked when the record does not simulate
 */
export function writeDevice(instance: DbRecord, isWanted?: () => boolean): undefined | Promise<void> {
  const mode = simulationMode(instance);
  if (mode !== undefined) return writeSimulated(instance, mode);
  if (isWanted?.() === false) return undefined;
  if (instance.deviceError !== undefined) {
    deviceFailed(instance, "WRITE", instance.deviceError);
    return undefined;
  }
  const { device } = instance;
  if (device === undefined) return writeSoft(instance);
  try {
    const outcome = device.write?.();
    if (outcome === undefined) return undefined;
    return outcome.catch((error: unknown) => void deviceFailed(instance, "WRITE", error));
  } catch (error) {
    deviceFailed(instance, "WRITE", error);
    return undefined;
  }
}

function deviceFailed(instance: DbRecord, status: "READ" | "WRITE", error: unknown): "failed" {
  const message = errorMessage(error);
  instance.setSevr(Status[status], Severity.INVALID, message);
  instance.failed = true;
  return "failed";
}
