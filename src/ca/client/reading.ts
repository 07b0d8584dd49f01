import { convertValue } from "../../channel/convert.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../../channel/dbf.js";
import type { AlarmAcknowledge, Properties, Sample } from "../../channel/provider.js";
import { textToChars } from "../../channel/text.js";
import { typedValue } from "../../channel/typedValue.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { getDbr } from "../codec/dbr.js";
import { type DbrClass, type DbrType, dbrType, dbrTypeOf, nativeBase } from "../codec/dbrTypes.js";
import type { CaMessage } from "../codec/message.js";

/** What to ask for besides the value: nothing, the alarm, alarm and time, or alarm and properties. */
export type ReadingClass = Exclude<DbrClass, "ackt" | "acks">;

/** A value as it came from the server. What its class does not carry is NO_ALARM, time 0 or absent. */
export interface CaReading<V extends Value = Value> extends Sample {
  readonly value: V;
  /** The type on the wire: STRING, SHORT, FLOAT, ENUM, UCHAR, LONG or DOUBLE. */
  readonly type: DbfType;
  /** As EPICS names it: `DBR_TIME_DOUBLE`. */
  readonly dbr: DbrType;
  readonly properties?: Properties;
  readonly acknowledge?: AlarmAcknowledge;
}

export interface ReadingOptions {
  /** Default `time`. */
  readonly type?: ReadingClass;
  /** The type the server converts to; the native one when absent. */
  readonly as?: DbfType;
  /** Elements wanted; 0, the default: as many as there are. */
  readonly count?: number;
}

interface WireArrays {
  readonly STRING: readonly string[];
  readonly CHAR: Uint8Array;
  readonly UCHAR: Uint8Array;
  readonly SHORT: Int16Array;
  readonly USHORT: Int32Array;
  readonly LONG: Int32Array;
  readonly ULONG: Float64Array;
  readonly INT64: Float64Array;
  readonly UINT64: Float64Array;
  readonly FLOAT: Float32Array;
  readonly DOUBLE: Float64Array;
  readonly ENUM: Uint16Array;
}

type WireScalar<T extends DbfType> = T extends "STRING" ? string : number;

/** What values the options let come: of the type that they name, and one element where they ask for one. */
export type ReadingValue<O extends ReadingOptions> = O extends { readonly as: infer T extends DbfType }
  ? WireScalar<T> | (O extends { readonly count: 1 } ? never : WireArrays[T])
  : O extends { readonly count: 1 }
    ? string | number
    : Value;

/** Is this what was asked for, and not what a server in error sent? */
export const isAsAsked = <O extends ReadingOptions>(
  reading: CaReading,
  asked: DbrType | undefined,
  options: O,
): reading is CaReading<ReadingValue<O>> =>
  reading.dbr === asked && !(options.count === 1 && isArrayValue(reading.value));

/** The DBR type that the options ask of a channel with this native type. */
export const requestType = (options: ReadingOptions, native: DbfType): DbrType =>
  dbrTypeOf(options.type ?? "time", nativeBase(options.as ?? native));

/** What can be written: with its type, or as it stands in a program. */
export type PutValue = TypedValue | Value | readonly number[];

interface PutTarget {
  readonly nativeType: DbfType;
  readonly elementCount: number;
}

const isNumbers = (value: Value | readonly number[]): value is readonly number[] =>
  Array.isArray(value) && typeof value[0] === "number";

/**
 * A number is a DOUBLE, and so is a list of numbers; typed arrays have the type of their elements. A text is a STRING, which the
 * server converts, but for an array of characters it is the characters.
 */
export function valueToPut(put: PutValue, channel: PutTarget): TypedValue {
  if (typeof put === "object" && "type" in put) return put;
  if (isNumbers(put)) return typedValue(Float64Array.from(put));
  const isText = typeof put === "string" && channel.nativeType === "UCHAR" && channel.elementCount > 1;
  if (isText) return typedValue(textToChars(put));
  return typedValue(put);
}

/** The value as Channel Access carries it: 64-bit integers as doubles, characters unsigned. */
export function wireValue({ type, value }: TypedValue): { readonly type: DbrType; readonly value: Value } {
  const base = nativeBase(type);
  const converted = convertValue(value, type, base);
  return { type: dbrTypeOf("plain", base), value: converted.ok ? converted.value : value };
}

/** Decodes the payload of a READ_NOTIFY or EVENT_ADD response. */
export function readingOf(message: CaMessage): Result<CaReading> {
  const type = dbrType(message.dataType);
  if (type === undefined) return failed(`there is no DBR type ${message.dataType}`);
  const { view, offset, count, payloadSize, isExclusive } = message;
  const content = getDbr(view, offset, type, count, payloadSize, isExclusive);
  if (!content.ok) return content;
  const { value, status, severity, time, properties, acknowledge } = content.value;
  // Literals, not spreads: this is made for every event.
  const reading = { value, status, severity, message: "", time, userTag: 0n, type: type.base, dbr: type };
  if (properties !== undefined) return ok({ ...reading, properties });
  return ok(acknowledge === undefined ? reading : { ...reading, acknowledge });
}
