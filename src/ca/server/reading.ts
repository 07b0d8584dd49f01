import { convertValue } from "../../channel/convert.js";
import type { Value } from "../../channel/dbf.js";
import type { Channel, Properties, Sample } from "../../channel/provider.js";
import { type Timestamp, UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { ok, type Result } from "../../libcom/result.js";
import { LARGE_ARRAY_MINOR_VERSION } from "../codec/commands.js";
import { type DbrContent, putDbr, responseCount } from "../codec/dbr.js";
import { type DbrType, dbrSize, isNative } from "../codec/dbrTypes.js";
import { Eca } from "../codec/eca.js";
import { beginMessage, needsLargeHeader } from "../codec/message.js";
import type { CircuitContext } from "./circuitContext.js";

/** Every client may ask for this much, however small the channel. */
const ALWAYS_ALLOWED_BYTES = 16 * 1024 * 1024;

const NO_PROPERTIES: Properties = {};

// One structure, filled anew for each message: a reading allocates nothing.
const content: {
  value: Value;
  status: number;
  severity: number;
  time: Timestamp;
  properties: Properties;
  acknowledge: { transient: boolean; severity: number };
} = {
  value: 0,
  status: 0,
  severity: 0,
  time: UNDEFINED_TIME,
  properties: NO_PROPERTIES,
  acknowledge: { transient: false, severity: 0 },
};

/** DBR_PUT_ACKT and DBR_PUT_ACKS are for writing only. */
export const canBeRead = (type: DbrType): boolean => type.class !== "ackt" && type.class !== "acks";

/** The channel's value as the DBR type wants it. Only a type that is not the native one costs a conversion. */
export function valueForDbr(channel: Channel, type: DbrType, value: Value): Result<Value> {
  if (type.class === "className") return ok(channel.className);
  if (isNative(channel.fieldType, type.base)) return ok(value);
  const format = channel.textFormat?.() ?? channel.properties();
  return convertValue(value, channel.fieldType, type.base, { ...format, direction: "get" });
}

/** Without a limit of its own a server gives every channel's whole array. */
const isWholeArray = (circuit: CircuitContext, channel: Channel, type: DbrType, count: number): boolean =>
  circuit.maximumArrayBytes === undefined && dbrSize(type, count) <= dbrSize(type, channel.elementCount);

/** The ECA status that forbids a payload of `count` elements, or ECA_NORMAL. */
export function payloadStatus(
  circuit: CircuitContext,
  channel: Channel,
  type: DbrType,
  count: number,
): number {
  const size = dbrSize(type, count);
  const limit = circuit.maximumArrayBytes ?? ALWAYS_ALLOWED_BYTES;
  if (size > limit && !isWholeArray(circuit, channel, type, count)) return Eca.TOLARGE;
  if (circuit.minorVersion < LARGE_ARRAY_MINOR_VERSION && needsLargeHeader(size, count))
    return Eca["16KARRAYCLIENT"];
  return Eca.NORMAL;
}

/**
 * Writes one message with a reading of the channel: the response to READ_NOTIFY and every event. The header's first
 * parameter is the status. Returns the status that stopped it when nothing was written.
 */
export function putReading(
  circuit: CircuitContext,
  channel: Channel,
  command: number,
  type: DbrType,
  requestedCount: number,
  sample: Sample,
  cid: number,
  available: number,
): number {
  if (!canBeRead(type))
    return putEmptyReading(circuit, channel, command, type, requestedCount, Eca.GETFAIL, available);
  const native = type.class !== "className" && isNative(channel.fieldType, type.base);
  let value = sample.value;
  if (!native) {
    const converted = valueForDbr(channel, type, value);
    if (!converted.ok)
      return putEmptyReading(circuit, channel, command, type, requestedCount, Eca.GETFAIL, available);
    value = converted.value;
  }
  const count = responseCount(requestedCount, value);
  const limited = payloadStatus(circuit, channel, type, count);
  if (limited !== Eca.NORMAL) return limited;
  const isComplete = native && carriesSample(type) && channel.isText !== true;
  const payload = beginMessage(circuit.out, command, dbrSize(type, count), type.code, count, cid, available);
  putDbr(
    circuit.out,
    payload,
    type,
    isComplete ? sample : contentOf(channel, type, sample, value, count),
    count,
  );
  return Eca.NORMAL;
}

/** Whether a sample is all that the type carries, so that nothing has to be copied: nearly every event is so. */
const carriesSample = (type: DbrType): boolean =>
  type.class === "time" || type.class === "plain" || type.class === "sts";

function contentOf(
  channel: Channel,
  type: DbrType,
  { status, severity, time }: Sample,
  value: Value,
  count: number,
): DbrContent {
  content.value = channel.isText === true ? cutText(value, count) : value;
  content.status = status;
  content.severity = severity;
  content.time = time;
  content.properties = type.class === "gr" || type.class === "ctrl" ? channel.properties() : NO_PROPERTIES;
  if (type.class === "stsack") Object.assign(content.acknowledge, channel.acknowledge());
  return content;
}

/** As many bytes of a text as are asked for, the last of them a NUL. */
function cutText(value: Value, count: number): Value {
  if (!(value instanceof Int8Array) || value.length <= count || count === 0) return value;
  const cut = value.slice(0, count);
  cut[count - 1] = 0;
  return cut;
}

/** A response that carries a failure in place of a status: its payload is zero. */
export function putEmptyReading(
  circuit: CircuitContext,
  channel: Channel,
  command: number,
  type: DbrType,
  requestedCount: number,
  status: number,
  available: number,
): number {
  const limited = payloadStatus(circuit, channel, type, requestedCount);
  if (limited !== Eca.NORMAL) return limited;
  const size = dbrSize(type, requestedCount);
  const payload = beginMessage(circuit.out, command, size, type.code, requestedCount, status, available);
  circuit.out.bytes.fill(0, payload, payload + size);
  return Eca.NORMAL;
}
