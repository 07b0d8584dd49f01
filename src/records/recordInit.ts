import { Severity, Status } from "../channel/alarm.js";
import type { Logger } from "../libcom/log.js";
import type { DbRecord } from "./dbRecord.js";
import type { DeviceSupport } from "./deviceSupport.js";
import { attachDevice } from "./devices/attach.js";
import { initSoftInput, isSoftChannel } from "./devices/softChannel.js";
import { guarded } from "./initHooks.js";
import { initSimulation } from "./simulation.js";

/** What initialising a record needs of its engine. */
export interface InitContext {
  readonly log: Logger;
  readonly supports: readonly DeviceSupport[];
  /** Whether devices may make records process. */
  isInitialised(): boolean;
}

/** iocInit's first pass over a record: no link is open, no device attached. */
export function prepareRecord(instance: DbRecord, { log }: InitContext): void {
  const { record, fields, type } = instance;
  if (record.UDF !== 0 && record.STAT === Status.UDF) record.SEVR = record.UDFS;
  record.PACT = 0;
  guarded(log, `${instance.name}: initialisation`, () => {
    initSimulation(instance);
    initSoftInput(instance);
    type.behaviour.prepare?.(fields, instance);
  });
}

/** iocInit's second pass, when all links are open. */
export function initRecord(instance: DbRecord, context: InitContext): void {
  const { fields, type } = instance;
  attachSupport(instance, context);
  guarded(context.log, `${instance.name}: initialisation`, () => type.behaviour.init?.(fields, instance));
}

/** Binds a record to what its DTYP names; a record for which that fails is in LINK alarm. */
export function attachSupport(instance: DbRecord, { log, supports, isInitialised }: InitContext): void {
  const dtyp = instance.deviceChoices[instance.record.DTYP];
  if (dtyp === undefined || isSoftChannel(dtyp)) return;
  attachDevice(instance, dtyp, supports, isInitialised);
  if (instance.deviceError === undefined) return;
  instance.record.STAT = Status.LINK;
  instance.record.SEVR = Severity.INVALID;
  log.error(`${instance.name}: DTYP "${dtyp}": ${instance.deviceError}`);
}

export function detachSupport(instance: DbRecord): void {
  instance.device?.detach?.();
  instance.device = undefined;
  instance.deviceError = undefined;
}

/** Processes the records with this choice of PINI, in the order of PHAS. */
export function processAtInit(records: Iterable<DbRecord>, choice: number): void {
  const due = [...records].filter(({ record }) => record.PINI === choice);
  due.sort((a, b) => a.record.PHAS - b.record.PHAS || byTypeName(a, b));
  for (const instance of due) instance.process();
}

/** Record types in the order in which EPICS Base goes through them. */
function byTypeName(a: DbRecord, b: DbRecord): number {
  const [first, second] = [a.type.name.toLowerCase(), b.type.name.toLowerCase()];
  return Number(first > second) - Number(first < second);
}
