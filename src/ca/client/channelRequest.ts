import { elementCountOf } from "../../channel/dbf.js";
import { coarseNow } from "../../libcom/coarseClock.js";
import type { DbrType } from "../codec/dbrTypes.js";
import { Eca, isSuccess } from "../codec/eca.js";
import type { CaMessage } from "../codec/message.js";
import { CaError } from "./caError.js";
import type { ConnectedChannel } from "./clientCircuit.js";
import type { PendingRequest } from "./pendingRequests.js";
import {
  type CaReading,
  isAsAsked,
  type OneReadingOptions,
  type PutValue,
  type ReadingValue,
  readingOf,
  requestType,
  valueToPut,
  wireValue,
} from "./reading.js";

const DEFAULT_TIMEOUT_SECONDS = 5;

export interface RequestOptions {
  /** How long connection and answer may take together; default 5. */
  readonly timeoutSeconds?: number;
  /** Gives the request up; it rejects with the signal's reason then. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadOptions extends OneReadingOptions, RequestOptions {}

/** The channel that asks. */
export interface Asker {
  readonly name: string;
  readonly server: string;
}

type Resolve<T> = (value: T) => void;
type Reject = (reason: Error) => void;

/** One request of a channel: ends once, by its answer, its deadline, or the end of its circuit or channel. */
export abstract class ChannelRequest implements PendingRequest {
  readonly owner: Asker;
  readonly deadline: number;

  constructor(owner: Asker, { timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }: RequestOptions) {
    this.owner = owner;
    this.deadline = coarseNow() + timeoutSeconds * 1000;
  }

  /** Goes to the server. */
  abstract send(on: ConnectedChannel): void;
  abstract respond(status: number, answer?: CaMessage): void;

  protected error(status: number, detail?: string): CaError {
    const { name, server } = this.owner;
    const isLost = status === Eca.TIMEOUT && server === "";
    return new CaError(name, server, status, isLost ? "not connected" : detail);
  }
}

/** Asks for a value. */
export abstract class ValueRequest<O extends OneReadingOptions> extends ChannelRequest {
  readonly #options: O;
  #type: DbrType | undefined;

  constructor(owner: Asker, options: O & RequestOptions) {
    super(owner, options);
    this.#options = options;
  }

  protected abstract ended(outcome: CaReading<ReadingValue<O>> | CaError): void;

  override send({ circuit, sid, nativeType }: ConnectedChannel): void {
    this.#type = requestType(this.#options, nativeType);
    circuit.readNotify(sid, this.#type, this.#options.count ?? 0, this);
  }

  override respond(status: number, answer?: CaMessage): void {
    this.ended(isSuccess(status) ? this.#reading(answer) : this.error(status));
  }

  #reading(answer: CaMessage | undefined): CaReading<ReadingValue<O>> | CaError {
    if (answer === undefined) return this.error(Eca.GETFAIL, "no payload");
    const { into } = this.#options;
    if (into !== undefined && answer.count > into.length)
      return this.error(Eca.TOLARGE, `${answer.count} elements for an array of ${into.length}`);
    const reading = readingOf(answer, answer.dataType === this.#type?.code ? into : undefined);
    if (!reading.ok) return this.error(Eca.GETFAIL, reading.error);
    if (isAsAsked(reading.value, this.#type, this.#options)) return reading.value;
    const what = `${elementCountOf(reading.value.value)} elements of ${reading.value.dbr.name}`;
    return this.error(Eca.GETFAIL, `${what} instead of ${this.#type?.name}`);
  }
}

export class ReadRequest<O extends OneReadingOptions> extends ValueRequest<O> {
  readonly #resolve: Resolve<CaReading<ReadingValue<O>>>;
  readonly #reject: Reject;

  constructor(
    owner: Asker,
    options: O & RequestOptions,
    resolve: Resolve<CaReading<ReadingValue<O>>>,
    reject: Reject,
  ) {
    super(owner, options);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  protected override ended(outcome: CaReading<ReadingValue<O>> | CaError): void {
    if (outcome instanceof CaError) this.#reject(outcome);
    else this.#resolve(outcome);
  }
}

/** Is there an answer, and nothing to tell besides? */
abstract class PlainRequest extends ChannelRequest {
  readonly #resolve: Resolve<void>;
  readonly #reject: Reject;

  constructor(owner: Asker, options: RequestOptions, resolve: Resolve<void>, reject: Reject) {
    super(owner, options);
    this.#resolve = resolve;
    this.#reject = reject;
  }

  override respond(status: number): void {
    if (isSuccess(status)) this.#resolve();
    else this.#reject(this.error(status));
  }
}

/** Waits for the connection only. */
export class ConnectRequest extends PlainRequest {
  override send(): void {
    this.respond(Eca.NORMAL);
  }
}

export class WriteRequest extends PlainRequest {
  readonly #value: PutValue;

  constructor(
    owner: Asker,
    options: RequestOptions,
    value: PutValue,
    resolve: Resolve<void>,
    reject: Reject,
  ) {
    super(owner, options, resolve, reject);
    this.#value = value;
  }

  override send(on: ConnectedChannel): void {
    const { type, value } = wireValue(valueToPut(this.#value, on));
    on.circuit.writeNotify(on.sid, type, value, this);
  }
}
