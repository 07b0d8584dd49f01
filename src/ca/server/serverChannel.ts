import type { Channel } from "../../channel/provider.js";
import { AccessRight, Command } from "../codec/commands.js";
import { dbrTypeOf, nativeBase } from "../codec/dbrTypes.js";
import { putMessage } from "../codec/message.js";
import type { CircuitChannel, CircuitContext, CircuitSubscription } from "./circuitContext.js";
import { PutNotifyQueue } from "./putNotifyQueue.js";

/** What a client before 4.9 is told of an array too long for it. */
const LARGEST_SMALL_COUNT = 0xfffe;

/** A client's channel with its subscriptions and put-callbacks. */
export class ServerChannel implements CircuitChannel {
  readonly sid: number;
  readonly cid: number;
  readonly channel: Channel;
  /** Most channels are only read or only written to: what the others need is made when they do. */
  #subscriptions: Map<number, CircuitSubscription> | undefined;
  #puts: PutNotifyQueue | undefined;
  readonly #circuit: CircuitContext;
  readonly #stopListening: () => void;

  constructor(circuit: CircuitContext, channel: Channel, sid: number, cid: number) {
    this.#circuit = circuit;
    this.channel = channel;
    this.sid = sid;
    this.cid = cid;
    this.#stopListening = channel.onAccessRights(() => this.#accessChanged());
  }

  get recordName(): string {
    return this.channel.name.replace(/\..*$/, "");
  }

  get subscriptions(): Map<number, CircuitSubscription> {
    this.#subscriptions ??= new Map();
    return this.#subscriptions;
  }

  get puts(): PutNotifyQueue {
    this.#puts ??= new PutNotifyQueue(this.channel);
    return this.#puts;
  }

  /** ACCESS_RIGHTS and then the response to CREATE_CHAN, in the order clients rely on. */
  announce(): void {
    this.#sendAccessRights();
    const { fieldType, elementCount } = this.channel;
    const small = this.#circuit.minorVersion < 9 && elementCount > LARGEST_SMALL_COUNT;
    const type = dbrTypeOf("plain", nativeBase(fieldType)).code;
    const count = small ? LARGEST_SMALL_COUNT : elementCount;
    putMessage(this.#circuit.out, Command.CREATE_CHAN, type, count, this.cid, this.sid);
  }

  close(): void {
    this.#stopListening();
    this.#puts?.close();
    for (const subscription of this.#subscriptions?.values() ?? []) subscription.close();
    this.#subscriptions?.clear();
    this.channel.close();
  }

  #sendAccessRights(): void {
    const { read, write } = this.channel.access;
    const rights = (read ? AccessRight.READ : 0) | (write ? AccessRight.WRITE : 0);
    putMessage(this.#circuit.out, Command.ACCESS_RIGHTS, 0, 0, this.cid, rights);
  }

  #accessChanged(): void {
    this.#sendAccessRights();
    for (const subscription of this.#subscriptions?.values() ?? []) subscription.accessChanged();
    this.#circuit.touch();
  }
}
