import { connect, type Socket } from "node:net";
import { failed, ok, type Result } from "../../libcom/result.js";
import type { PortOptions } from "./portDriver.js";
import { StreamPort, type StreamPortOptions } from "./streamPort.js";

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

/** A device at the other end of a TCP connection, as drvAsynIPPort. */
export class IpPort extends StreamPort {
  readonly options: PortOptions = {
    get: (key) => this.#option(key),
    set: (key, value) => this.#setOption(key, value),
  };
  #address: Address;
  #disconnectOnReadTimeout = false;
  #socket: Socket | undefined;

  /** @param hostInfo `host:port`, with ` TCP` or nothing behind it; throws for anything else */
  constructor(portName: string, hostInfo: string, options: StreamPortOptions = {}) {
    const address = parseHostInfo(hostInfo);
    if (!address.ok) throw new Error(`asyn port "${portName}": ${address.error}`);
    super(portName, "asyn.ip", options.noProcessEos);
    this.#address = address.value;
    this.begin(options);
  }

  get label(): string {
    return `Port ${this.device}`;
  }

  protected override get device(): string {
    return this.#address.text;
  }

  protected override open(): void {
    if (this.#socket !== undefined) return;
    const { host, tcpPort } = this.#address;
    const socket = connect({ host, port: tcpPort, noDelay: true });
    this.#socket = socket;
    socket.on("connect", () => this.opened());
    socket.on("data", (data) => this.received(data));
    socket.on("error", (error) => this.complain(error.message));
    socket.on("close", () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.lost();
    });
  }

  protected override shut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  protected override send(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    this.#socket?.write(bytes, done);
  }

  protected override givesUpSilence(): boolean {
    if (this.#disconnectOnReadTimeout) this.disconnect();
    return this.#disconnectOnReadTimeout;
  }

  #option(key: string): Result<string> {
    switch (key.toLowerCase()) {
      case "disconnectonreadtimeout":
        return ok(this.#disconnectOnReadTimeout ? "Y" : "N");
      case "hostinfo":
        return ok(this.device);
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
    this.reopen();
    return ok(undefined);
  }
}
