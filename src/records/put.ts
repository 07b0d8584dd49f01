import { Severity, Status } from "../channel/alarm.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../channel/dbf.js";
import { EventMask } from "../channel/eventMask.js";
import type { ProcessOption, WriteError, WriteResult } from "../channel/provider.js";
import { charsToText } from "../channel/text.js";
import { failed, ok } from "../libcom/result.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, storeAs } from "./fieldAccess.js";
import { type FieldSpec, isLinkType } from "./fieldSpec.js";
import { Link } from "./links/link.js";
import { ProcessNotify } from "./processNotify.js";
import { rememberSimulation, simulationChanged } from "./simulation.js";

const done: WriteResult = ok(undefined);

const refuse = (reason: WriteError["reason"], message: string): WriteResult => failed({ reason, message });

/**
 * Stores a value as a database link does: checks, converts, stores, lets the record type react and tells subscribers.
 * Does not process.
 */
export function putValue(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  { value, type }: TypedValue,
): WriteResult {
  const simulating = field === "SIMM" ? Number(instance.fields[field]) : 0;
  if (field === "SIMM") rememberSimulation(instance);
  const problem =
    spec.special === undefined
      ? storePlain(instance, field, spec, value, type)
      : storeSpecial(instance, field, spec, value, type);
  if (field === "SIMM") simulationChanged(instance, simulating);
  if (problem !== undefined) return failed(problem);

  const isValueField = field === "VAL";
  if (isValueField) instance.record.UDF = 0;
  if (!(isValueField && spec.pp === true)) instance.post(field, EventMask.VALUE | EventMask.LOG);
  return done;
}

const problemWith = (
  reason: WriteError["reason"],
  instance: DbRecord,
  field: string,
  text: string,
): WriteError => ({ reason, message: `${instance.name}.${field}${text}` });

/** Stores, and tells of changed metadata before the record type and the field's subscribers hear of the put, as Base does. */
function storePlain(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  value: Value,
  type: DbfType,
): WriteError | undefined {
  if (isLinkType(spec.dbf)) return problemWith("badValue", instance, field, " is a link");
  const before = spec.prop === true ? instance.fields[field] : undefined;
  const stored = storeValue(instance, field, spec, value, type);
  if (!stored.ok) return problemWith("noConvert", instance, field, `: ${stored.error}`);
  if (spec.prop === true && instance.fields[field] !== before) instance.postAll(EventMask.PROPERTY);
  return undefined;
}

/** Fields whose record type has a say before and after the put. */
function storeSpecial(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  value: Value,
  type: DbfType,
): WriteError | undefined {
  if (isReadOnly(instance, field, spec))
    return problemWith("noAccess", instance, field, " cannot be written");
  if (spec.special === "attribute") return problemWith("failed", instance, field, " cannot be written");
  const refusal = isLinkType(spec.dbf) ? undefined : beforePut(instance, field);
  if (refusal !== undefined) return problemWith("failed", instance, field, `: ${refusal}`);
  const problem = storePlain(instance, field, spec, value, type);
  if (isLinkType(spec.dbf)) return problem;
  const failure = afterPut(instance, field, spec);
  return (
    problem ?? (failure === undefined ? undefined : problemWith("failed", instance, field, `: ${failure}`))
  );
}

/** Fields that only the record itself sets. */
export function isReadOnly(instance: DbRecord, field: string, { special }: FieldSpec): boolean {
  if (special === undefined) return false;
  return special === "nomod" || addressOf(instance, field)?.readOnly === true;
}

/** An empty array put to a scalar leaves it alone and raises a LINK alarm, to be seen at the next processing. */
function storeValue(instance: DbRecord, field: string, spec: FieldSpec, value: Value, type: DbfType) {
  if (isArrayValue(value) && value.length === 0 && spec.dbf !== "NOACCESS") {
    instance.setSevr(Status.LINK, Severity.INVALID);
    return ok(undefined);
  }
  return storeAs(instance, field, spec, value, type);
}

function beforePut(instance: DbRecord, field: string): string | undefined {
  return instance.type.behaviour.beforePut?.(instance.fields, instance, field);
}

function afterPut(instance: DbRecord, field: string, { special }: FieldSpec): string | undefined {
  // What every record has is no matter of its type.
  if (special === "scan" || special === "as") {
    if (special === "scan") instance.host.scanChanged(instance);
    else instance.host.accessGroupChanged(instance);
    return undefined;
  }
  return instance.type.behaviour.afterPut?.(instance.fields, instance, field);
}

/** Whether a put to the field processes the record now. */
function processes(instance: DbRecord, field: string, spec: FieldSpec, option: ProcessOption): boolean {
  if (option === "inhibit") return false;
  if (option === "force" || field === "PROC") return true;
  return spec.pp === true && instance.record.SCAN === 0;
}

const disabled = (instance: DbRecord, field: string): boolean =>
  instance.record.DISP !== 0 && field !== "DISP";

/** A put from outside: stores, and processes the record or asks it to process again when it is active. */
export function putField(
  instance: DbRecord,
  field: string,
  spec: FieldSpec,
  value: TypedValue,
  option: ProcessOption = "passive",
): WriteResult {
  if (disabled(instance, field)) return refuse("disabled", `${instance.name}: puts are disabled (DISP)`);
  if (isLinkType(spec.dbf)) return putLink(instance, field, spec, value);
  const result = putValue(instance, field, spec, value);
  return result.ok && processes(instance, field, spec, option) ? processForPut(instance) : result;
}

/** Processes a record for a client, or asks it to process once more when it is active. */
export function processForPut(instance: DbRecord): WriteResult {
  const { record } = instance;
  if (record.PACT !== 0) {
    record.RPRO = 1;
    return done;
  }
  record.PUTF = 1;
  return instance.process() ? done : refuse("failed", `${instance.name}: processing failed`);
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
  spec: FieldSpec,
  value: TypedValue,
  option: ProcessOption = "passive",
): PendingPut {
  if (isLinkType(spec.dbf) || option === "inhibit")
    return { completion: Promise.resolve(putField(instance, field, spec, value, option)), cancel: () => {} };
  let notify: ProcessNotify | undefined;
  const completion = new Promise<WriteResult>((resolve) => {
    const put = (): WriteResult =>
      disabled(instance, field)
        ? refuse("disabled", `${instance.name}: puts are disabled (DISP)`)
        : putValue(instance, field, spec, value);
    notify = new ProcessNotify(instance, put, () => processes(instance, field, spec, option), resolve);
    notify.start();
  });
  return { completion, cancel: () => notify?.cancel() };
}

/** A new text for a link: it is opened anew; the record is not processed. */
function putLink(
  instance: DbRecord,
  field: string,
  { special }: FieldSpec,
  { value, type }: TypedValue,
): WriteResult {
  const name = `${instance.name}.${field}`;
  if (special === "nomod") return refuse("noAccess", `${name} cannot be written`);
  const text = linkText(value);
  if (text === undefined) return refuse("badValue", `${name}: ${type} is no link text`);
  const problem = linkProblem(instance, field, text);
  if (problem !== undefined) return refuse("badValue", `${name}: ${problem}`);
  instance.host.setLink(instance, field, text);
  const failure = special && instance.type.behaviour.afterPut?.(instance.fields, instance, field);
  if (failure !== undefined) return refuse("failed", `${name}: ${failure}`);
  instance.post(field, EventMask.VALUE | EventMask.LOG);
  return done;
}

/** Why a link cannot have this text. */
function linkProblem(instance: DbRecord, field: string, text: string): string | undefined {
  const { parsed } = Link.of(instance.linkOf(field).direction, text);
  if (parsed.kind === "bad") return parsed.problem;
  if (parsed.kind !== "device") return undefined;
  const hasDevice = instance.hasDeviceSupport || instance.deviceError !== undefined;
  const isDeviceLink = field === instance.type.behaviour.device?.link;
  return hasDevice && isDeviceLink ? undefined : "only device support knows a link with @";
}

function linkText(value: Value): string | undefined {
  if (typeof value === "string") return value;
  if (!isArrayValue(value)) return undefined;
  const [first] = value;
  if (typeof first === "string") return first;
  return value instanceof Uint8Array || value instanceof Int8Array ? charsToText(value) : undefined;
}
