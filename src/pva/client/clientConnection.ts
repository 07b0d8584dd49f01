import { hostname, userInfo } from "node:os";
import { errorMessage } from "../../libcom/errorMessage.js";
import { type Logger, logger } from "../../libcom/log.js";
import { ByteReader, DecodeError } from "../data/byteReader.js";
import type { ByteWriter } from "../data/byteWriter.js";
import { decodeStatus, isSuccess } from "../data/status.js";
import { encodeType, TypeIntroducer, type TypeRegistry } from "../data/typeCodec.js";
import { pvString, type StructureType, structure } from "../data/types.js";
import { encodeValue } from "../data/valueCodec.js";
import type { PvStructure } from "../data/values.js";
import { Command, type CommandName, Control, commandName } from "../protocol/header.js";
import { MessageStream, type PvaMessage } from "../protocol/messageStream.js";
import { decodeSearchResponse, type SearchResponse } from "../protocol/search.js";
import { Sender } from "../protocol/sender.js";
import type { Transport } from "../protocol/transport.js";

export type ClientState = "awaitingValidation" | "awaitingAcceptance" | "ready" | "closed";

type Transitions = Readonly<Partial<Record<CommandName, ClientState>>>;

/** What a server may send in which state, and the state after it. */
const CLIENT_STATES: Readonly<Record<ClientState, Transitions>> = {
  awaitingValidation: {
    CONNECTION_VALIDATION: "awaitingAcceptance",
    ECHO: "awaitingValidation",
  },
  awaitingAcceptance: {
    CONNECTION_VALIDATED: "ready",
    ECHO: "awaitingAcceptance",
    AUTHNZ: "awaitingAcceptance",
  },
  ready: {
    CONNECTION_VALIDATION: "awaitingAcceptance",
    CONNECTION_VALIDATED: "ready",
    ECHO: "ready",
    AUTHNZ: "ready",
    ACL_CHANGE: "ready",
    SEARCH_RESPONSE: "ready",
    CREATE_CHANNEL: "ready",
    DESTROY_CHANNEL: "ready",
    GET: "ready",
    PUT: "ready",
    PUT_GET: "ready",
    MONITOR: "ready",
    ARRAY: "ready",
    PROCESS: "ready",
    GET_FIELD: "ready",
    MESSAGE: "ready",
    MULTIPLE_DATA: "ready",
    RPC: "ready",
  },
  closed: {},
};

/** Hears how a channel fares on this connection. */
export interface ChannelListener {
  readonly cid: number;
  readonly name: string;
  created(sid: number): void;
  refused(message: string): void;
  /** The server dropped the channel, or the connection is gone. */
  lost(): void;
}

/** One GET, PUT, MONITOR, RPC or GET_FIELD as the connection sees it. */
export interface ClientOperation {
  /** A message for it; what follows the request id. */
  receive(input: ByteReader, registry: TypeRegistry): void;
}

export interface ClientConnectionEvents {
  ready(): void;
  searchResponse(response: SearchResponse): void;
  closed(): void;
}

const CREDENTIALS = structure("", { user: pvString, host: pvString });

const credentials = () => {
  const host = hostname();
  try {
    return { user: userInfo().username, host };
  } catch {
    return { user: process.env["USER"] ?? "unknown", host };
  }
};

/** A connection to one server: bytes in, bytes out, no socket. */
export class ClientConnection {
  private state: ClientState = "awaitingValidation";
  private readonly stream = new MessageStream("server");
  private readonly registry: TypeRegistry = new Map();
  private readonly sender: Sender;
  private readonly channels = new Map<number, ChannelListener>();
  private readonly sids = new Map<number, ChannelListener>();
  private readonly operations = new Map<number, ClientOperation>();
  private readonly introducer = new TypeIntroducer();
  private nextIoid = 1;
  private hasBeenReady = false;

  constructor(
    readonly peer: string,
    private readonly transport: Transport,
    private readonly events: ClientConnectionEvents,
    private readonly log: Logger = logger("pva.client"),
  ) {
    this.sender = new Sender("client", transport);
  }

  get isReady(): boolean {
    return this.state === "ready";
  }

  /** Did the server ever accept us? */
  get wasReady(): boolean {
    return this.hasBeenReady;
  }

  get isUnused(): boolean {
    return this.channels.size === 0;
  }

  receive(chunk: Uint8Array): void {
    try {
      for (const message of this.stream.push(chunk)) {
        if (this.state === "closed") return;
        this.dispatch(message);
      }
    } catch (error) {
      this.log.warn(`${this.peer}: ${errorMessage(error)}; connection closed`);
      this.closed();
      this.transport.close();
    }
    this.sender.flush();
  }

  /** The transport calls it when the socket has gone. */
  closed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.sender.close();
    const lost = [...this.channels.values()];
    this.channels.clear();
    this.sids.clear();
    this.operations.clear();
    this.events.closed();
    for (const channel of lost) channel.lost();
  }

  createChannel(channel: ChannelListener): void {
    this.channels.set(channel.cid, channel);
    if (this.isReady) this.requestChannel(channel);
  }

  destroyChannel(channel: ChannelListener, sid: number | undefined): void {
    this.channels.delete(channel.cid);
    if (sid === undefined) return;
    this.sids.delete(sid);
    this.send(Command.DESTROY_CHANNEL, (out) => out.u32(sid).u32(channel.cid));
  }

  /** A request id under which `operation` hears of answers. */
  addOperation(operation: ClientOperation): number {
    const ioid = this.nextIoid++;
    this.operations.set(ioid, operation);
    return ioid;
  }

  /** Forgets an operation; `sid` tells the server too. */
  removeOperation(ioid: number, sid?: number): void {
    if (!this.operations.delete(ioid) || sid === undefined) return;
    this.send(Command.DESTROY_REQUEST, (out) => out.u32(sid).u32(ioid));
  }

  send(command: number, body: (out: ByteWriter) => void): void {
    this.sender.message(command, body);
  }

  /** Appends a structure with its type, which is described only the first time. */
  writeTyped(out: ByteWriter, type: StructureType, value: PvStructure): void {
    this.introducer.encode(out, type);
    encodeValue(out, type, value);
  }

  /** Passes on a message that is complete with its header. */
  sendRaw(message: Uint8Array): void {
    this.sender.raw(message);
  }

  /** Asks for a sign of life. */
  echo(): void {
    if (this.isReady) this.send(Command.ECHO, () => {});
  }

  private dispatch(message: PvaMessage): void {
    if (message.kind === "control") {
      if (message.command === Control.SET_BYTE_ORDER) this.sender.littleEndian = message.littleEndian;
      return;
    }
    const name = commandName(message.command);
    if (name === undefined) return;
    const next = CLIENT_STATES[this.state][name];
    if (next === undefined) throw new DecodeError(`${name} is out of place in state ${this.state}`);
    this.state = next;
    const input = new ByteReader(message.payload, message.littleEndian);
    const handler = this.handlers[name];
    if (handler !== undefined) handler(input);
  }

  private readonly handlers: Readonly<Partial<Record<CommandName, (input: ByteReader) => void>>> = {
    CONNECTION_VALIDATION: (input) => this.authenticate(input),
    CONNECTION_VALIDATED: (input) => this.validated(input),
    SEARCH_RESPONSE: (input) => this.events.searchResponse(decodeSearchResponse(input)),
    CREATE_CHANNEL: (input) => this.channelCreated(input),
    DESTROY_CHANNEL: (input) => this.channelDestroyed(input),
    GET: (input) => this.answer(input),
    PUT: (input) => this.answer(input),
    MONITOR: (input) => this.answer(input),
    GET_FIELD: (input) => this.answer(input),
    RPC: (input) => this.answer(input),
    MESSAGE: (input) => {
      input.u32();
      input.u8();
      this.log.info(`${this.peer} says: ${input.string()}`);
    },
  };

  private authenticate(input: ByteReader): void {
    const bufferBytes = input.u32();
    const registrySize = input.u16();
    const offered = Array.from({ length: input.count(1) }, () => input.string());
    const method = offered.includes("ca") ? "ca" : "anonymous";
    this.send(Command.CONNECTION_VALIDATION, (out) => {
      out.u32(bufferBytes).u16(registrySize).u16(0).string(method);
      if (method === "ca") this.writeTyped(out, CREDENTIALS, credentials());
      else encodeType(out, null);
    });
  }

  private validated(input: ByteReader): void {
    const status = decodeStatus(input);
    if (!isSuccess(status)) this.log.warn(`${this.peer}: ${status.message}`);
    this.hasBeenReady = true;
    this.events.ready();
    for (const channel of this.channels.values()) this.requestChannel(channel);
  }

  private requestChannel(channel: ChannelListener): void {
    this.send(Command.CREATE_CHANNEL, (out) => out.u16(1).u32(channel.cid).string(channel.name));
  }

  private channelCreated(input: ByteReader): void {
    const cid = input.u32();
    const sid = input.u32();
    const status = decodeStatus(input);
    const channel = this.channels.get(cid);
    if (!isSuccess(status)) {
      this.channels.delete(cid);
      channel?.refused(status.message);
    } else if (channel === undefined) {
      this.send(Command.DESTROY_CHANNEL, (out) => out.u32(sid).u32(cid));
    } else {
      this.sids.set(sid, channel);
      channel.created(sid);
    }
  }

  private channelDestroyed(input: ByteReader): void {
    const sid = input.u32();
    const channel = this.sids.get(sid);
    if (channel === undefined) return;
    this.sids.delete(sid);
    this.channels.delete(channel.cid);
    channel.lost();
  }

  private answer(input: ByteReader): void {
    this.operations.get(input.u32())?.receive(input, this.registry);
  }
}
