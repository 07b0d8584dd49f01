import type { Subscriber } from "rxjs";
import { logger } from "../../libcom/log.js";
import type { DbrType } from "../codec/dbrTypes.js";
import { ecaText, isSuccess } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import type { ClientCircuit, ConnectedChannel } from "./clientCircuit.js";
import { type CaReading, isAsAsked, type ReadingOptions, readingOf, requestType } from "./reading.js";

const log = logger("ca.client");

/** One subscription, made again on each new circuit as long as somebody listens. */
export class ChannelMonitor {
  readonly #name: string;
  readonly #mask: number;
  readonly #options: ReadingOptions;
  readonly #subscriber: Subscriber<CaReading>;
  #active: { circuit: ClientCircuit; sid: number; type: DbrType; id: number } | undefined;

  constructor(name: string, mask: number, options: ReadingOptions, subscriber: Subscriber<CaReading>) {
    this.#name = name;
    this.#mask = mask;
    this.#options = options;
    this.#subscriber = subscriber;
  }

  start({ circuit, sid, nativeType }: ConnectedChannel): void {
    const type = requestType(this.#options, nativeType);
    const id = circuit.subscribe(sid, type, this.#options.count ?? 0, this.#mask, (status, message) =>
      this.#event(status, message),
    );
    this.#active = { circuit, sid, type, id };
  }

  /** The circuit is gone, and the subscription with it. */
  lost(): void {
    this.#active = undefined;
  }

  stop(): void {
    const active = this.#active;
    this.#active = undefined;
    active?.circuit.unsubscribe(active.sid, active.type, this.#options.count ?? 0, active.id);
  }

  complete(): void {
    this.stop();
    this.#subscriber.complete();
  }

  #event(status: number, message: CaMessage | undefined): void {
    if (!isSuccess(status) || message === undefined) {
      log.info(`${this.#name}: event without value: ${ecaText(status)}`);
      return;
    }
    const reading = readingOf(message);
    if (!reading.ok) {
      log.warn(`${this.#name}: ${reading.error}`);
      return;
    }
    const { dbr } = reading.value;
    if (isAsAsked(reading.value, this.#active?.type, this.#options)) this.#subscriber.next(reading.value);
    else log.warn(`${this.#name}: event of ${dbr.name}, which was not asked for`);
  }
}
