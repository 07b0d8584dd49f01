import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { type ByteReader, DecodeError } from "../data/byteReader.js";
import { encodeStatus, STATUS_OK, statusError } from "../data/status.js";
import { decodeType, encodeType } from "../data/typeCodec.js";
import { fieldAt } from "../data/types.js";
import { decodeValue } from "../data/valueCodec.js";
import { isPvStructure, type PvValue } from "../data/values.js";
import { Command, type CommandName, commandName, SubCommand } from "../protocol/header.js";
import type { ApplicationMessage } from "../protocol/messageStream.js";
import { readPvRequest, selectedFields } from "../protocol/pvRequest.js";
import { decodeSearch, writeSearchResponse } from "../protocol/search.js";
import { GetPutOperation } from "./getPutOperation.js";
import { MonitorOperation } from "./monitorOperation.js";
import type { ChannelOfClient, Operation } from "./operation.js";
import { rolesOf } from "./roles.js";
import { RpcOperation } from "./rpcOperation.js";
import type { ServerSession } from "./serverSession.js";

type Handler = (session: ServerSession, input: ByteReader, message: ApplicationMessage) => void;

/** Later in the list is better: that is how old clients choose. */
export const AUTHENTICATION_METHODS = ["anonymous", "ca"];

const REFUSED_SID = 0xffff_ffff;

/** What each message of a client does; a message that is absent here needs no answer. */
export const serverHandlers: Readonly<Partial<Record<CommandName, Handler>>> = {
  ECHO: (session, _input, { payload }) => session.send(Command.ECHO, (out) => out.raw(payload)),
  CONNECTION_VALIDATION: validate,
  SEARCH: search,
  CREATE_CHANNEL: createChannels,
  DESTROY_CHANNEL: destroyChannel,
  GET: operate,
  PUT: operate,
  MONITOR: operate,
  RPC: operate,
  PUT_GET: refuseUnsupported,
  ARRAY: refuseUnsupported,
  PROCESS: refuseUnsupported,
  GET_FIELD: describeField,
  DESTROY_REQUEST: (session, input) => {
    input.u32();
    session.forget(input.u32());
  },
  CANCEL_REQUEST: (session, input) => {
    input.u32();
    session.operations.get(input.u32())?.cancel();
  },
  MESSAGE: (session, input) => {
    input.u32();
    input.u8();
    session.log.info(`${session.client.host} says: ${input.string()}`);
  },
};

function validate(session: ServerSession, input: ByteReader): void {
  input.raw(4 + 2 + 2); // buffer size, registry size and quality of service: nobody uses them
  const method = input.string();
  const credentials = readTyped(session, input);
  const user = method === "ca" && isPvStructure(credentials) ? credentials["user"] : undefined;
  if (typeof user === "string" && user !== "") {
    const account = accountName(user);
    session.client = { ...session.client, user: account, roles: rolesOf(account) };
  }
  const isOffered = method === "" || AUTHENTICATION_METHODS.includes(method);
  const status = isOffered ? STATUS_OK : statusError(`authentication method ${method} was not offered`);
  session.send(Command.CONNECTION_VALIDATED, (out) => encodeStatus(out, status));
}

/** As QSRV2 gives it to access security: what follows the last slash. */
const accountName = (user: string): string => user.slice(user.lastIndexOf("/") + 1);

function readTyped(session: ServerSession, input: ByteReader): PvValue {
  const type = decodeType(input, session.registry);
  return type === null ? null : decodeValue(input, type, session.registry);
}

function search(session: ServerSession, input: ByteReader): void {
  const { sequence, mustReply, protocols, channels } = decodeSearch(input);
  const { source, guid, port } = session.options;
  const ids = protocols.includes("tcp")
    ? channels.filter(({ name }) => source.has(name)).map(({ id }) => id)
    : [];
  if (ids.length === 0 && !mustReply) return;
  const found = ids.length > 0;
  session.send(Command.SEARCH_RESPONSE, (out) =>
    writeSearchResponse(out, { guid, sequence, address: "", port, protocol: "tcp", found, ids }),
  );
}

function createChannels(session: ServerSession, input: ByteReader): void {
  const count = input.u16();
  for (let index = 0; index < count; index++) {
    const cid = input.u32();
    const name = input.string();
    const { sid, status } = createChannel(session, cid, name);
    session.send(Command.CREATE_CHANNEL, (out) => encodeStatus(out.u32(cid).u32(sid), status));
  }
}

function createChannel(session: ServerSession, cid: number, name: string) {
  try {
    const channel = session.openChannel(cid, name);
    if (channel !== undefined) return { sid: channel.sid, status: STATUS_OK };
    return { sid: REFUSED_SID, status: statusError(`${name} is not served here`) };
  } catch (error) {
    return { sid: REFUSED_SID, status: statusError(errorMessage(error)) };
  }
}

function destroyChannel(session: ServerSession, input: ByteReader): void {
  const sid = input.u32();
  const cid = input.u32();
  const channel = session.channels.get(sid);
  if (channel === undefined) return;
  session.closeChannel(channel);
  session.send(Command.DESTROY_CHANNEL, (out) => out.u32(sid).u32(cid));
}

/** GET, PUT, MONITOR and RPC: INIT makes the operation, everything else is for it. */
function operate(session: ServerSession, input: ByteReader, { command }: ApplicationMessage): void {
  const request = { command, sid: input.u32(), ioid: input.u32(), subCommand: input.u8() };
  const { sid, ioid, subCommand } = request;
  if (subCommand & SubCommand.INIT) {
    initialise(session, input, request);
    return;
  }
  const operation = session.operations.get(ioid);
  // A client may still speak of an operation that has just ended.
  if (operation === undefined) return;
  if (operation.command !== command || operation.channel.sid !== sid)
    throw new DecodeError(`request ${ioid} is another operation`);
  operation.receive(subCommand, input);
}

/** How each message of an operation begins. */
interface OperationHeader {
  readonly command: number;
  readonly sid: number;
  readonly ioid: number;
  readonly subCommand: number;
}

function initialise(session: ServerSession, input: ByteReader, header: OperationHeader): void {
  const { command, sid, ioid, subCommand } = header;
  const pvRequest = readTyped(session, input);
  const window = command === Command.MONITOR && subCommand & SubCommand.PIPELINE ? input.u32() : 0;
  if (session.operations.has(ioid)) throw new DecodeError(`request ${ioid} exists already`);
  const channel = session.channels.get(sid);
  const operation =
    channel === undefined
      ? failed(`channel ${sid} does not exist`)
      : makeOperation(session, channel, header, pvRequest, window);
  session.send(command, (out) => {
    out.u32(ioid).u8(subCommand);
    if (!operation.ok) {
      encodeStatus(out, statusError(operation.error));
      return;
    }
    encodeStatus(out, STATUS_OK);
    if (command !== Command.RPC) encodeType(out, operation.value.channel.served.type);
  });
  if (operation.ok) session.operations.set(ioid, operation.value);
}

/** The operation, or why there can be none. */
function makeOperation(
  session: ServerSession,
  channel: ChannelOfClient,
  { command, ioid }: OperationHeader,
  pvRequest: PvValue,
  window: number,
): Result<Operation> {
  if (command === Command.RPC) return ok(new RpcOperation(channel, ioid, session));
  const request = readPvRequest(pvRequest);
  const selected = selectedFields(channel.served.type, request);
  if (!selected.ok) return failed(`${channel.name}: ${selected.error}`);
  return ok(
    command === Command.MONITOR
      ? new MonitorOperation(channel, ioid, request, selected.value, window, session)
      : new GetPutOperation(command, channel, ioid, request, selected.value, session),
  );
}

function refuseUnsupported(session: ServerSession, input: ByteReader, { command }: ApplicationMessage): void {
  input.u32();
  const ioid = input.u32();
  const subCommand = input.u8();
  const status = statusError(`${commandName(command)} is not supported`);
  session.send(command, (out) => encodeStatus(out.u32(ioid).u8(subCommand), status));
}

function describeField(session: ServerSession, input: ByteReader): void {
  const sid = input.u32();
  const ioid = input.u32();
  const path = input.string();
  const channel = session.channels.get(sid);
  const type = channel?.served.type;
  const found = type === undefined || path === "" ? type : fieldAt(type, path)?.type;
  session.send(Command.GET_FIELD, (out) => {
    out.u32(ioid);
    if (found === undefined) {
      encodeStatus(out, statusError(`${channel?.name ?? `channel ${sid}`} has no field ${path}`));
    } else {
      encodeStatus(out, STATUS_OK);
      encodeType(out, found);
    }
  });
}
