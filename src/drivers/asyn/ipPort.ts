import { connect, type Socket } from "node:net";
import { BehaviorSubject } from "rxjs";
import { logger } from "../../libcom/log.js";
import type { OctetInterface, Port, PortLink } from "./portDriver.js";
import { PortTrace } from "./portTrace.js";

const log = logger("asyn.ip");

const RECONNECT_SECONDS = 2;

interface Reader {
  readonly eos: Buffer;
  resolve(reply: Uint8Array): void;
  reject(error: Error): void;
}

/** A device at the other end of a TCP connection, as drvAsynIPPort: text with terminators, one request at a time, reconnecting. */
export class IpPort implements Port {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(false);
  readonly octet: OctetInterface;
  readonly trace: PortTrace;
  readonly link: PortLink = {
    autoConnect: true,
    enabled: true,
    connect: () => this.#connect(),
    disconnect: () => this.#socket?.destroy(),
  };
  readonly #host: string;
  readonly #tcpPort: number;
  /** How messages and traces name it. */
  readonly #device: string;
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #reader: Reader | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #complained = false;

  /** @param hostInfo `host:port`, with ` TCP` or nothing behind it; throws for anything else */
  constructor(portName: string, hostInfo: string) {
    const match = /^\s*([^\s:]+):(\d+)(?::\d+)?(?:\s+TCP)?\s*$/i.exec(hostInfo);
    if (match === null) throw new Error(`asyn port "${portName}": "${hostInfo}" is not host:port`);
    this.portName = portName;
    this.#host = match[1] ?? "";
    this.#tcpPort = Number(match[2]);
    this.#device = `${this.#host}:${this.#tcpPort}`;
    this.octet = this.#octetInterface();
    this.trace = new PortTrace(portName);
    this.#connect();
  }

  parameter(): undefined {
    return undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    this.connected$.complete();
  }

  #octetInterface(): OctetInterface {
    const octet: OctetInterface = {
      inputEos: "",
      outputEos: "",
      writeRead: (request, { timeoutSeconds, inputEos }) =>
        this.#inTurn(async () => {
          this.#received = Buffer.alloc(0);
          await this.#send(request, octet.outputEos ?? "", timeoutSeconds);
          return this.#receive(inputEos ?? octet.inputEos ?? "", timeoutSeconds);
        }),
      write: (request, { timeoutSeconds }) =>
        this.#inTurn(() => this.#send(request, octet.outputEos ?? "", timeoutSeconds)),
      read: ({ timeoutSeconds, inputEos }) =>
        this.#inTurn(() => this.#receive(inputEos ?? octet.inputEos ?? "", timeoutSeconds)),
    };
    return octet;
  }

  /** Requests wait for the one before, whether that succeeds or not. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    if (!this.link.enabled) return Promise.reject(new Error(`port ${this.portName} disabled`));
    const turn = this.#queue.then(action, action);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed || (this.#socket !== undefined && !this.#socket.destroyed)) return;
    const socket = connect({ host: this.#host, port: this.#tcpPort, noDelay: true });
    this.#socket = socket;
    socket.on("connect", () => {
      this.#complained = false;
      this.connected$.next(true);
    });
    socket.on("data", (data) => {
      this.trace.driverIo(this.#device, "read", data);
      this.#received = Buffer.concat([this.#received, data]);
      this.#satisfyReader();
    });
    socket.on("error", (error) => {
      if (!this.#complained) log.warn(`${this.portName}: ${this.#device}: ${error.message}`);
      this.#complained = true;
    });
    socket.on("close", () => this.#disconnected());
  }

  #disconnected(): void {
    this.#reader?.reject(new Error(`${this.portName}: disconnected`));
    this.#reader = undefined;
    if (this.#closed) return;
    if (this.connected$.value) this.connected$.next(false);
    if (!this.link.autoConnect) return;
    this.#retry = setTimeout(() => this.#connect(), RECONNECT_SECONDS * 1000);
    this.#retry.unref();
  }

  #send(request: Uint8Array, eos: string, timeoutSeconds: number): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined || !this.connected$.value)
      return Promise.reject(new Error(`${this.portName}: not connected to ${this.#device}`));
    const message = Buffer.concat([request, Buffer.from(eos, "latin1")]);
    this.trace.driverIo(this.#device, "write", message);
    return withTimeout(`${this.portName}: write`, timeoutSeconds, (resolve, reject) => {
      socket.write(message, (error) => (error ? reject(error) : resolve(undefined)));
    });
  }

  #receive(eos: string, timeoutSeconds: number): Promise<Uint8Array> {
    const waiting = withTimeout<Uint8Array>(`${this.portName}: read`, timeoutSeconds, (resolve, reject) => {
      this.#reader = { eos: Buffer.from(eos, "latin1"), resolve, reject };
      this.#satisfyReader();
    });
    return waiting.finally(() => {
      this.#reader = undefined;
    });
  }

  /** A reply ends at its terminator; without one it is whatever has come. */
  #satisfyReader(): void {
    const reader = this.#reader;
    if (reader === undefined || this.#received.length === 0) return;
    const { eos } = reader;
    const end = eos.length === 0 ? this.#received.length : this.#received.indexOf(eos);
    if (end < 0) return;
    const reply = Uint8Array.from(this.#received.subarray(0, end));
    this.#received = this.#received.subarray(end + eos.length);
    reader.resolve(reply);
  }
}

function withTimeout<T>(
  what: string,
  seconds: number,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${what}: no answer within ${seconds} s`)),
      Math.max(seconds, 0) * 1000,
    );
    start(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
