import type { Value } from "../../channel/dbf.js";
import { elementCountOf } from "../../channel/dbf.js";
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
import { type ClientState, clientCircuitStates } from "./circuitStates.js";
import { RequestTable } from "./requestTable.js";

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

/** Hears of a response: its status, and the message with the payload where there is one. */
export type ResponseHandler = (status: number, message?: CaMessage) => void;

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
  readonly #requests = new RequestTable<ResponseHandler>();
  readonly #subscriptions = new Map<number, ResponseHandler>();
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

  readNotify(sid: number, type: DbrType, count: number, done: ResponseHandler): number {
    const id = this.#requests.add(done);
    this.#send(Command.READ_NOTIFY, type.code, count, sid, id);
    return id;
  }

  write(sid: number, type: DbrType, value: Value): void {
    this.#putValue(Command.WRITE, sid, NO_ANSWER, type, value);
  }

  writeNotify(sid: number, type: DbrType, value: Value, done: ResponseHandler): number {
    const id = this.#requests.add(done);
    this.#putValue(Command.WRITE_NOTIFY, sid, id, type, value);
    return id;
  }

  /** Nobody waits for this response any more. */
  forget(id: number): void {
    this.#requests.take(id);
  }

  subscribe(sid: number, type: DbrType, count: number, mask: number, event: ResponseHandler): number {
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

  receive(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    while (this.#state !== "closed") {
      const outcome = this.#decoder.next();
      if (outcome === "incomplete") return;
      if (outcome === "message") this.#dispatch(this.#decoder.message);
      else if (outcome === "tooLarge") this.#tooLarge(this.#decoder.message);
      else this.close(`${outcome} message`);
    }
  }

  #dispatch(message: CaMessage): void {
    const name = commandName(message.command);
    const next = name === undefined ? undefined : clientCircuitStates[this.#state][name];
    if (name === undefined || next === undefined) {
      this.close(`unexpected message ${name ?? message.command}`);
      return;
    }
    this.#state = next;
    switch (name) {
      case "VERSION":
        if (message.count > 0) this.#decoder.minorVersion = message.count;
        break;
      case "EVENT_ADD":
        // Without payload it confirms a cancellation.
        if (message.payloadSize > 0 || message.count === 0)
          this.#subscriptions.get(message.available)?.(message.cid, message);
        break;
      case "READ_NOTIFY":
      case "WRITE_NOTIFY":
        this.#finish(message.available, message.cid, message);
        break;
      case "CREATE_CHAN":
        this.#created(message);
        break;
      case "ACCESS_RIGHTS": {
        const { available } = message;
        const channel = this.channels.get(message.cid);
        channel?.accessRights((available & AccessRight.READ) !== 0, (available & AccessRight.WRITE) !== 0);
        break;
      }
      case "CREATE_CH_FAIL":
      case "SERVER_DISCONN": {
        const channel = this.channels.get(message.cid);
        this.channels.delete(message.cid);
        channel?.rejected();
        break;
      }
      case "SEARCH":
        this.#options.onFound?.(message.available, message.cid, message.dataType);
        break;
      case "ERROR":
        this.#error(message);
        break;
      default:
        break;
    }
  }

  /** The payload is passed over. */
  #tooLarge({ command, available, payloadSize }: CaMessage): void {
    log.warn(`${this.#options.peer}: ${payloadSize} bytes are above EPICS_CA_MAX_ARRAY_BYTES, ignored`);
    if (command === Command.READ_NOTIFY) this.#finish(available, Eca.TOLARGE);
  }

  #created(message: CaMessage): void {
    const type = dbrType(message.dataType);
    const channel = this.channels.get(message.cid);
    if (channel === undefined) this.#send(Command.CLEAR_CHANNEL, 0, 0, message.available, message.cid);
    else if (type === undefined || type.class !== "plain")
      this.close(`channel of DBR type ${message.dataType}`);
    else channel.created(message.available, type.base, message.count);
  }

  #finish(id: number, status: number, message?: CaMessage): void {
    this.#requests.take(id)?.(status, message);
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
      this.#finish(request.available, status);
    else if (request.command === Command.EVENT_ADD) this.#subscriptions.get(request.available)?.(status);
    log.warn(`${this.#options.peer}: ${ecaText(status)}: ${JSON.stringify(text)}`);
  }

  /** Ends the circuit: requests fail with ECA_DISCONN, channels are told. */
  close(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.closeReason = reason;
    const requests = this.#requests.takeAll();
    const channels = [...this.channels.values()];
    this.#subscriptions.clear();
    this.channels.clear();
    for (const done of requests) done(Eca.DISCONN);
    for (const channel of channels) channel.circuitClosed();
  }
}
