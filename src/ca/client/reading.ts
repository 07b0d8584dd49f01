import { convertValue } from "../../channel/convert.js";
import type { DbfType, TypedValue, Value } from "../../channel/dbf.js";
import type { AlarmAcknowledge, Properties, Sample } from "../../channel/provider.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { getDbr } from "../codec/dbr.js";
import { type DbrClass, type DbrType, dbrType, dbrTypeOf, nativeBase } from "../codec/dbrTypes.js";
import type { CaMessage } from "../codec/message.js";

/** What to ask for besides the value: nothing, the alarm, alarm and time, or alarm and properties. */
export type ReadingClass = Exclude<DbrClass, "ackt" | "acks">;

/** A value as it came from the server. What its class does not carry is NO_ALARM, time 0 or absent. */
export interface CaReading extends Sample {
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

/** The DBR type that the options ask of a channel with this native type. */
export const requestType = (options: ReadingOptions, native: DbfType): DbrType =>
  dbrTypeOf(options.type ?? "time", nativeBase(options.as ?? native));

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
