import type { TypedValue } from "../../channel/dbf.js";
import type { WriteResult } from "../../channel/provider.js";
import { Command } from "../codec/commands.js";
import { getDbrValue } from "../codec/dbr.js";
import { type DbrType, dbrType } from "../codec/dbrTypes.js";
import { Eca } from "../codec/eca.js";
import { type CaMessage, putMessage } from "../codec/message.js";
import type { CircuitChannel, CircuitContext } from "./circuitContext.js";
import { writeStatus } from "./putNotifyQueue.js";
import { findChannel } from "./requestChannel.js";

/** DBR_TIME_STRING is among them although its like are taken: EPICS Base asks its records for a wrong type there. */
const isReadOnly = (type: DbrType): boolean =>
  type.class === "stsack" || type.class === "className" || type.name === "DBR_TIME_STRING";

const isAcknowledge = (type: DbrType): boolean => type.class === "ackt" || type.class === "acks";

function requestValue(type: DbrType, request: CaMessage): TypedValue | undefined {
  const value = getDbrValue(request.view, request.offset, type, request.count, request.payloadSize);
  return value === undefined ? undefined : { type: type.base, value };
}

function writeAcknowledge(target: CircuitChannel, type: DbrType, value: TypedValue): WriteResult {
  const code = Number(typeof value.value === "object" ? value.value[0] : value.value);
  return target.channel.writeAcknowledge(
    type.class === "ackt" ? { transient: code !== 0 } : { severity: code },
  );
}

/** WRITE: nothing is answered unless it fails. */
export function write(circuit: CircuitContext, request: CaMessage): void {
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const { channel } = target;
  if (!channel.access.write) {
    circuit.sendError(request, Eca.NOWTACCESS, target.recordName);
    return;
  }
  const type = dbrType(request.dataType);
  if (type === undefined) {
    circuit.sendError(request, Eca.BADTYPE, target.recordName);
    circuit.close(`WRITE of DBR type ${request.dataType}`);
    return;
  }
  if (isReadOnly(type)) {
    circuit.sendError(request, Eca.PUTFAIL, target.recordName);
    return;
  }
  const value = requestValue(type, request);
  if (value === undefined) {
    circuit.sendError(
      request,
      Eca.BADCOUNT,
      `${request.count} elements of ${type.name} do not fit the payload`,
    );
    return;
  }
  const result = isAcknowledge(type) ? writeAcknowledge(target, type, value) : channel.write(value);
  if (!result.ok) circuit.sendError(request, writeStatus(result), target.recordName);
}

/** WRITE_NOTIFY: answered when all that the write started is done; the status stands in the place of the id. */
export function writeNotify(circuit: CircuitContext, request: CaMessage): void {
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  const { dataType, count, available } = request;
  const reply = (status: number): void => {
    putMessage(circuit.out, Command.WRITE_NOTIFY, dataType, count, status, available);
    circuit.touch();
  };
  const type = dbrType(dataType);
  if (type === undefined) {
    reply(Eca.BADTYPE);
    circuit.close(`WRITE_NOTIFY of DBR type ${dataType}`);
    return;
  }
  if (!target.channel.access.write) {
    reply(Eca.NOWTACCESS);
    return;
  }
  // WRITE takes the value out of any structure, WRITE_NOTIFY knows only the plain ones.
  if (type.class !== "plain" && !isAcknowledge(type)) {
    reply(Eca.PUTFAIL);
    return;
  }
  const value = requestValue(type, request);
  if (value === undefined) {
    reply(Eca.BADCOUNT);
    return;
  }
  if (isAcknowledge(type)) reply(writeStatus(writeAcknowledge(target, type, value)));
  else target.puts.put(value, reply);
}
