import { Severity, Status } from "../channel/alarm.js";
import { convertValue } from "../channel/convert.js";
import type { DbfType, Value } from "../channel/dbf.js";
import type { Timestamp } from "../libcom/epicsTime.js";
import type { DbRecord } from "./dbRecord.js";
import type { InputOutcome } from "./devices/outcome.js";
import { addressOf, fieldValue, store } from "./fieldAccess.js";
import { Link } from "./links/link.js";
import { menuSimm } from "./menus.js";

/** SSCN holds this when simulating does not change the scan. */
const SSCN_UNUSED = 65535;

/** "illegal" is a choice of SIMM that the record type does not have. */
export type SimulationMode = "YES" | "RAW" | "illegal";

const numberOf = (instance: DbRecord, field: string): number => Number(instance.fields[field] ?? 0);

/** Reads SIML; undefined when the record does not simulate. A change of mode swaps SCAN and SSCN. */
export function simulationMode(instance: DbRecord): SimulationMode | undefined {
  // Asked at every processing: fields by their own names are found sooner than by a variable's.
  const { fields } = instance;
  const { SIMM, SIML } = fields;
  if (SIMM === undefined) return undefined;
  rememberSimulation(instance);
  if (SIML instanceof Link && !SIML.isConstant) readMode(instance);
  switch (fields["SIMM"]) {
    case menuSimm.NO:
      return undefined;
    case menuSimm.YES:
      return "YES";
    case menuSimm.RAW:
      return isChoiceOfMode(instance, menuSimm.RAW) ? "RAW" : "illegal";
    default:
      return "illegal";
  }
}

function readMode(instance: DbRecord): void {
  const before = numberOf(instance, "SIMM");
  // A link that fails shows in the status only: the record goes on in the mode it is in.
  if (!instance.tryReadLink("SIML", "SIMM") && instance.record.NSEV === 0) instance.record.NSTA = Status.LINK;
  simulationChanged(instance, before);
}

const isChoiceOfMode = ({ type }: DbRecord, mode: number): boolean =>
  mode < (type.fields["SIMM"]?.menu?.choices.length ?? 0);

/** OLDSIMM follows SIMM where SSCN makes a change of it count. */
export function rememberSimulation({ fields }: DbRecord): void {
  if (fields["SSCN"] !== SSCN_UNUSED) fields["OLDSIMM"] = fields["SIMM"];
}

/** Whether the record's time comes from the simulation where a device would give it: from SIOL, or it is now. */
export function simulatedTime(instance: DbRecord): "now" | Timestamp | undefined {
  if (numberOf(instance, "SIMM") === menuSimm.NO) return undefined;
  const isInput = instance.type.behaviour.device?.link !== "OUT";
  const link = instance.linkOf("SIOL");
  return isInput && !link.isConstant ? link.target.time() : "now";
}

/** SIMM was something else before: simulated records may scan at another rate. */
export function simulationChanged(instance: DbRecord, before: number): void {
  const mode = numberOf(instance, "SIMM");
  const scan = numberOf(instance, "SSCN");
  if (mode === before || scan === SSCN_UNUSED) return;
  instance.fields["SSCN"] = instance.record.SCAN;
  instance.setScan(scan);
}

/** A word of bits is simulated by a number without a sign. */
const simulatedType = ({ type }: DbRecord): DbfType | undefined =>
  type.behaviour.device?.as === "ULONG" ? "ULONG" : undefined;

/** Takes SIMM and the value to simulate from constant links, once. */
export function initSimulation(instance: DbRecord): void {
  const { fields } = instance;
  if (fields["SIMM"] === undefined) return;
  const before = numberOf(instance, "SIMM");
  if (instance.linkOf("SIML").parsed.kind !== "pv") rememberSimulation(instance);
  if (instance.loadConstant("SIML", "SIMM")) simulationChanged(instance, before);
  const signed = instance.type.behaviour.device?.rawAs === "LONG" ? "LONG" : undefined;
  if (fields["SVAL"] !== undefined) instance.loadConstant("SIOL", "SVAL", simulatedType(instance) ?? signed);
}

function delayed<T>(instance: DbRecord, action: () => T): T | Promise<T> {
  // synApps's records have no SDLY.
  const seconds = Number(instance.fields["SDLY"] ?? -1);
  return seconds < 0 ? action() : instance.delay(seconds).then(action);
}

/** Takes the value from SIOL instead of the device. */
export function readSimulated(
  instance: DbRecord,
  mode: SimulationMode,
): InputOutcome | Promise<InputOutcome> {
  if (mode === "illegal") {
    instance.setSevr(Status.SOFT, Severity.INVALID);
    instance.failed = true;
    return "failed";
  }
  instance.setSevr(Status.SIMM, numberOf(instance, "SIMS"));
  return delayed(instance, (): InputOutcome => {
    const { fields } = instance;
    const { device } = instance.type.behaviour;
    if (device === undefined) return "noConvert";
    if (fields["SVAL"] === undefined) {
      instance.failed = !instance.readLink("SIOL", device.value);
      if (instance.failed) return "failed";
      instance.record.UDF = 0;
      return "noConvert";
    }
    instance.failed = !instance.readLink("SIOL", "SVAL", simulatedType(instance));
    if (instance.failed) return "failed";
    const value = fieldValue(instance, "SVAL");
    instance.record.UDF = 0;
    if (mode === "RAW" && device.raw !== undefined) {
      store(instance, device.raw, rawOf(value), "INT64");
      return "convert";
    }
    store(instance, device.value, value, addressOf(instance, "SVAL")?.type ?? "DOUBLE");
    return "noConvert";
  });
}

/** A simulated raw value: the whole number below. */
function rawOf(value: Value): Value {
  if (typeof value !== "number") return value;
  const whole = convertValue(Math.floor(value), "DOUBLE", "INT64");
  return whole.ok ? whole.value : 0n;
}

/** Writes the value to SIOL instead of the device. */
export function writeSimulated(instance: DbRecord, mode: SimulationMode): undefined | Promise<void> {
  if (mode === "illegal") {
    instance.setSevr(Status.SOFT, Severity.INVALID);
    instance.failed = true;
    return undefined;
  }
  instance.setSevr(Status.SIMM, numberOf(instance, "SIMS"));
  const outcome = delayed(instance, () => {
    const { device } = instance.type.behaviour;
    if (device === undefined) return;
    const field = mode === "RAW" && device.raw !== undefined ? device.raw : device.value;
    const own = addressOf(instance, field)?.type ?? "DOUBLE";
    const type = own === "ENUM" ? "USHORT" : own;
    instance.failed = !instance.writeLink("SIOL", fieldValue(instance, field), type);
  });
  return outcome instanceof Promise ? outcome : undefined;
}
