import {
  AsynError,
  CancelledError,
  EOM,
  type OctetInterface,
  type OctetOptions,
  type OctetReply,
} from "./portDriver.js";

/** Where the bytes of a stream go and come from: a socket, a serial line. */
export interface StreamLine {
  /** How messages name the device. */
  readonly device: string;
  /** Undefined when bytes can be sent, else why not. */
  problem(): AsynError | undefined;
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  /** A read found nothing in time. True when the line takes that for a broken connection. */
  givesUpSilence(): boolean;
}

interface Reader {
  readonly eos: Buffer;
  readonly maxBytes: number;
  settle(outcome: OctetReply | AsynError): void;
  /** Counts the time-out from the beginning. */
  restart(): void;
}

const NOTHING = Buffer.alloc(0);

/**
 * Requests and replies on a stream of bytes, one at a time, as asyn's asynInterposeEos makes them: a request gets a terminator, a reply
 * ends at its terminator, after as many bytes as are wanted, when the other side ends the stream, or too late.
 */
export class OctetStream implements OctetInterface {
  inputEos = "";
  outputEos = "";
  processesEos: { readonly input: boolean; readonly output: boolean };
  readonly #line: StreamLine;
  #received: Buffer = NOTHING;
  #reader: Reader | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** @param processesEos false: replies are whatever has come, as with noProcessEos */
  constructor(line: StreamLine, processesEos = true) {
    this.#line = line;
    this.processesEos = { input: processesEos, output: processesEos };
  }

  writeRead(request: Uint8Array, options: OctetOptions): Promise<OctetReply> {
    return this.#inTurn(options, async () => {
      this.flush();
      await this.#send(request, options);
      return this.#receive(options);
    });
  }

  write(request: Uint8Array, options: OctetOptions): Promise<void> {
    return this.#inTurn(options, () => this.#send(request, options));
  }

  read(options: OctetOptions): Promise<OctetReply> {
    return this.#inTurn(options, () => this.#receive(options));
  }

  flush(): void {
    this.#received = NOTHING;
  }

  /** Bytes have come. */
  accept(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#reader?.restart();
    this.#satisfyReader();
  }

  /** The other side has ended the stream: what has come is the reply. */
  end(): void {
    this.#reader?.settle({ data: this.#take(this.#received.length), end: EOM.END });
  }

  /** Requests wait for the one before, whether that succeeds or not. */
  #inTurn<T>({ signal }: OctetOptions, action: () => Promise<T>): Promise<T> {
    const problem = this.#line.problem();
    if (problem !== undefined) return Promise.reject(problem);
    return new Promise((resolve, reject) => {
      const takeBack = () => reject(new CancelledError());
      signal?.addEventListener("abort", takeBack);
      this.#queue = this.#queue.then(async () => {
        if (signal?.aborted === true) return;
        signal?.removeEventListener("abort", takeBack);
        await action().then(resolve, reject);
      });
    });
  }

  #send(request: Uint8Array, { timeoutSeconds, outputEos = this.outputEos }: OctetOptions): Promise<void> {
    const problem = this.#line.problem();
    if (problem !== undefined) return Promise.reject(problem);
    const { device } = this.#line;
    const eos = this.processesEos.output ? outputEos : "";
    const message = Buffer.concat([request, Buffer.from(eos, "latin1")]);
    return new Promise((resolve, reject) => {
      const timer = timeout(timeoutSeconds, () =>
        reject(new AsynError(`${device} write timeout`, "Timeout")),
      );
      this.#line.send(message, (error) => {
        clearTimeout(timer);
        if (error) reject(new AsynError(`${device} write error: ${error.message}`));
        else resolve();
      });
    });
  }

  #receive(options: OctetOptions): Promise<OctetReply> {
    const { timeoutSeconds, inputEos = this.inputEos, maxBytes = Number.POSITIVE_INFINITY } = options;
    return new Promise((resolve, reject) => {
      const settle = (outcome: OctetReply | AsynError): void => {
        clearTimeout(timer);
        this.#reader = undefined;
        if (outcome instanceof AsynError) reject(outcome);
        else resolve(outcome);
      };
      const timer = timeout(timeoutSeconds, () => {
        this.#reader = undefined;
        settle(this.#tooLate());
      });
      const restart = () => void timer?.refresh();
      this.#reader = { eos: Buffer.from(inputEos, "latin1"), maxBytes, settle, restart };
      this.#satisfyReader();
    });
  }

  #tooLate(): AsynError {
    const partial = this.#take(this.#received.length);
    const { device } = this.#line;
    return this.#line.givesUpSilence()
      ? new AsynError(`${device} read error: ${NOTHING_CAME}`, "Error", partial)
      : new AsynError(`${device} timeout: ${NOTHING_CAME}`, "Timeout", partial);
  }

  #satisfyReader(): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    const { eos, maxBytes } = reader;
    const terminator = eos.length === 0 || !this.processesEos.input ? -1 : this.#received.indexOf(eos);
    if (terminator >= 0 && terminator + eos.length <= maxBytes) {
      const data = this.#take(terminator);
      this.#take(eos.length);
      reader.settle({ data, end: EOM.EOS });
    } else if (this.#received.length >= maxBytes)
      reader.settle({ data: this.#take(maxBytes), end: EOM.COUNT });
    else if (!this.processesEos.input && this.#received.length > 0)
      reader.settle({ data: this.#take(this.#received.length), end: EOM.NONE });
  }

  #take(length: number): Uint8Array {
    const taken = Uint8Array.from(this.#received.subarray(0, length));
    this.#received = this.#received.subarray(length);
    return taken;
  }
}

/** What the system says where asyn's drivers read and nothing is there. */
const NOTHING_CAME = "Resource temporarily unavailable";

const timeout = (seconds: number, expire: () => void): NodeJS.Timeout | undefined =>
  seconds < 0 ? undefined : setTimeout(expire, seconds * 1000);
