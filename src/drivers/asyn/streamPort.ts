import { BehaviorSubject } from "rxjs";
import { logger } from "../../libcom/log.js";
import { OctetStream } from "./octetStream.js";
import { AsynError, type Port, type PortOptions } from "./portDriver.js";
import { PortSwitches } from "./portSwitches.js";
import { PortTrace } from "./portTrace.js";

const RECONNECT_SECONDS = 2;

export interface StreamPortOptions {
  /** Replies are whatever has come: nothing is added to requests and no terminator is looked for. */
  readonly noProcessEos?: boolean;
  /** The port waits until somebody asks it to connect. */
  readonly noAutoConnect?: boolean;
}

/**
 * A device behind a stream of bytes: text with terminators, one request at a time, connecting again after a loss. Drivers say how the
 * stream is opened and written, and tell what comes of it.
 */
export abstract class StreamPort implements Port {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(false);
  readonly octet: OctetStream;
  readonly trace: PortTrace;
  readonly link = new PortSwitches({
    connect: () => this.#connect(),
    disconnect: () => this.disconnect(),
  });
  abstract readonly options: PortOptions;
  readonly #log;
  readonly #counts = { connects: 0, written: 0, read: 0 };
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #complained = false;

  constructor(portName: string, logName: string, noProcessEos = false) {
    this.portName = portName;
    this.#log = logger(logName);
    this.trace = new PortTrace(portName);
    const device = () => this.device;
    this.octet = new OctetStream(
      {
        get device() {
          return device();
        },
        keepsMessages: () => this.keepsMessages,
        problem: () => this.#problem(),
        send: (bytes, done) => {
          this.trace.driverIo(this.device, "write", bytes);
          this.#counts.written += bytes.length;
          this.send(bytes, done);
        },
        givesUpSilence: () => this.givesUpSilence(),
      },
      !noProcessEos,
    );
  }

  parameter(): undefined {
    return undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.shut();
    this.octet.end();
    this.connected$.complete();
  }

  get numberConnects(): number {
    return this.#counts.connects;
  }

  abstract report(level: number): string[];

  /** Of reports. */
  protected get trafficLines(): string[] {
    const { written, read } = this.#counts;
    return [`    Characters written: ${written}`, `       Characters read: ${read}`];
  }

  /** How messages and traces name the device. */
  protected abstract get device(): string;
  /** Begins to open the stream, if it is not open: `opened` or `lost` say what came of it. */
  protected abstract open(): void;
  /** Lets the stream go; nothing more is told of it. */
  protected abstract shut(): void;
  protected abstract send(bytes: Uint8Array, done: (error?: Error | null) => void): void;

  /** What comes in pieces stays in pieces: each is a reply of its own where no terminator is looked for. */
  protected get keepsMessages(): boolean {
    return false;
  }

  /** A read found nothing in time. True when that is taken for a broken connection, which is then given up. */
  protected givesUpSilence(): boolean {
    return false;
  }

  /** Called by a driver's constructor once it can open the stream. */
  protected begin({ noAutoConnect = false }: StreamPortOptions): void {
    if (noAutoConnect) this.link.autoConnect = false;
    else this.#connect();
  }

  protected opened(): void {
    this.#complained = false;
    this.#counts.connects += 1;
    this.octet.flush();
    this.connected$.next(true);
  }

  protected received(bytes: Buffer): void {
    this.trace.driverIo(this.device, "read", bytes);
    this.#counts.read += bytes.length;
    this.octet.accept(bytes);
  }

  /** Tells what is wrong, once until the stream is open again. */
  protected complain(message: string): void {
    if (!this.#complained) this.#log.warn(`${this.portName}: ${this.device}: ${message}`);
    this.#complained = true;
  }

  /** The stream has ended: what has come is the reply, and after a while it is opened again. */
  protected lost(): void {
    this.octet.end();
    if (this.#closed) return;
    if (this.connected$.value) this.connected$.next(false);
    if (!this.link.autoConnect) return;
    this.#retry = setTimeout(() => this.#connect(), RECONNECT_SECONDS * 1000);
    this.#retry.unref();
  }

  protected disconnect(): void {
    this.shut();
    this.lost();
  }

  /** Opens the stream anew, as another device or with other settings. */
  protected reopen(): void {
    this.disconnect();
    if (this.link.autoConnect) this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (!this.#closed) this.open();
  }

  #problem(): AsynError | undefined {
    if (!this.link.enabled) return new AsynError(`port ${this.portName} disabled`, "Disabled");
    if (!this.connected$.value)
      return new AsynError(`port ${this.portName} not connected to ${this.device}`, "Disconnected");
    return undefined;
  }
}
