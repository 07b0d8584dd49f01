import type { Limits, Properties } from "../channel/provider.js";
import type { DbRecord } from "./dbRecord.js";
import { addressOf, statesOf } from "./fieldAccess.js";
import type { FieldType } from "./fieldSpec.js";

/** Limits of fields that are not the value: what their type can hold. */
const typeRanges: Partial<Record<FieldType, Limits>> = {
  CHAR: { low: -128, high: 127 },
  UCHAR: { low: 0, high: 255 },
  SHORT: { low: -32768, high: 32767 },
  USHORT: { low: 0, high: 65535 },
  ENUM: { low: 0, high: 65535 },
  LONG: { low: -2147483648, high: 2147483647 },
  ULONG: { low: 0, high: 4294967295 },
  INT64: { low: -(2 ** 63), high: 2 ** 63 },
  UINT64: { low: 0, high: 2 ** 64 },
  FLOAT: { low: -1e30, high: 1e30 },
  DOUBLE: { low: -1e300, high: 1e300 },
};

const noLimits: Limits = { low: 0, high: 0 };

const defaultLimits = (range: Limits, kind: "control" | "none" | undefined) => ({
  display: kind === undefined ? range : noLimits,
  control: kind === "none" ? noLimits : range,
});

/** What clients learn about a field besides its value. */
export function channelProperties(instance: DbRecord, field: string): Properties {
  const own = instance.type.behaviour.properties?.(instance.fields, field, instance) ?? {};
  const type = addressOf(instance, field)?.type;
  const states = statesOf(instance, field);
  const description = instance.record.DESC;
  if (type === undefined || type === "STRING") return { description };
  if (type === "ENUM") return { states: states ?? [], description };
  const range = typeRanges[type];
  const isFloat = type === "DOUBLE" || type === "FLOAT";
  const form = field === "VAL" ? instance.info("Q:form") : undefined;
  const { precision, ...rest } = own;
  return {
    ...(range === undefined ? {} : defaultLimits(range, instance.type.behaviour.limits)),
    ...rest,
    ...(isFloat && precision !== undefined ? { precision } : {}),
    description,
    ...(form === undefined ? {} : { form }),
  };
}
