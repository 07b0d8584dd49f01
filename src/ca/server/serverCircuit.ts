import type { ChannelProvider } from "../../channel/provider.js";
import { ByteWriter } from "../codec/byteWriter.js";
import { CA_MINOR_VERSION, Command, commandName } from "../codec/commands.js";
import { Eca } from "../codec/eca.js";
import {
  beginMessage,
  type CaHeader,
  EXTENDED_HEADER_SIZE,
  HEADER_SIZE,
  putMessage,
} from "../codec/message.js";
import { MessageDecoder } from "../codec/messageDecoder.js";
import type { CircuitChannel, CircuitContext, CircuitSubscription } from "./circuitContext.js";
import { circuitRequests, type RequestHandler } from "./circuitRequests.js";
import { type ServerState, serverCircuitStates } from "./circuitStates.js";
import { SendClock } from "./sendClock.js";

/** Bytes on their way to a client beyond which events wait in their subscriptions. */
const ENOUGH_BYTES = 256 * 1024;
/** And beyond which no further request is taken: RSRV blocks in send there. */
const TOO_MANY_BYTES = 4 * 1024 * 1024;
/** Answers to a long batch of requests leave in pieces of about this size: the client reads while the rest is made. */
const SEND_BYTES = 16 * 1024;
const UNIDENTIFIED = 0xffffffff;

interface Action {
  readonly handler: RequestHandler;
  /** The state after the command, by the state before; where there is none the command is not accepted. */
  readonly whenAwaitingVersion: ServerState | undefined;
  readonly whenConnected: ServerState | undefined;
}

/** The tables of states and requests by command code, for one look per message. */
const actions: readonly (Action | undefined)[] = Object.keys(Command).map((_, code) => {
  const name = commandName(code);
  const handler = name && circuitRequests[name];
  if (name === undefined || handler === undefined) return undefined;
  const { awaitingVersion, connected } = serverCircuitStates;
  return { handler, whenAwaitingVersion: awaitingVersion[name], whenConnected: connected[name] };
});

/** Commands whose ERROR message names the channel by the client's id. */
const aboutChannel = new Set<number>([
  Command.EVENT_ADD,
  Command.EVENT_CANCEL,
  Command.READ,
  Command.READ_NOTIFY,
  Command.WRITE,
  Command.WRITE_NOTIFY,
]);

export interface ServerCircuitOptions {
  readonly providers: readonly ChannelProvider[];
  readonly tcpPort: number;
  readonly maximumArrayBytes: number | undefined;
  /** Address of the client; its host name until it says another. */
  readonly peer: string;
  /** The client's host is its address whatever it says (asCheckClientIP). */
  readonly ignoresHostNames?: boolean;
}

/** What a circuit needs from the socket it is on. */
export interface CircuitTransport {
  /** Bytes handed to the socket and not sent yet. */
  readonly unsent: number;
  /** Sends and empties `out`. */
  flush(): void;
  /** Send `out` soon: it was written to outside `receive`. */
  scheduleFlush(): void;
  /** Hears what is wrong with a client that stays connected. */
  complain?(problem: string): void;
}

/**
 * One client's virtual circuit without its socket: requests in through `receive`, responses and events out through
 * `out`. The transport sends `out` after each `receive`, and ends the connection once `state` is closed.
 */
export class ServerCircuit implements CircuitContext {
  readonly out = new ByteWriter();
  readonly channels = new Map<number, CircuitChannel>();
  readonly backlog = new Set<CircuitSubscription>();
  readonly providers: readonly ChannelProvider[];
  readonly tcpPort: number;
  readonly maximumArrayBytes: number | undefined;
  priority = 0;
  user = "";
  host: string;
  readonly ignoresHostNames: boolean;
  eventsOff = false;
  /** Why the circuit ended. */
  closeReason = "";
  readonly #transport: CircuitTransport;
  readonly #decoder: MessageDecoder;
  #state: ServerState = "awaitingVersion";
  #interrupted = false;
  #isDefunct = false;
  readonly #sendClock = new SendClock();
  /** Requests are being taken: the transport sends afterwards. */
  #receiving = false;

  constructor(options: ServerCircuitOptions, transport: CircuitTransport) {
    this.providers = options.providers;
    this.tcpPort = options.tcpPort;
    this.maximumArrayBytes = options.maximumArrayBytes;
    this.host = options.peer;
    this.ignoresHostNames = options.ignoresHostNames ?? false;
    this.#transport = transport;
    this.#decoder = new MessageDecoder(options.maximumArrayBytes ?? HARD_PAYLOAD_LIMIT);
    this.#decoder.minorVersion = 0;
    putMessage(this.out, Command.VERSION, 0, CA_MINOR_VERSION, 0, 0);
  }

  get state(): ServerState {
    return this.#state;
  }

  get minorVersion(): number {
    return this.#decoder.minorVersion;
  }

  set minorVersion(minor: number) {
    this.#decoder.minorVersion = minor;
  }

  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    this.proceed();
  }

  /** Does the client leave its answers unread? Then nothing more is to be received until `proceed`. */
  get stalled(): boolean {
    return this.out.length + this.#transport.unsent >= TOO_MANY_BYTES;
  }

  /** Are there requests that were not taken because the circuit was stalled? */
  get interrupted(): boolean {
    return this.#interrupted;
  }

  /** Takes requests that arrived, until the client has too much to read, and sends events that waited. */
  proceed(): void {
    this.#interrupted = false;
    this.#receiving = true;
    this.#sendClock.restart();
    // What the socket has not sent changes with sending only: to ask it before each request would be felt.
    let unsent = this.#transport.unsent;
    while (this.#state !== "closed") {
      if (this.out.length >= SEND_BYTES || this.#waitsForWrites()) {
        this.#transport.flush();
        this.#sendClock.restart();
        unsent = this.#transport.unsent;
      }
      this.#interrupted = this.out.length + unsent >= TOO_MANY_BYTES;
      if (this.#interrupted) break;
      const outcome = this.#decoder.next();
      if (outcome === "incomplete") {
        if (this.#decoder.pending >= HEADER_SIZE) this.#judgeStranger();
        break;
      }
      if (outcome === "misaligned") {
        this.sendError(this.#decoder.message, Eca.INTERNAL, "CAS: Missaligned protocol rejected");
        this.close("misaligned message");
      } else if (outcome === "tooLarge")
        this.sendError(
          this.#decoder.message,
          Eca.TOLARGE,
          `CAS: Server unable to load large request message. Max bytes=${this.maximumArrayBytes ?? HARD_PAYLOAD_LIMIT}`,
        );
      else this.#dispatch();
    }
    this.#receiving = false;
    this.drain();
  }

  /** Other requests take so little that to look at the clock for each would be a third of it. */
  #waitsForWrites(): boolean {
    return this.out.length > 0 && this.#decoder.message.command === Command.WRITE && this.#sendClock.isTime();
  }

  #dispatch(): void {
    const { message } = this.#decoder;
    const action = actions[message.command];
    const next = this.#state === "connected" ? action?.whenConnected : action?.whenAwaitingVersion;
    if (action !== undefined && next !== undefined) {
      this.#state = next;
      action.handler(this, message);
    } else if (this.#state === "awaitingVersion") {
      this.#judgeStranger();
      this.sendError(message, Eca.DEFUNCT, `CAS: Client version ${this.minorVersion} too old`);
    } else {
      this.sendError(message, Eca.INTERNAL, "invalid (damaged?) request code from TCP");
      this.close(`invalid request code ${message.command}`);
    }
  }

  /** A program that does not speak Channel Access may stay, as in RSRV: a line in the log says why it gets nothing. */
  #judgeStranger(): void {
    const { command } = this.#decoder.message;
    if (this.#state !== "awaitingVersion" || command === Command.VERSION || this.#isDefunct) return;
    this.#isDefunct = true;
    this.#transport.complain?.(`command ${command} before the client's version is refused`);
  }

  /** Sends events that waited, until the client has enough again. */
  drain(): void {
    if (this.eventsOff || this.#state === "closed") return;
    for (const subscription of this.backlog) {
      if (!this.canSend()) return;
      if (subscription.drain()) this.backlog.delete(subscription);
    }
  }

  canSend(): boolean {
    return this.out.length + this.#transport.unsent < ENOUGH_BYTES;
  }

  touch(): void {
    if (this.#state !== "closed" && !this.#receiving) this.#transport.scheduleFlush();
  }

  sendError(request: CaHeader, status: number, text: string): void {
    const extended = (request.payloadSize >= 0xffff || request.count >= 0xffff) && this.minorVersion >= 9;
    const headerSize = extended ? EXTENDED_HEADER_SIZE : HEADER_SIZE;
    const size = headerSize + Buffer.byteLength(text) + 1;
    const cid = this.#errorChannel(request);
    const payload = beginMessage(this.out, Command.ERROR, size, 0, 0, cid, status);
    const { view, bytes } = this.out;
    view.setUint16(payload, request.command);
    view.setUint16(payload + 2, extended ? 0xffff : request.payloadSize & 0xffff);
    view.setUint16(payload + 4, request.dataType);
    view.setUint16(payload + 6, extended ? 0 : request.count & 0xffff);
    view.setUint32(payload + 8, request.cid);
    view.setUint32(payload + 12, request.available);
    if (extended) {
      view.setUint32(payload + 16, request.payloadSize);
      view.setUint32(payload + 20, request.count);
    }
    bytes.write(text, payload + headerSize);
    bytes[payload + size - 1] = 0;
  }

  #errorChannel(request: CaHeader): number {
    if (request.command === Command.SEARCH) return request.cid;
    if (!aboutChannel.has(request.command)) return UNIDENTIFIED;
    return this.channels.get(request.cid)?.cid ?? UNIDENTIFIED;
  }

  /** RSRV reports in ERROR messages by parameter 2 what went wrong; `reason` is for the log. */
  close(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.closeReason = reason;
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
    this.backlog.clear();
  }
}

/** Without EPICS_CA_MAX_ARRAY_BYTES a payload may be as large as a buffer of Node can be on every platform. */
const HARD_PAYLOAD_LIMIT = 0x7fff_fff0 - 64;
