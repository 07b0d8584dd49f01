import { convertValue } from "../../channel/convert.js";
import { type DbfType, isArrayValue, type TypedValue, type Value } from "../../channel/dbf.js";
import type { AlarmAcknowledge, Properties, Sample } from "../../channel/provider.js";
import { textToChars } from "../../channel/text.js";
import { typedValue } from "../../channel/typedValue.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { getDbr } from "../codec/dbr.js";
import { type DbrClass, type DbrType, dbrType, dbrTypeOf, nativeBase } from "../codec/dbrTypes.js";
import { giveLargeBuffer } from "../codec/largeBuffers.js";
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

/** An array for a value that is read: of the type that the server converts to, Uint16Array for ENUM. */
export type ReadArray = Uint8Array | Int16Array | Uint16Array | Int32Array | Float32Array | Float64Array;

export interface OneReadingOptions extends ReadingOptions {
  /**
   * Where the elements go, in place of an array of their own: much memory that is new for each value costs more time than the values. The
   * server converts to the type of this array; `value` is the part of it that was filled.
   */
  readonly into?: ReadArray;
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

/** What values the options let come: of the type that they name, one element where they ask for one, or an array that they give. */
export type ReadingValue<O extends OneReadingOptions> = O extends { readonly into: infer A extends ReadArray }
  ? A
  : O extends { readonly as: infer T extends DbfType }
    ? WireScalar<T> | (O extends { readonly count: 1 } ? never : WireArrays[T])
    : O extends { readonly count: 1 }
      ? string | number
      : Value;

/** Is this what was asked for, and not what a server in error sent? */
export const isAsAsked = <O extends OneReadingOptions>(
  reading: CaReading,
  asked: DbrType | undefined,
  { count, into }: O,
): reading is CaReading<ReadingValue<O>> =>
  reading.dbr === asked && (count !== 1 || into !== undefined || !isArrayValue(reading.value));

/** The type that fills an array: of those that Channel Access has, 16 bits without sign are ENUM. */
function typeFor(array: ReadArray): DbfType {
  const { type } = typedValue(array);
  return type === "USHORT" ? "ENUM" : type;
}

/** The DBR type that the options ask of a channel with this native type. */
export function requestType({ type = "time", as, into }: OneReadingOptions, native: DbfType): DbrType {
  return dbrTypeOf(type, nativeBase(into === undefined ? (as ?? native) : typeFor(into)));
}

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

/** Decodes the payload of a READ_NOTIFY or EVENT_ADD response. An array that is given is of its type, and has room for it. */
export function readingOf(message: CaMessage, into?: ReadArray): Result<CaReading> {
  const type = dbrType(message.dataType);
  if (type === undefined) return failed(`there is no DBR type ${message.dataType}`);
  const { view, offset, count, payloadSize, isExclusive } = message;
  const place = into ?? (isExclusive ? "stay" : "new");
  const content = getDbr(view, offset, type, count, payloadSize, place);
  if (isExclusive && place !== "stay" && view.buffer instanceof ArrayBuffer)
    giveLargeBuffer(Buffer.from(view.buffer));
  if (!content.ok) return content;
  const { value, status, severity, time, properties, acknowledge } = content.value;
  // Literals, not spreads: this is made for every event.
  const reading = { value, status, severity, message: "", time, userTag: 0n, type: type.base, dbr: type };
  if (properties !== undefined) return ok({ ...reading, properties });
  return ok(acknowledge === undefined ? reading : { ...reading, acknowledge });
}
