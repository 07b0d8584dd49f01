import { type Channel, firstSample, type MonitorEvent, type Sample } from "../../channel/provider.js";
import { Command } from "../codec/commands.js";
import type { DbrType } from "../codec/dbrTypes.js";
import { Eca, ecaText } from "../codec/eca.js";
import type { CaHeader } from "../codec/message.js";
import type { CircuitContext, CircuitSubscription } from "./circuitContext.js";
import { putEmptyReading, putReading } from "./reading.js";

/** Events kept for a client that does not keep up; with one more, the last one is replaced. */
const QUEUE_LIMIT = 4;

/** One EVENT_ADD: sends events while the client reads them, and keeps the last few, always the very last, while not. */
export class Subscription implements CircuitSubscription {
  readonly #circuit: CircuitContext;
  readonly #channel: Channel;
  readonly #type: DbrType;
  readonly #request: CaHeader;
  readonly #count: number;
  readonly #id: number;
  readonly #mask: number;
  readonly #queue: Sample[] = [];
  readonly #unsubscribe: () => void;
  #readable: boolean;

  constructor(circuit: CircuitContext, channel: Channel, type: DbrType, request: CaHeader, mask: number) {
    this.#circuit = circuit;
    this.#channel = channel;
    this.#type = type;
    this.#request = request;
    this.#count = request.count;
    this.#id = request.available;
    this.#mask = mask;
    this.#readable = channel.access.read;
    this.#unsubscribe = channel.subscribe(mask, (event) => this.#post(event));
  }

  get request(): CaHeader {
    return this.#request;
  }

  /** The event that every subscription starts with. */
  sendFirst(): void {
    if (!this.#readable) {
      this.#sendDenied();
      return;
    }
    const sample = firstSample(this.#channel, this.#mask);
    if (sample !== undefined) this.#offer(sample);
  }

  /** Read access was lost or came back: the client hears of it as an event with a status, or with a value. */
  accessChanged(): void {
    const readable = this.#channel.access.read;
    if (readable === this.#readable) return;
    this.#readable = readable;
    this.#queue.length = 0;
    this.sendFirst();
    this.#circuit.touch();
  }

  drain(): boolean {
    while (this.#queue.length > 0 && this.#circuit.canSend()) {
      const sample = this.#queue.shift();
      if (sample !== undefined) this.#send(sample);
    }
    return this.#queue.length === 0;
  }

  close(): void {
    this.#unsubscribe();
    this.#queue.length = 0;
    this.#circuit.backlog.delete(this);
  }

  #post(event: MonitorEvent): void {
    if (!this.#readable) return;
    this.#offer(event.sample);
    this.#circuit.touch();
  }

  #offer(sample: Sample): void {
    const { eventsOff } = this.#circuit;
    if (this.#queue.length === 0 && !eventsOff && this.#circuit.canSend()) {
      this.#send(sample);
      return;
    }
    const replaceLast = this.#queue.length >= QUEUE_LIMIT || (eventsOff && this.#queue.length > 0);
    if (replaceLast) this.#queue[this.#queue.length - 1] = sample;
    else this.#queue.push(sample);
    this.#circuit.backlog.add(this);
  }

  #send(sample: Sample): void {
    const status = putReading(
      this.#circuit,
      this.#channel,
      Command.EVENT_ADD,
      this.#type,
      this.#count,
      sample,
      Eca.NORMAL,
      this.#id,
    );
    if (status !== Eca.NORMAL) this.#circuit.sendError(this.#request, status, ecaText(status));
  }

  #sendDenied(): void {
    putEmptyReading(
      this.#circuit,
      this.#channel,
      Command.EVENT_ADD,
      this.#type,
      this.#count,
      Eca.NORDACCESS,
      this.#id,
    );
  }
}
