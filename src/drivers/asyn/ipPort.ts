import type { Socket } from "node:net";
import { failed, ok, type Result } from "../../libcom/result.js";
import { ComPortControl } from "./comPortControl.js";
import { type DeviceAddress, type Protocol, parseHostInfo } from "./hostInfo.js";
import {
  type IpConnection,
  type IpConnectionEvents,
  openConnection,
  socketConnection,
} from "./ipConnection.js";
import type { PortOptions } from "./portDriver.js";
import { StreamPort, type StreamPortOptions } from "./streamPort.js";

export interface IpPortOptions extends StreamPortOptions {
  /** How long making a connection may take; as long as the system tries when absent. */
  readonly connectTimeoutSeconds?: number;
}

const PLAIN: Protocol = { transport: "tcp" };

const protocolOf = (address: DeviceAddress): Protocol =>
  address.transport === "unix" ? PLAIN : address.protocol;

/** A device at the other end of a socket, as drvAsynIPPort. */
export class IpPort extends StreamPort {
  readonly options: PortOptions = {
    get: (key) => this.#option(key),
    set: (key, value) => this.#setOption(key, value),
  };
  readonly #connectTimeoutSeconds: number | undefined;
  /** The serial line behind a terminal server; what a port begins as it stays, as in asyn. */
  readonly #comPort: ComPortControl | undefined;
  #address: DeviceAddress;
  #disconnectOnReadTimeout = false;
  #connection: IpConnection | undefined;

  /** @param hostInfo `host:port[:localPort] [protocol]` or `unix://path`; throws for anything else */
  constructor(portName: string, hostInfo: string, options: IpPortOptions = {}) {
    const address = parseHostInfo(hostInfo);
    if (!address.ok) throw new Error(`asyn port "${portName}": ${address.error}`);
    super(portName, "asyn.ip", options.noProcessEos);
    this.#address = address.value;
    this.#connectTimeoutSeconds = options.connectTimeoutSeconds;
    if (protocolOf(address.value).controlsComPort === true)
      this.#comPort = new ComPortControl({
        send: (bytes) => this.#connection?.send(bytes, () => {}),
        complain: (message) => this.trace.error(`${portName}: ${message}`),
      });
    this.begin(options);
  }

  /** Talks to the peer that has connected to a server. */
  accept(socket: Socket): void {
    this.#connection?.close();
    this.#connection = socketConnection(socket, this.#events());
    this.opened();
  }

  override report(level: number): string[] {
    const isOpen = this.#connection !== undefined && this.connected$.value;
    const state = `    Port ${this.device}: ${isOpen ? "Connected" : "Disconnected"}`;
    return [...(level < 1 ? [] : [state]), ...(level < 2 ? [] : this.trafficLines)];
  }

  protected override get device(): string {
    return this.#address.text;
  }

  protected override get keepsMessages(): boolean {
    return this.#address.transport === "udp";
  }

  protected override open(): void {
    if (this.#connection !== undefined) return;
    // Such a port is always ready: it connects for each request.
    if (this.#isPerTransaction) this.opened();
    else this.#openConnection();
  }

  protected override shut(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.close();
  }

  protected override send(bytes: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.#connection === undefined && this.#isPerTransaction) this.#openConnection();
    this.#connection?.send(this.#comPort?.encode(bytes) ?? bytes, done);
  }

  protected override givesUpSilence(): boolean {
    if (this.#disconnectOnReadTimeout) this.disconnect();
    return this.#disconnectOnReadTimeout;
  }

  get #isPerTransaction(): boolean {
    return protocolOf(this.#address).perTransaction === true;
  }

  #openConnection(): void {
    this.#connection = openConnection(this.#address, this.#events(), this.#connectTimeoutSeconds);
  }

  #events(): IpConnectionEvents {
    return {
      opened: () => {
        this.#comPort?.begin();
        if (!this.#isPerTransaction) this.opened();
      },
      received: (bytes) => {
        const data = this.#comPort?.decode(bytes) ?? bytes;
        if (data.length > 0) this.received(data);
      },
      failed: (message) => this.complain(message),
      closed: () => {
        this.#connection = undefined;
        if (this.#isPerTransaction) this.octet.end();
        else this.lost();
      },
    };
  }

  #option(key: string): Result<string> {
    switch (key.toLowerCase()) {
      case "disconnectonreadtimeout":
        return ok(this.#disconnectOnReadTimeout ? "Y" : "N");
      case "hostinfo":
        return ok(this.device);
      default:
        return this.#comPort?.option(key) ?? failed(`Unsupported key "${key}"`);
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
        return this.#comPort?.setOption(key, value) ?? failed(`Unsupported key "${key}"`);
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
