import { errorMessage } from "../../libcom/errorMessage.js";
import { type Logger, logger } from "../../libcom/log.js";
import { ByteReader, DecodeError } from "../data/byteReader.js";
import type { ByteWriter } from "../data/byteWriter.js";
import type { Block } from "../protocol/block.js";
import { Command, type CommandName, Control, commandName, controlMessage } from "../protocol/header.js";
import { type ApplicationMessage, MessageStream } from "../protocol/messageStream.js";
import { Sender } from "../protocol/sender.js";
import type { Transport } from "../protocol/transport.js";
import { AUTHENTICATION_METHODS, serverHandlers } from "./serverHandlers.js";
import { ServerSession, type SessionOptions, type SessionWire } from "./serverSession.js";

export type ServerState = "awaitingValidation" | "ready" | "closed";

type Transitions = Readonly<Partial<Record<CommandName, ServerState>>>;

/** What a client may send in which state, and the state after it. */
const SERVER_STATES: Readonly<Record<ServerState, Transitions>> = {
  awaitingValidation: {
    CONNECTION_VALIDATION: "ready",
    ECHO: "awaitingValidation",
    SEARCH: "awaitingValidation",
    AUTHNZ: "awaitingValidation",
  },
  ready: {
    CONNECTION_VALIDATION: "ready", // a client may authenticate anew
    ECHO: "ready",
    SEARCH: "ready",
    AUTHNZ: "ready",
    CREATE_CHANNEL: "ready",
    DESTROY_CHANNEL: "ready",
    GET: "ready",
    PUT: "ready",
    PUT_GET: "ready",
    MONITOR: "ready",
    ARRAY: "ready",
    DESTROY_REQUEST: "ready",
    PROCESS: "ready",
    GET_FIELD: "ready",
    MESSAGE: "ready",
    RPC: "ready",
    CANCEL_REQUEST: "ready",
  },
  closed: {},
};

const RECEIVE_BUFFER_BYTES = 0x10000;
const REGISTRY_SIZE = 0x7fff;

/** A client that does not read its answers gets no more of them while this much waits. */
const CONGESTED_BYTES = 16 << 20;

/** One client's connection: bytes in, bytes out, no socket. */
export class ServerConnection implements SessionWire {
  readonly session: ServerSession;
  private state: ServerState = "awaitingValidation";
  private readonly stream = new MessageStream("client");
  private readonly sender: Sender;
  private isCongested = false;

  constructor(
    private readonly transport: Transport,
    options: SessionOptions,
    private readonly log: Logger = logger("pva.server"),
  ) {
    this.session = new ServerSession(options, log, this);
    this.sender = new Sender("server", transport);
    this.sender.raw(controlMessage("server", Control.SET_BYTE_ORDER, 0, this.littleEndian));
    this.send(Command.CONNECTION_VALIDATION, (out) => {
      out.u32(RECEIVE_BUFFER_BYTES).u16(REGISTRY_SIZE).size(AUTHENTICATION_METHODS.length);
      for (const method of AUTHENTICATION_METHODS) out.string(method);
    });
    this.sender.flush();
  }

  get littleEndian(): boolean {
    return this.sender.littleEndian;
  }

  receive(chunk: Uint8Array): void {
    if (this.state === "closed") return;
    this.stream.add(chunk);
    if (!this.isCongested) this.process();
  }

  /** Answers what has arrived, until it is all done or too much waits to be sent. */
  private process(): void {
    try {
      while (this.backlog() <= CONGESTED_BYTES) {
        const message = this.stream.next();
        if (message === undefined) break;
        if (message.kind === "application") this.dispatch(message);
      }
      if (this.backlog() > CONGESTED_BYTES) this.waitForClient();
    } catch (error) {
      this.log.warn(`${this.session.client.host}: ${errorMessage(error)}; connection closed`);
      this.closed();
      this.transport.close();
    }
    this.sender.flush();
  }

  private waitForClient(): void {
    this.isCongested = true;
    this.transport.pauseReading();
    this.whenDrained(() => {
      this.isCongested = false;
      this.transport.resumeReading();
      if (this.state !== "closed") this.process();
    });
  }

  /** Releases all channels and operations; the transport calls it when the socket has gone. */
  closed(): void {
    this.state = "closed";
    this.sender.close();
    this.session.end();
  }

  /** Tells the client that a channel is gone. */
  destroyChannelsNamed(name: string): void {
    for (const channel of [...this.session.channels.values()].filter((each) => each.name === name)) {
      this.session.closeChannel(channel);
      this.send(Command.DESTROY_CHANNEL, (out) => out.u32(channel.sid).u32(channel.cid));
    }
  }

  send(command: number, body: (out: ByteWriter) => void): void {
    this.sender.message(command, body);
  }

  sendShared(command: number, start: (out: ByteWriter) => void, shared: Block): void {
    this.sender.messageWithBlock(command, start, shared);
  }

  backlog(): number {
    return this.sender.backlog();
  }

  whenDrained(resume: () => void): void {
    this.sender.whenDrained(resume);
  }

  private dispatch(message: ApplicationMessage): void {
    const name = commandName(message.command);
    if (name === undefined) {
      this.log.debug(`${this.session.client.host}: command ${message.command} ignored`);
      return;
    }
    const next = SERVER_STATES[this.state][name];
    if (next === undefined) throw new DecodeError(`${name} is out of place in state ${this.state}`);
    serverHandlers[name]?.(this.session, new ByteReader(message.payload, message.littleEndian), message);
    this.state = next;
  }
}
