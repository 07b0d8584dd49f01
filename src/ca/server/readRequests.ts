import type { Value } from "../../channel/dbf.js";
import type { Channel, Sample } from "../../channel/provider.js";
import { UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { Command } from "../codec/commands.js";
import { putDbr } from "../codec/dbr.js";
import { type DbrType, dbrSize, dbrType } from "../codec/dbrTypes.js";
import { Eca, ecaText } from "../codec/eca.js";
import { beginMessage, type CaMessage } from "../codec/message.js";
import type { CircuitContext } from "./circuitContext.js";
import { canBeRead, payloadStatus, putEmptyReading, putReading, valueForDbr } from "./reading.js";
import { findChannel } from "./requestChannel.js";

// Filled anew for each reading of a plain type: alarm and time would only be looked up in the record.
const valueOnly: Omit<Sample, "value"> & { value: Value } = {
  value: 0,
  status: 0,
  severity: 0,
  message: "",
  time: UNDEFINED_TIME,
  userTag: 0n,
};

/** As much of the present value, alarm and time as the type carries. */
function reading(channel: Channel, type: DbrType): Sample {
  if (type.class !== "plain" || channel.value === undefined) return channel.read();
  valueOnly.value = channel.value();
  return valueOnly;
}

/** READ_NOTIFY: the value, or a status in the place of the channel id and a payload of zeros. */
export function readNotify(circuit: CircuitContext, request: CaMessage): void {
  const type = dbrType(request.dataType);
  if (type === undefined) {
    circuit.close(`READ_NOTIFY of DBR type ${request.dataType}`);
    return;
  }
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const { channel } = target;
  const { count, available } = request;
  const status = channel.access.read
    ? putReading(
        circuit,
        channel,
        Command.READ_NOTIFY,
        type,
        count,
        reading(channel, type),
        Eca.NORMAL,
        available,
      )
    : putEmptyReading(circuit, channel, Command.READ_NOTIFY, type, count, Eca.NORDACCESS, available);
  if (status !== Eca.NORMAL) circuit.sendError(request, status, ecaText(status));
}

/** READ, of clients before 4.1: failures come as ERROR messages, and one string is sent without its unused bytes. */
export function read(circuit: CircuitContext, request: CaMessage): void {
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const { channel } = target;
  const type = dbrType(request.dataType);
  if (type === undefined) {
    circuit.sendError(request, Eca.BADTYPE, target.recordName);
    circuit.close(`READ of DBR type ${request.dataType}`);
    return;
  }
  const { count, available } = request;
  const limited = payloadStatus(circuit, channel, type, count);
  if (limited !== Eca.NORMAL) {
    circuit.sendError(request, limited, ecaText(limited));
    return;
  }
  if (!channel.access.read) {
    circuit.sendError(request, Eca.NORDACCESS, target.recordName);
    return;
  }
  const sample = channel.read();
  const value = valueForDbr(channel, type, sample.value);
  if (!value.ok || !canBeRead(type)) {
    circuit.sendError(request, Eca.GETFAIL, target.recordName);
    return;
  }
  const size =
    type.code === 0 && count === 1
      ? Math.min(Buffer.byteLength(String(value.value)) + 1, type.elementSize)
      : dbrSize(type, count);
  const { out } = circuit;
  const start = out.length;
  const payload = beginMessage(
    out,
    Command.READ,
    dbrSize(type, count),
    type.code,
    count,
    target.cid,
    available,
  );
  const properties = channel.properties();
  const acknowledge = channel.acknowledge();
  putDbr(out, payload, type, { ...sample, value: value.value, properties, acknowledge }, count);
  if (size < dbrSize(type, count)) shorten(circuit, start, payload, size);
}

function shorten(circuit: CircuitContext, start: number, payload: number, size: number): void {
  const aligned = Math.ceil(size / 8) * 8;
  circuit.out.view.setUint16(start + 2, aligned);
  circuit.out.truncate(payload + aligned);
}
