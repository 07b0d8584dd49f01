import { Subscription } from "rxjs";
import type { AsynRecordDevice, AsynTraceMasks, OctetExchange } from "../../records/asynDevice.js";
import type { DeviceSupport } from "../../records/deviceSupport.js";
import type { Port } from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";

class SelectedPort implements AsynRecordDevice {
  onConnection: (() => void) | undefined;
  readonly #ports: PortRegistry;
  #portName = "";
  #port: Port | undefined;
  #connection = new Subscription();
  #connected = false;

  constructor(ports: PortRegistry) {
    this.#ports = ports;
  }

  get octetValid(): boolean {
    return this.#port?.octet !== undefined;
  }

  get connected(): boolean {
    return this.#connected;
  }

  get inputEos(): string {
    return this.#port?.octet?.inputEos ?? "";
  }

  set inputEos(eos: string) {
    if (this.#port?.octet !== undefined) this.#port.octet.inputEos = eos;
  }

  get outputEos(): string {
    return this.#port?.octet?.outputEos ?? "";
  }

  set outputEos(eos: string) {
    if (this.#port?.octet !== undefined) this.#port.octet.outputEos = eos;
  }

  get autoConnect(): boolean {
    return this.#port?.link?.autoConnect ?? true;
  }

  set autoConnect(on: boolean) {
    if (this.#port?.link !== undefined) this.#port.link.autoConnect = on;
  }

  get enabled(): boolean {
    return this.#port?.link?.enabled ?? true;
  }

  set enabled(on: boolean) {
    if (this.#port?.link !== undefined) this.#port.link.enabled = on;
  }

  get trace(): AsynTraceMasks | undefined {
    return this.#port?.trace;
  }

  setConnected(connected: boolean): void {
    if (connected) this.#port?.link?.connect();
    else this.#port?.link?.disconnect();
  }

  select(portName: string): string | undefined {
    this.#connection.unsubscribe();
    this.#connected = false;
    this.#portName = portName;
    this.#port = this.#ports.get(portName);
    if (this.#port === undefined) return portName === "" ? undefined : this.#missing();
    this.#connection = this.#port.connected$.subscribe((connected) => {
      if (connected === this.#connected) return;
      this.#connected = connected;
      this.onConnection?.();
    });
    return undefined;
  }

  async exchange({ write, read, timeoutSeconds }: OctetExchange): Promise<Uint8Array> {
    if (this.#port === undefined) throw new Error(this.#missing());
    const { octet } = this.#port;
    if (octet === undefined) throw new Error(`asyn port "${this.#portName}" exchanges no text`);
    if (write !== undefined && read) return octet.writeRead(write, { timeoutSeconds });
    if (read) return octet.read({ timeoutSeconds });
    if (write !== undefined) await octet.write(write, { timeoutSeconds });
    return new Uint8Array();
  }

  detach(): void {
    this.#connection.unsubscribe();
  }

  #missing(): string {
    return this.#portName === "" ? "no asyn port is selected" : `asyn port "${this.#portName}" not found`;
  }
}

/** Lets asyn records talk to the ports of this process. */
export const asynRecordDeviceSupport = (ports: PortRegistry): DeviceSupport => ({
  dtyp: "asynRecordDevice",
  recordTypes: ["asyn"],
  attach: () => new SelectedPort(ports),
});
