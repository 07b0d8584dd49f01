import type { DbfType, Value } from "../../channel/dbf.js";
import { toText } from "../../channel/text.js";
import type { DbRecord } from "../dbRecord.js";
import { addressOf, fieldValue } from "../fieldAccess.js";
import { Link } from "../links/link.js";
import type { InputOutcome } from "./outcome.js";

const SOFT = "Soft Channel";
const RAW_SOFT = "Raw Soft Channel";
const ASYNC_SOFT = "Async Soft Channel";

/** The device supports of EPICS Base that go through links only, in the order that gives DTYP its numbers. */
export function builtInSupports(device: { raw?: string } | undefined, asynchronous: boolean): string[] {
  if (device === undefined) return [];
  return [SOFT, ...(device.raw === undefined ? [] : [RAW_SOFT]), ...(asynchronous ? [ASYNC_SOFT] : [])];
}

export const isSoftChannel = (dtyp: string): boolean =>
  dtyp === SOFT || dtyp === RAW_SOFT || dtyp === ASYNC_SOFT;

const dtypOf = (instance: DbRecord): string => instance.deviceChoices[instance.record.DTYP] ?? SOFT;

export const isAsyncSoft = (instance: DbRecord): boolean => dtypOf(instance) === ASYNC_SOFT;

export const isRawSoft = (instance: DbRecord): boolean =>
  instance.device === undefined && dtypOf(instance) === RAW_SOFT;

interface SoftFields {
  readonly link: string;
  readonly value: string;
  readonly raw: boolean;
  readonly as: DbfType | undefined;
}

/** The fields a soft channel moves: VAL, or RVAL for the raw one. */
function softFields(instance: DbRecord): SoftFields | undefined {
  const { device } = instance.type.behaviour;
  if (device === undefined) return undefined;
  const raw = device.raw !== undefined && dtypOf(instance) === RAW_SOFT;
  const value = raw && device.raw !== undefined ? device.raw : device.value;
  return { link: device.link, value, raw, as: raw ? device.rawAs : device.as };
}

/** At start a constant INP gives the value, once. */
export function initSoftInput(instance: DbRecord): void {
  const soft = softFields(instance);
  if (soft === undefined || soft.link === "OUT") return;
  const as = soft.raw ? undefined : soft.as;
  if (instance.loadConstant(soft.link, soft.value, as) && !soft.raw) instance.record.UDF = 0;
}

export function readSoft(instance: DbRecord): InputOutcome {
  const soft = softFields(instance);
  if (soft === undefined) return "noConvert";
  if (!instance.linkOf(soft.link).isConstant) {
    if (!instance.readLink(soft.link, soft.value, soft.as)) return softFailed(instance);
    if (!soft.raw) instance.record.UDF = 0;
  } else if (!soft.raw && instance.type.behaviour.device?.constantDefines === true) instance.record.UDF = 0;
  return soft.raw ? "convert" : "noConvert";
}

export function writeSoft(instance: DbRecord): undefined | Promise<void> {
  const { OUT } = instance.fields;
  if (!(OUT instanceof Link) || OUT.isConstant) return undefined;
  const soft = softFields(instance);
  if (soft === undefined) return undefined;
  const given = soft.raw ? rawOutput(instance, soft.value) : fieldValue(instance, soft.value);
  const address = addressOf(instance, soft.value);
  // A client of a link gives numbers, never states.
  const own = address?.type === "ENUM" && address.elementCount === 1 ? "USHORT" : (address?.type ?? "DOUBLE");
  const type: DbfType = soft.as ?? own;
  const value = soft.as === "ULONG" ? Number(given) >>> 0 : given;
  const isText = address?.bytes !== undefined;
  if (!isAsyncSoft(instance)) {
    const delivered = isText
      ? instance.writeText(soft.link, toText(value))
      : instance.writeLink(soft.link, value, type);
    if (!delivered) softFailed(instance);
    return undefined;
  }
  return instance
    .linkOf(soft.link)
    .target.writeNotify(value, type)
    .then((delivered) => {
      if (!delivered) instance.linkFailed(soft.link);
    });
}

function softFailed(instance: DbRecord): "failed" {
  instance.failed = instance.type.behaviour.device?.forgiving !== true;
  return "failed";
}

/** The raw value, of which only the bits of MASK are written where the type says so. */
function rawOutput(instance: DbRecord, field: string): Value {
  const value = fieldValue(instance, field);
  if (instance.type.behaviour.device?.masksRaw !== true) return value;
  return (Number(value) & Number(instance.fields["MASK"])) >>> 0;
}
