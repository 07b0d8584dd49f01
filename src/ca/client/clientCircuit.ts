import { type DbfType, elementCountOf, type Value } from "../../channel/dbf.js";
import { UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { logger } from "../../libcom/log.js";
import { ByteWriter } from "../codec/byteWriter.js";
import { AccessRight, CA_MINOR_VERSION, Command, commandName, SearchReply } from "../codec/commands.js";
import { putDbr } from "../codec/dbr.js";
import { type DbrBase, type DbrType, dbrSize, dbrType } from "../codec/dbrTypes.js";
import { Eca, ecaText } from "../codec/eca.js";
import {
  beginMessage,
  type CaMessage,
  HEADER_SIZE,
  putMessage,
  putText,
  readHeader,
} from "../codec/message.js";
import { MessageDecoder } from "../codec/messageDecoder.js";
import { type ClientState, nextState } from "./circuitStates.js";
import { type PendingRequest, PendingRequests } from "./pendingRequests.js";

const log = logger("ca.client");
const EVENT_ADD_PAYLOAD = 16;
const MASK_OFFSET = 12;
/** The number of a request that is not answered. */
const NO_ANSWER = 0;

/** What a circuit tells a channel that lives on it. */
export interface CircuitChannel {
  readonly name: string;
  readonly cid: number;
  created(sid: number, base: DbrBase, count: number): void;
  accessRights(read: boolean, write: boolean): void;
  /** The server does not have the channel, or has it no more. */
  rejected(): void;
  circuitClosed(): void;
}

/** A channel on its circuit. */
export interface ConnectedChannel {
  readonly circuit: ClientCircuit;
  readonly sid: number;
  readonly nativeType: DbfType;
  readonly elementCount: number;
}

/** Hears of an event: its status, and the message with the payload where there is one. */
export type EventHandler = (status: number, message?: CaMessage) => void;

export interface ClientCircuitOptions {
  /** The server's address, for messages. */
  readonly peer: string;
  readonly priority: number;
  readonly user: string;
  readonly host: string;
  /** The largest payload that is taken; any where undefined. */
  readonly maximumArrayBytes?: number | undefined;
  /** A name server has found the channel `cid`, at `address` (0xffffffff: itself) and `port`. */
  readonly onFound?: (cid: number, address: number, port: number) => void;
  /** `out` was written to. */
  readonly onOutput: () => void;
}

/** The client's end of a virtual circuit without its socket: requests go to `out`, responses come in by `receive`. */
export class ClientCircuit {
  readonly out = new ByteWriter();
  readonly channels = new Map<number, CircuitChannel>();
  readonly #options: ClientCircuitOptions;
  readonly #decoder: MessageDecoder;
  readonly #requests = new PendingRequests();
  readonly #subscriptions = new Map<number, EventHandler>();
  #lastSubscription = 0;
  #state: ClientState = "awaitingVersion";
  /** Why the circuit ended. */
  closeReason = "";

  constructor(options: ClientCircuitOptions) {
    this.#options = options;
    this.#decoder = new MessageDecoder(options.maximumArrayBytes);
    putMessage(this.out, Command.VERSION, options.priority, CA_MINOR_VERSION, 0, 0);
    putText(this.out, Command.CLIENT_NAME, options.user, 0, 0, 0, 0);
    putText(this.out, Command.HOST_NAME, options.host, 0, 0, 0, 0);
  }

  get state(): ClientState {
    return this.#state;
  }

  createChannel(channel: CircuitChannel): void {
    this.channels.set(channel.cid, channel);
    putText(this.out, Command.CREATE_CHAN, channel.name, 0, 0, channel.cid, CA_MINOR_VERSION);
    this.#options.onOutput();
  }

  clearChannel(sid: number, cid: number): void {
    this.channels.delete(cid);
    this.#send(Command.CLEAR_CHANNEL, 0, 0, sid, cid);
  }

  /** Forgets a channel whose creation was not confirmed; should it be, it is cleared then. */
  abandonChannel(cid: number): void {
    this.channels.delete(cid);
  }

  readNotify(sid: number, type: DbrType, count: number, request: PendingRequest): void {
    this.#send(Command.READ_NOTIFY, type.code, count, sid, this.#requests.add(request));
  }

  write(sid: number, type: DbrType, value: Value): void {
    this.#putValue(Command.WRITE, sid, NO_ANSWER, type, value);
  }

  writeNotify(sid: number, type: DbrType, value: Value, request: PendingRequest): void {
    this.#putValue(Command.WRITE_NOTIFY, sid, this.#requests.add(request), type, value);
  }

  /** The requests of this channel will not be answered. */
  endRequests(owner: object, status: number): void {
    this.#requests.endOf(owner, status);
  }

  subscribe(sid: number, type: DbrType, count: number, mask: number, event: EventHandler): number {
    this.#lastSubscription = (this.#lastSubscription + 1) >>> 0;
    const id = this.#lastSubscription;
    this.#subscriptions.set(id, event);
    const payload = beginMessage(this.out, Command.EVENT_ADD, EVENT_ADD_PAYLOAD, type.code, count, sid, id);
    this.out.bytes.fill(0, payload, payload + EVENT_ADD_PAYLOAD);
    this.out.view.setUint16(payload + MASK_OFFSET, mask);
    this.#options.onOutput();
    return id;
  }

  unsubscribe(sid: number, type: DbrType, count: number, id: number): void {
    if (this.#subscriptions.delete(id)) this.#send(Command.EVENT_CANCEL, type.code, count, sid, id);
  }

  /** Asks the server as a name server; it answers only when it has the name. */
  search(cid: number, name: string): void {
    putText(this.out, Command.SEARCH, name, SearchReply.DONT_REPLY, CA_MINOR_VERSION, cid, cid);
    this.#options.onOutput();
  }

  echo(): void {
    this.#send(Command.ECHO, 0, 0, 0, 0);
  }

  /** The server keeps events back, and of each subscription the newest. */
  eventsOff(): void {
    this.#send(Command.EVENTS_OFF, 0, 0, 0, 0);
  }

  eventsOn(): void {
    this.#send(Command.EVENTS_ON, 0, 0, 0, 0);
  }

  #send(command: number, dataType: number, count: number, cid: number, available: number): void {
    putMessage(this.out, command, dataType, count, cid, available);
    this.#options.onOutput();
  }

  #putValue(command: number, sid: number, id: number, type: DbrType, value: Value): void {
    const count = elementCountOf(value);
    const single = count === 1 ? (typeof value === "object" ? value[0] : value) : undefined;
    // One string travels without its unused bytes.
    const size =
      type.base === "STRING" && single !== undefined
        ? Math.min(type.elementSize, Buffer.byteLength(String(single)) + 1)
        : dbrSize(type, count);
    const payload = beginMessage(this.out, command, size, type.code, count, sid, id);
    const content = { value, status: 0, severity: 0, time: UNDEFINED_TIME };
    if (size === dbrSize(type, count)) putDbr(this.out, payload, type, content, count);
    else putDbr(this.out, payload, { ...type, elementSize: size }, content, count);
    this.#options.onOutput();
  }

  /** Where the next bytes had best be read, if anywhere. */
  get room(): Uint8Array | undefined {
    return this.#decoder.room;
  }

  /** So many bytes were read into `room`. */
  receivedInPlace(size: number): void {
    this.#decoder.arrived(size);
    this.#dispatchAll();
  }

  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    this.#dispatchAll();
  }

  #dispatchAll(): void {
    while (this.#state !== "closed") {
      const outcome = this.#decoder.next();
      if (outcome === "incomplete") return;
      if (outcome === "message") this.#dispatch(this.#decoder.message);
      else if (outcome === "tooLarge") this.#tooLarge(this.#decoder.message);
      else this.close(`${outcome} message`);
    }
  }

  #dispatch(message: CaMessage): void {
    const next = nextState(this.#state, message.command);
    if (next === undefined) {
      this.close(`unexpected message ${commandName(message.command) ?? message.command}`);
      return;
    }
    this.#state = next;
    switch (message.command) {
      case Command.VERSION:
        if (message.count > 0) this.#decoder.minorVersion = message.count;
        break;
      case Command.EVENT_ADD:
        // Without payload it confirms a cancellation.
        if (message.payloadSize > 0 || message.count === 0)
          this.#subscriptions.get(message.available)?.(message.cid, message);
        break;
      case Command.READ_NOTIFY:
      case Command.WRITE_NOTIFY:
        this.#requests.finish(message.available, message.cid, message);
        break;
      case Command.CREATE_CHAN:
        this.#created(message);
        break;
      case Command.ACCESS_RIGHTS: {
        const { available } = message;
        const channel = this.channels.get(message.cid);
        channel?.accessRights((available & AccessRight.READ) !== 0, (available & AccessRight.WRITE) !== 0);
        break;
      }
      case Command.CREATE_CH_FAIL:
      case Command.SERVER_DISCONN: {
        const channel = this.channels.get(message.cid);
        this.channels.delete(message.cid);
        channel?.rejected();
        break;
      }
      case Command.SEARCH:
        this.#options.onFound?.(message.available, message.cid, message.dataType);
        break;
      case Command.ERROR:
        this.#error(message);
        break;
      default:
        break;
    }
  }

  /** The payload is passed over. */
  #tooLarge({ command, available, payloadSize }: CaMessage): void {
    log.warn(`${this.#options.peer}: ${payloadSize} bytes are above EPICS_CA_MAX_ARRAY_BYTES, ignored`);
    if (command === Command.READ_NOTIFY) this.#requests.finish(available, Eca.TOLARGE);
  }

  #created(message: CaMessage): void {
    const type = dbrType(message.dataType);
    const channel = this.channels.get(message.cid);
    if (channel === undefined) this.#send(Command.CLEAR_CHANNEL, 0, 0, message.available, message.cid);
    else if (type === undefined || type.class !== "plain")
      this.close(`channel of DBR type ${message.dataType}`);
    else channel.created(message.available, type.base, message.count);
  }

  /** The payload is the header of the request that failed, and a text. */
  #error(message: CaMessage): void {
    const request = { command: 0, payloadSize: 0, dataType: 0, count: 0, cid: 0, available: 0 };
    const { view, offset, payloadSize } = message;
    if (payloadSize < HEADER_SIZE) return;
    const headerSize = readHeader(view, offset, payloadSize, CA_MINOR_VERSION, request);
    const bytes = Buffer.from(view.buffer, view.byteOffset + offset + headerSize, payloadSize - headerSize);
    const text = bytes.toString("utf8").replace(/\0.*$/s, "");
    const status = message.available;
    if (request.command === Command.READ_NOTIFY || request.command === Command.WRITE_NOTIFY)
      this.#requests.finish(request.available, status);
    else if (request.command === Command.EVENT_ADD) this.#subscriptions.get(request.available)?.(status);
    log.warn(`${this.#options.peer}: ${ecaText(status)}: ${JSON.stringify(text)}`);
  }

  /** Ends the circuit: requests fail with ECA_DISCONN, channels are told. */
  close(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.closeReason = reason;
    const channels = [...this.channels.values()];
    this.#subscriptions.clear();
    this.channels.clear();
    this.#requests.endAll(Eca.DISCONN);
    for (const channel of channels) channel.circuitClosed();
  }
}
