import type { ClientIdentity } from "../../channel/provider.js";
import { Command, type CommandName, MAXIMUM_PRIORITY, MINIMUM_MINOR_VERSION } from "../codec/commands.js";
import { Eca } from "../codec/eca.js";
import { beginMessage, type CaMessage, channelNameOf, putMessage, textOf } from "../codec/message.js";
import type { CircuitContext } from "./circuitContext.js";
import { eventAdd, eventCancel } from "./eventRequests.js";
import { read, readNotify } from "./readRequests.js";
import { findChannel } from "./requestChannel.js";
import { searchOverTcp } from "./search.js";
import { ServerChannel } from "./serverChannel.js";
import { write, writeNotify } from "./writeRequests.js";

export type RequestHandler = (circuit: CircuitContext, request: CaMessage) => void;

const MAXIMUM_NAME_SIZE = 512;

/** The action for each command that a circuit accepts. */
export const circuitRequests: Readonly<Partial<Record<CommandName, RequestHandler>>> = {
  VERSION: version,
  ECHO: echo,
  HOST_NAME: (circuit, request) => {
    const name = identity(circuit, request, "host name", "bad (very long) host name");
    if (name !== undefined && !circuit.ignoresHostNames) circuit.host = name;
  },
  CLIENT_NAME: (circuit, request) => {
    const name = identity(circuit, request, "user name", "a very long user name was specified");
    if (name !== undefined) circuit.user = name;
  },
  SEARCH: searchOverTcp,
  CREATE_CHAN: createChannel,
  CLEAR_CHANNEL: clearChannel,
  READ: read,
  READ_NOTIFY: readNotify,
  READ_SYNC: (circuit, request) =>
    putMessage(circuit.out, request.command, request.dataType, request.count, request.cid, request.available),
  WRITE: write,
  WRITE_NOTIFY: writeNotify,
  EVENT_ADD: eventAdd,
  EVENT_CANCEL: eventCancel,
  EVENTS_OFF: (circuit) => {
    circuit.eventsOff = true;
  },
  EVENTS_ON: (circuit) => {
    circuit.eventsOff = false;
  },
};

function version(circuit: CircuitContext, request: CaMessage): void {
  circuit.minorVersion = request.count;
  circuit.priority = request.dataType;
  if (request.count < MINIMUM_MINOR_VERSION) circuit.close(`client version 4.${request.count} is too old`);
  else if (request.dataType > MAXIMUM_PRIORITY) circuit.close(`priority ${request.dataType}`);
}

function echo(circuit: CircuitContext, request: CaMessage): void {
  const { command, payloadSize, dataType, count, cid, available, view, offset } = request;
  const payload = beginMessage(circuit.out, command, payloadSize, dataType, count, cid, available);
  circuit.out.bytes.set(new Uint8Array(view.buffer, view.byteOffset + offset, payloadSize), payload);
}

/** Who the client is can only be said before its first channel: access rights follow from it. */
function identity(
  circuit: CircuitContext,
  request: CaMessage,
  what: string,
  tooLong: string,
): string | undefined {
  if (circuit.channels.size > 0) {
    const text = `attempts to use protocol to set ${what} after creating first channel ignored by server`;
    circuit.sendError(request, Eca.INTERNAL, text);
    return undefined;
  }
  const name = textOf(request);
  const size = Buffer.byteLength(name) + 1;
  if (size <= MAXIMUM_NAME_SIZE && size <= request.payloadSize) return name;
  circuit.sendError(request, Eca.INTERNAL, tooLong);
  circuit.close(tooLong);
  return undefined;
}

let lastSid = 0;

function createChannel(circuit: CircuitContext, request: CaMessage): void {
  circuit.minorVersion = request.available;
  if (request.available < MINIMUM_MINOR_VERSION) {
    circuit.close(`client version 4.${request.available} is too old`);
    return;
  }
  if (request.payloadSize <= 1) return;
  const name = channelNameOf(request);
  const client: ClientIdentity = { user: circuit.user, host: circuit.host, protocol: "ca" };
  for (const provider of circuit.providers) {
    const channel = provider.open(name, client);
    if (channel === undefined) continue;
    lastSid = (lastSid + 1) >>> 0;
    const created = new ServerChannel(circuit, channel, lastSid, request.cid);
    circuit.channels.set(created.sid, created);
    created.announce();
    return;
  }
  putMessage(circuit.out, Command.CREATE_CH_FAIL, 0, 0, request.cid, 0);
}

function clearChannel(circuit: CircuitContext, request: CaMessage): void {
  const target = findChannel(circuit, request);
  if (target === undefined) return;
  target.close();
  circuit.channels.delete(target.sid);
  const { command, dataType, count, cid, available } = request;
  putMessage(circuit.out, command, dataType, count, cid, available);
}
