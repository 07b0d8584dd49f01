import { Severity, Status } from "../channel/alarm.js";
import { isArrayValue, type TypedValue, type Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type { ProcessOption, WriteError, WriteResult } from "../channel/provider.js";
import { failed, ok } from "../libcom/result.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, store } from "./fieldAccess.js";
import { isLinkType, type Special } from "./fieldSpec.js";
import { Link } from "./links/link.js";
import { ProcessNotify } from "./processNotify.js";
import { simulationChanged } from "./simulation.js";

const done: WriteResult = ok(undefined);

const refuse = (reason: WriteError["reason"], message: string): WriteResult => failed({ reason, message });

/**
 * Stores a value as a database link does: checks, converts, stores, lets the record type react and tells subscribers.
 * Does not process.
 */
export function putValue(instance: DbRecord, field: string, { value, type }: TypedValue): WriteResult {
  const spec = instance.type.fields[field];
  if (spec === undefined) return refuse("failed", `${instance.name} has no field ${field}`);
  const name = `${instance.name}.${field}`;
  if (isReadOnly(instance, field)) return refuse("noAccess", `${name} cannot be written`);
  if (isLinkType(spec.dbf)) return refuse("badValue", `${name} is a link`);
  if (spec.special !== undefined) {
    const refusal = beforePut(instance, field);
    if (refusal !== undefined) return refuse("failed", `${name}: ${refusal}`);
  }

  const simulating = instance.fields["SIMM"];
  const stored = storeValue(instance, field, value, type);
  if (field === "SIMM") simulationChanged(instance, Number(simulating));
  const failure = spec.special === undefined ? undefined : afterPut(instance, field);
  if (!stored.ok) return refuse("noConvert", `${name}: ${stored.error}`);
  if (failure !== undefined) return refuse("failed", `${name}: ${failure}`);

  const isValueField = field === "VAL";
  if (isValueField) instance.record.UDF = 0;
  if (!(isValueField && spec.pp === true)) instance.post(field, EventMask.VALUE | EventMask.LOG);
  if (spec.prop === true) instance.postAll(EventMask.PROPERTY);
  return done;
}

/** Fields that only the record itself sets. */
export const isReadOnly = (instance: DbRecord, field: string): boolean =>
  isReserved(instance.type.fields[field]?.special) || addressOf(instance, field)?.readOnly === true;

const isReserved = (special: Special | undefined): boolean => special === "nomod" || special === "attribute";

/** An empty array put to a scalar leaves it alone and raises a LINK alarm, to be seen at the next processing. */
function storeValue(instance: DbRecord, field: string, value: Value, type: TypedValue["type"]) {
  const spec = instance.type.fields[field];
  if (isArrayValue(value) && value.length === 0 && spec?.dbf !== "NOACCESS") {
    instance.setSevr(Status.LINK, Severity.INVALID);
    return ok(undefined);
  }
  return store(instance, field, value, type);
}

function beforePut(instance: DbRecord, field: string): string | undefined {
  return instance.type.behaviour.beforePut?.(instance.record, instance, field);
}

function afterPut(instance: DbRecord, field: string): string | undefined {
  if (instance.type.fields[field]?.special === "scan") instance.host.scanChanged(instance);
  return instance.type.behaviour.afterPut?.(instance.record, instance, field);
}

/** Whether a put to the field processes the record now. */
function processes(instance: DbRecord, field: string, option: ProcessOption): boolean {
  if (option === "inhibit") return false;
  if (option === "force" || field === "PROC") return true;
  return instance.type.fields[field]?.pp === true && instance.record.SCAN === 0;
}

const disabled = (instance: DbRecord, field: string): boolean =>
  instance.record.DISP !== 0 && field !== "DISP";

/** A put from outside: stores, and processes the record or asks it to process again when it is active. */
export function putField(
  instance: DbRecord,
  field: string,
  value: TypedValue,
  option: ProcessOption = "passive",
): WriteResult {
  if (disabled(instance, field)) return refuse("disabled", `${instance.name}: puts are disabled (DISP)`);
  if (instance.fields[field] instanceof Link) return putLink(instance, field, value);
  const result = putValue(instance, field, value);
  if (!result.ok || !processes(instance, field, option)) return result;
  const { record } = instance;
  if (record.PACT !== 0) {
    record.RPRO = 1;
  } else {
    record.PUTF = 1;
    instance.process();
  }
  return result;
}

export interface PendingPut {
  readonly completion: Promise<WriteResult>;
  /** Nobody waits any more: frees the records that the put holds. */
  cancel(): void;
}

/** A put from outside whose completion is awaited. */
export function putFieldNotify(
  instance: DbRecord,
  field: string,
  value: TypedValue,
  option: ProcessOption = "passive",
): PendingPut {
  if (instance.fields[field] instanceof Link || option === "inhibit")
    return { completion: Promise.resolve(putField(instance, field, value, option)), cancel: () => {} };
  let notify: ProcessNotify | undefined;
  const completion = new Promise<WriteResult>((resolve) => {
    const put = (): WriteResult =>
      disabled(instance, field)
        ? refuse("disabled", `${instance.name}: puts are disabled (DISP)`)
        : putValue(instance, field, value);
    notify = new ProcessNotify(instance, put, () => processes(instance, field, option), resolve);
    notify.start();
  });
  return { completion, cancel: () => notify?.cancel() };
}

/** A new text for a link: it is opened anew; the record is not processed. */
function putLink(instance: DbRecord, field: string, { value, type }: TypedValue): WriteResult {
  const name = `${instance.name}.${field}`;
  if (instance.type.fields[field]?.special === "nomod")
    return refuse("noAccess", `${name} cannot be written`);
  const text = linkText(value);
  if (text === undefined) return refuse("badValue", `${name}: ${type} is no link text`);
  instance.host.setLink(instance, field, text);
  const failure = instance.type.behaviour.afterPut?.(instance.record, instance, field);
  if (failure !== undefined) return refuse("failed", `${name}: ${failure}`);
  instance.post(field, EventMask.VALUE | EventMask.LOG);
  return done;
}

function linkText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (!isArrayValue(value)) return undefined;
  const [first] = value;
  if (typeof first === "string") return first;
  return value instanceof Uint8Array || value instanceof Int8Array ? textOf(value) : undefined;
}

/** The text in a CHAR array, up to the first NUL. */
export function textOf(bytes: Uint8Array | Int8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString();
}
