import { connect, type Socket } from "node:net";
import { BehaviorSubject } from "rxjs";
import { logger } from "../../libcom/log.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import { OctetStream } from "./octetStream.js";
import { AsynError, type Port, type PortOptions } from "./portDriver.js";
import { PortSwitches } from "./portSwitches.js";
import { PortTrace } from "./portTrace.js";

const log = logger("asyn.ip");

const RECONNECT_SECONDS = 2;

interface Address {
  readonly host: string;
  readonly tcpPort: number;
  /** As asyn shows it. */
  readonly text: string;
}

/** `host:port`, with ` TCP` or nothing behind it. */
function parseHostInfo(hostInfo: string): Result<Address> {
  const match = /^\s*([^\s:]+):(\d+)(?::\d+)?(?:\s+TCP)?\s*$/i.exec(hostInfo);
  if (match === null) return failed(`"${hostInfo}" is not host:port`);
  const [, host = "", tcpPort = ""] = match;
  return ok({ host, tcpPort: Number(tcpPort), text: `${host}:${tcpPort}` });
}

export interface IpPortOptions {
  /** Replies are whatever has come: nothing is added to requests and no terminator is looked for. */
  readonly noProcessEos?: boolean;
  /** The port waits until somebody asks it to connect. */
  readonly noAutoConnect?: boolean;
}

/** A device at the other end of a TCP connection, as drvAsynIPPort: text with terminators, one request at a time, reconnecting. */
export class IpPort implements Port {
  readonly portName: string;
  readonly connected$ = new BehaviorSubject(false);
  readonly octet: OctetStream;
  readonly trace: PortTrace;
  readonly link = new PortSwitches({
    connect: () => this.#connect(),
    disconnect: () => this.#socket?.destroy(),
  });
  readonly options: PortOptions = {
    get: (key) => this.#option(key),
    set: (key, value) => this.#setOption(key, value),
  };
  #address: Address;
  #disconnectOnReadTimeout = false;
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  #complained = false;

  /** @param hostInfo `host:port`, with ` TCP` or nothing behind it; throws for anything else */
  constructor(portName: string, hostInfo: string, options: IpPortOptions = {}) {
    const address = parseHostInfo(hostInfo);
    if (!address.ok) throw new Error(`asyn port "${portName}": ${address.error}`);
    this.portName = portName;
    this.#address = address.value;
    this.octet = this.#stream(options.noProcessEos !== true);
    this.trace = new PortTrace(portName);
    if (options.noAutoConnect === true) this.link.autoConnect = false;
    else this.#connect();
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

  /** How messages and traces name the device. */
  get #device(): string {
    return this.#address.text;
  }

  #stream(processesEos: boolean): OctetStream {
    const device = () => this.#device;
    return new OctetStream(
      {
        get device() {
          return device();
        },
        problem: () => this.#problem(),
        send: (bytes, done) => {
          this.trace.driverIo(this.#device, "write", bytes);
          this.#socket?.write(bytes, done);
        },
        givesUpSilence: () => {
          if (this.#disconnectOnReadTimeout) this.#socket?.destroy();
          return this.#disconnectOnReadTimeout;
        },
      },
      processesEos,
    );
  }

  #problem(): AsynError | undefined {
    if (!this.link.enabled) return new AsynError(`port ${this.portName} disabled`, "Disabled");
    if (!this.connected$.value)
      return new AsynError(`port ${this.portName} not connected to ${this.#device}`, "Disconnected");
    return undefined;
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#closed || (this.#socket !== undefined && !this.#socket.destroyed)) return;
    const { host, tcpPort } = this.#address;
    const socket = connect({ host, port: tcpPort, noDelay: true });
    this.#socket = socket;
    socket.on("connect", () => {
      this.#complained = false;
      this.octet.flush();
      this.connected$.next(true);
    });
    socket.on("data", (data) => {
      this.trace.driverIo(this.#device, "read", data);
      this.octet.accept(data);
    });
    socket.on("error", (error) => {
      if (!this.#complained) log.warn(`${this.portName}: ${this.#device}: ${error.message}`);
      this.#complained = true;
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#disconnected();
    });
  }

  #disconnected(): void {
    this.octet.end();
    if (this.#closed) return;
    if (this.connected$.value) this.connected$.next(false);
    if (!this.link.autoConnect) return;
    this.#retry = setTimeout(() => this.#connect(), RECONNECT_SECONDS * 1000);
    this.#retry.unref();
  }

  #option(key: string): Result<string> {
    switch (key.toLowerCase()) {
      case "disconnectonreadtimeout":
        return ok(this.#disconnectOnReadTimeout ? "Y" : "N");
      case "hostinfo":
        return ok(this.#device);
      default:
        return failed(`Unsupported key "${key}"`);
    }
  }

  #setOption(key: string, value: string): Result<void> {
    switch (key.toLowerCase()) {
      case "disconnectonreadtimeout":
        if (!/^[yn]$/i.test(value)) return failed("Invalid disconnectOnReadTimeout value.");
        this.#disconnectOnReadTimeout = /y/i.test(value);
        return ok(undefined);
      case "hostinfo":
        return this.#moveTo(value);
      default:
        return failed(`Unsupported key "${key}"`);
    }
  }

  /** Talks to another device from now on. */
  #moveTo(hostInfo: string): Result<void> {
    const address = parseHostInfo(hostInfo);
    if (!address.ok) return address;
    this.#address = address.value;
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#disconnected();
    if (this.link.autoConnect) this.#connect();
    return ok(undefined);
  }
}
