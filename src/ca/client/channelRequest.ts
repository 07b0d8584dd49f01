import type { TypedValue, Value } from "../../channel/dbf.js";
import type { DbrType } from "../codec/dbrTypes.js";
import { isSuccess } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import { CaError } from "./caError.js";
import type { ClientCircuit, ResponseHandler } from "./clientCircuit.js";
import type { ConnectedChannel, PendingRequest, PendingRequests } from "./pendingRequests.js";
import { type CaReading, type ReadingOptions, readingOf, requestType, wireValue } from "./reading.js";

/** One request of a channel: settles once, by its answer, its deadline, or the end of its circuit or channel. */
export abstract class ChannelRequest<T> implements PendingRequest {
  readonly promise: Promise<T>;
  readonly deadline: number;
  previous: PendingRequest | undefined;
  next: PendingRequest | undefined;
  readonly #pending: PendingRequests;
  #resolve: (value: T) => void = () => {};
  #reject: (reason: Error) => void = () => {};
  #circuit: ClientCircuit | undefined;
  #id = 0;

  constructor(pending: PendingRequests, timeoutSeconds: number) {
    this.#pending = pending;
    this.deadline = performance.now() + timeoutSeconds * 1000;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get started(): boolean {
    return this.#circuit !== undefined;
  }

  start(on: ConnectedChannel): void {
    this.#circuit = on.circuit;
    this.#id = this.send(on);
  }

  /** Writes the request to the circuit; returns the id that its answer will have. */
  protected abstract send(on: ConnectedChannel): number;

  /** What the request resolves to; throws where the answer makes no sense. */
  protected abstract result(message: CaMessage | undefined): T;

  protected readonly respond: ResponseHandler = (status, message) => {
    if (isSuccess(status)) this.succeed(message);
    else this.#settleWith(status);
  };

  protected succeed(message: CaMessage | undefined): void {
    this.#pending.delete(this);
    try {
      this.#resolve(this.result(message));
    } catch (error) {
      this.#reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  giveUp(status: number): void {
    this.#circuit?.forget(this.#id);
    this.#settleWith(status);
  }

  #settleWith(status: number): void {
    this.#pending.delete(this);
    this.#reject(new CaError(this.#pending.channel, status));
  }
}

/** Waits for the connection only. */
export class ConnectRequest extends ChannelRequest<void> {
  protected send(): number {
    this.succeed(undefined);
    return 0;
  }

  protected result(): void {}
}

export class ReadRequest extends ChannelRequest<CaReading> {
  readonly #channel: string;
  readonly #options: ReadingOptions;

  constructor(pending: PendingRequests, timeoutSeconds: number, options: ReadingOptions) {
    super(pending, timeoutSeconds);
    this.#channel = pending.channel;
    this.#options = options;
  }

  protected send({ circuit, sid, nativeType }: ConnectedChannel): number {
    const type = requestType(this.#options, nativeType);
    return circuit.readNotify(sid, type, this.#options.count ?? 0, this.respond);
  }

  protected result(message: CaMessage | undefined): CaReading {
    if (message === undefined) throw new Error(`${this.#channel}: no payload`);
    const reading = readingOf(message);
    if (!reading.ok) throw new Error(`${this.#channel}: ${reading.error}`);
    return reading.value;
  }
}

export class WriteRequest extends ChannelRequest<void> {
  readonly #type: DbrType;
  readonly #value: Value;

  constructor(pending: PendingRequests, timeoutSeconds: number, value: TypedValue) {
    super(pending, timeoutSeconds);
    const wire = wireValue(value);
    this.#type = wire.type;
    this.#value = wire.value;
  }

  protected send({ circuit, sid }: ConnectedChannel): number {
    return circuit.writeNotify(sid, this.#type, this.#value, this.respond);
  }

  protected result(): void {}
}
