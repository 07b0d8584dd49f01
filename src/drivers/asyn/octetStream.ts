import { setTimeout as pause } from "node:timers/promises";
import { type Observable, Subject } from "rxjs";
import { escapeText } from "../../libcom/escape.js";
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
  /** Whether what comes in pieces stays in pieces, as datagrams do. */
  keepsMessages(): boolean;
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

/** How a device wants its characters that cannot take them all at once. */
interface Pace {
  readonly delaySeconds: number;
  /** It sends back each one before it takes the next. */
  readonly echoes: boolean;
}

const NOTHING = Buffer.alloc(0);

/** What nobody reads is lost, the oldest first, as in the buffers of a system. */
const MAX_UNREAD_BYTES = 1 << 20;
const MAX_UNREAD_MESSAGES = 1000;

const latest = (before: Buffer, bytes: Buffer): Buffer =>
  before.length === 0 ? bytes : Buffer.concat([before, bytes]).subarray(-MAX_UNREAD_BYTES);

/**
 * Requests and replies on a stream of bytes, one at a time, as asyn's asynInterposeEos makes them: a request gets a terminator, a reply
 * ends at its terminator, after as many bytes as are wanted, when the other side ends the stream, or too late.
 */
export class OctetStream implements OctetInterface {
  inputEos = "";
  outputEos = "";
  processesEos: { readonly input: boolean; readonly output: boolean };
  /** Characters are sent one by one: after a pause, or when the device has echoed the one before. */
  pace: Pace = { delaySeconds: 0, echoes: false };
  readonly #line: StreamLine;
  readonly #heard = new Subject<Uint8Array>();
  /** Pieces as they came, terminators included, when they are read. */
  readonly heard$: Observable<Uint8Array> = this.#heard.asObservable();
  #received: Buffer = NOTHING;
  /** What came while nobody read, and nobody has heard of. */
  #unheard: Buffer = NOTHING;
  /** Messages behind the one in `#received`. */
  readonly #messages: Buffer[] = [];
  /** The other side has ended the stream, and nobody has read that. */
  #ended = false;
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
    this.#received = this.#unheard = NOTHING;
    this.#messages.length = 0;
    this.#ended = false;
  }

  /** Bytes have come. */
  accept(bytes: Buffer): void {
    const isNextMessage = this.#received.length > 0 && this.#line.keepsMessages() && !this.processesEos.input;
    if (isNextMessage) this.#messages.push(bytes);
    else this.#received = latest(this.#received, bytes);
    this.#unheard = latest(this.#unheard, bytes);
    if (this.#messages.length > MAX_UNREAD_MESSAGES) this.#messages.shift();
    this.#reader?.restart();
    this.#satisfyReader();
  }

  /** The other side has ended the stream: what has come is the reply. */
  end(): void {
    this.#ended = true;
    this.#satisfyReader();
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

  async #send(request: Uint8Array, options: OctetOptions): Promise<void> {
    const { timeoutSeconds, outputEos = this.outputEos } = options;
    const problem = this.#line.problem();
    if (problem !== undefined) throw problem;
    const eos = this.processesEos.output ? outputEos : "";
    const message = Buffer.concat([request, Buffer.from(eos, "latin1")]);
    const { delaySeconds, echoes } = this.pace;
    if (delaySeconds <= 0 && !echoes) return this.#sendBytes(message, timeoutSeconds);
    for (const [index, byte] of message.entries()) {
      await this.#sendBytes(Uint8Array.of(byte), timeoutSeconds);
      if (echoes) await this.#expectEcho(byte, index, timeoutSeconds);
      if (delaySeconds > 0) await pause(delaySeconds * 1000);
    }
  }

  async #expectEcho(byte: number, index: number, timeoutSeconds: number): Promise<void> {
    const echo = await this.#receive({ timeoutSeconds, maxBytes: 1, inputEos: "" }).catch((error) => {
      const late = error instanceof AsynError && error.status === "Timeout";
      throw late ? new AsynError(`timeout reading back char number ${index}`, "Timeout") : error;
    });
    const shown = (bytes: Iterable<number>) => escapeText(Buffer.from([...bytes]).toString("latin1"));
    if (echo.data[0] !== byte)
      throw new AsynError(`got back '${shown(echo.data)}' instead of '${shown([byte])}'`);
  }

  #sendBytes(bytes: Uint8Array, timeoutSeconds: number): Promise<void> {
    const { device } = this.#line;
    return new Promise((resolve, reject) => {
      const timer = timeout(timeoutSeconds, () =>
        reject(new AsynError(`${device} write timeout`, "Timeout")),
      );
      this.#line.send(bytes, (error) => {
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
    this.#tellHeard();
    const { eos, maxBytes } = reader;
    const terminator = eos.length === 0 || !this.processesEos.input ? -1 : this.#received.indexOf(eos);
    if (terminator >= 0 && terminator + eos.length <= maxBytes) {
      const data = this.#take(terminator);
      this.#take(eos.length);
      reader.settle({ data, end: EOM.EOS });
    } else if (this.#received.length >= maxBytes) {
      const data = this.#take(maxBytes);
      this.#nextMessage();
      reader.settle({ data, end: EOM.COUNT });
    } else if (!this.processesEos.input && this.#received.length > 0) {
      const data = this.#take(this.#received.length);
      this.#nextMessage();
      reader.settle({ data, end: EOM.NONE });
    } else if (this.#ended) {
      this.#ended = false;
      reader.settle({ data: this.#take(this.#received.length), end: EOM.END });
    }
  }

  /** What a reading leaves of a message is lost. */
  #nextMessage(): void {
    if (this.#line.keepsMessages() && !this.processesEos.input)
      this.#received = this.#messages.shift() ?? NOTHING;
  }

  #tellHeard(): void {
    if (this.#unheard.length > 0) this.#heard.next(Uint8Array.from(this.#unheard));
    this.#unheard = NOTHING;
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
