import type { DbfType, TypedValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { Channel, Sample } from "../../channel/provider.js";
import { typedValue } from "../../channel/typedValue.js";
import { type PvType, pvVariant, structure } from "../data/types.js";
import { isNumericArray, isPvStructure, type PvStructure, type PvValue, PvVariant } from "../data/values.js";
import { ALARM_TYPE, TIME_TYPE } from "../nt/fields.js";
import {
  alarmOf,
  type NormativeKind,
  normativeType,
  propertyFields,
  timeStampOf,
  valueType,
} from "../nt/ntScalar.js";
import { readValue, writtenValue } from "../server/recordValue.js";
import type { ChannelMapping } from "./groupDefinition.js";

/** A channel behind a field of a group. */
export interface MappedChannel {
  readonly channel: Channel;
  readonly kind: NormativeKind;
}

interface MemberMapping {
  /** What the field is; undefined where it is none and only processes its record. */
  type(mapped: MappedChannel): PvType | undefined;
  /** What an event of these mask bits shows; undefined for nothing. */
  shown(mapped: MappedChannel, mask: number, sample: Sample): PvValue | undefined;
  /** What a put of this value writes; undefined for nothing. */
  written(mapped: MappedChannel, value: PvValue): TypedValue | undefined;
}

const META_TYPE = structure("", { alarm: ALARM_TYPE, timeStamp: TIME_TYPE });

const VALUE_OR_ALARM = EventMask.VALUE | EventMask.ALARM;

function timeAndAlarm(mask: number, sample: Sample): PvStructure {
  if ((mask & VALUE_OR_ALARM) === 0) return {};
  return {
    ...(mask & EventMask.ALARM ? { alarm: alarmOf(sample) } : {}),
    timeStamp: timeStampOf(sample),
  };
}

/** The value alone: of an enum the index, of a long text the text or, in a variant, its characters. */
function plainValue(kind: NormativeKind, { value }: Sample): PvValue {
  const read = readValue(kind, value, undefined);
  return kind === "enum" && isPvStructure(read) ? (read["index"] ?? 0) : read;
}

const variantKind = (kind: NormativeKind): NormativeKind => (kind === "longString" ? "array" : kind);

/** A value that says its type itself, as those of variants do. */
function writtenFreely(fieldType: DbfType, value: PvValue): TypedValue | undefined {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string")
    return fieldType === "ENUM" && typeof value !== "string"
      ? { type: "ENUM", value: Number(value) }
      : typedValue(value);
  if (isNumericArray(value)) return typedValue(value);
  return Array.isArray(value) ? typedValue(value.map(String)) : undefined;
}

/** What QSRV's types of fields are made of, and what they do. */
export const memberMappings: Readonly<Record<ChannelMapping, MemberMapping>> = {
  scalar: {
    type: ({ channel, kind }) => normativeType(kind, channel.fieldType),
    shown({ channel, kind }, mask, sample) {
      const properties =
        mask & EventMask.PROPERTY ? propertyFields(kind, channel.fieldType, channel.properties()) : {};
      const value =
        mask & EventMask.VALUE ? { value: readValue(kind, sample.value, properties["value"]) } : {};
      return { ...properties, ...timeAndAlarm(mask, sample), ...value };
    },
    written: ({ channel, kind }, value) =>
      writtenValue(kind, channel.fieldType, isPvStructure(value) ? value["value"] : undefined),
  },
  plain: {
    type: ({ channel, kind }) => valueType(kind, channel.fieldType),
    shown: ({ kind }, mask, sample) => (mask & EventMask.VALUE ? plainValue(kind, sample) : undefined),
    written: ({ channel, kind }, value) =>
      kind === "enum"
        ? writtenFreely(channel.fieldType, value)
        : writtenValue(kind, channel.fieldType, value),
  },
  any: {
    type: () => pvVariant,
    shown: ({ channel, kind }, mask, sample) =>
      mask & EventMask.VALUE
        ? new PvVariant(
            valueType(variantKind(kind), channel.fieldType),
            plainValue(variantKind(kind), sample),
          )
        : undefined,
    written: ({ channel }, value) =>
      value instanceof PvVariant ? writtenFreely(channel.fieldType, value.value) : undefined,
  },
  meta: {
    type: () => META_TYPE,
    shown: (_, mask, sample) => timeAndAlarm(mask, sample),
    written: () => undefined,
  },
  proc: {
    type: () => undefined,
    shown: () => undefined,
    written: () => undefined,
  },
};
