import { Status } from "../channel/alarm.js";
import type { DbRecord } from "./dbRecord.js";
import type { InputOutcome } from "./devices/outcome.js";
import { addressOf, fieldValue } from "./fieldAccess.js";
import { menuSimm } from "./menus.js";

/** SSCN holds this when simulating does not change the scan. */
const SSCN_UNUSED = 65535;

export type SimulationMode = "YES" | "RAW";

const numberOf = (instance: DbRecord, field: string): number => Number(instance.fields[field] ?? 0);

/** Reads SIML; undefined when the record does not simulate. A change of mode swaps SCAN and SSCN. */
export function simulationMode(instance: DbRecord): SimulationMode | undefined {
  const { fields } = instance;
  if (fields["SIMM"] === undefined) return undefined;
  if (!instance.linkOf("SIML").isConstant) {
    const before = numberOf(instance, "SIMM");
    instance.readLink("SIML", "SIMM");
    simulationChanged(instance, before);
  }
  const mode = numberOf(instance, "SIMM");
  if (mode === menuSimm.NO) return undefined;
  return mode === menuSimm.RAW ? "RAW" : "YES";
}

/** SIMM was something else before: simulated records may scan at another rate. */
export function simulationChanged(instance: DbRecord, before: number): void {
  const mode = numberOf(instance, "SIMM");
  const scan = numberOf(instance, "SSCN");
  if (mode === before || scan === SSCN_UNUSED) return;
  instance.fields["SSCN"] = instance.record.SCAN;
  instance.setScan(scan);
}

/** Takes SIMM and the value to simulate from constant links, once. */
export function initSimulation(instance: DbRecord): void {
  const { fields } = instance;
  if (fields["SIMM"] === undefined) return;
  const before = numberOf(instance, "SIMM");
  if (instance.loadConstant("SIML", "SIMM")) simulationChanged(instance, before);
  if (fields["SVAL"] !== undefined) instance.loadConstant("SIOL", "SVAL");
}

function delayed<T>(instance: DbRecord, action: () => T): T | Promise<T> {
  const seconds = numberOf(instance, "SDLY");
  return seconds < 0 ? action() : instance.delay(seconds).then(action);
}

/** Takes the value from SIOL instead of the device. */
export function readSimulated(
  instance: DbRecord,
  mode: SimulationMode,
): InputOutcome | Promise<InputOutcome> {
  instance.setSevr(Status.SIMM, numberOf(instance, "SIMS"));
  return delayed(instance, (): InputOutcome => {
    const { fields } = instance;
    const { device } = instance.type.behaviour;
    if (device === undefined) return "noConvert";
    if (fields["SVAL"] === undefined) {
      return instance.readLink("SIOL", device.value) ? "noConvert" : "failed";
    }
    if (!instance.readLink("SIOL", "SVAL")) return "failed";
    if (mode === "RAW" && device.raw !== undefined) {
      fields[device.raw] = Math.floor(numberOf(instance, "SVAL"));
      return "convert";
    }
    fields[device.value] = fields["SVAL"];
    instance.record.UDF = 0;
    return "noConvert";
  });
}

/** Writes the value to SIOL instead of the device. */
export function writeSimulated(instance: DbRecord, mode: SimulationMode): undefined | Promise<void> {
  instance.setSevr(Status.SIMM, numberOf(instance, "SIMS"));
  const outcome = delayed(instance, () => {
    const { device } = instance.type.behaviour;
    if (device === undefined) return;
    const field = mode === "RAW" && device.raw !== undefined ? device.raw : device.value;
    const type = addressOf(instance, field)?.type ?? "DOUBLE";
    instance.writeLink("SIOL", fieldValue(instance, field), type);
  });
  return outcome instanceof Promise ? outcome : undefined;
}
