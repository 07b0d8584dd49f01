import { merge, Observable, Subscription } from "rxjs";
import { errorMessage } from "../../libcom/errorMessage.js";
import { failed, ok, type Result } from "../../libcom/result.js";
import type {
  AsynInterface,
  AsynPortStatus,
  AsynRecordDevice,
  AsynRegister,
  EosName,
  OctetExchange,
  OctetOutcome,
} from "../../records/asynDevice.js";
import type { DeviceRecord, DeviceSupport } from "../../records/deviceSupport.js";
import { maskedDigital } from "./bits.js";
import { parameterOctet } from "./parameterOctet.js";
import {
  AsynError,
  CancelledError,
  EOM,
  type OctetInterface,
  type OctetOptions,
  type OctetReply,
  type Parameter,
  type ParameterType,
  type Port,
  type PortLink,
} from "./portDriver.js";
import type { PortRegistry } from "./portRegistry.js";
import type { PortTrace } from "./portTrace.js";
import { setTerminator, type Terminators } from "./terminators.js";

/** The interfaces that IFACE chooses between, in the order of its menu. */
const INTERFACES = ["Octet", "Int32", "UInt32Digital", "Float64"] as const;

/** asynParamWrongType, asynParamUndefined and asynParamBadIndex, which asynPortDriver's messages have as numbers. */
const PARAM_STATUS = { wrongType: 8, undefined: 10, badIndex: 7 } as const;

/** What a register's value is called in those messages. */
const NO_VALUE = {
  Int32: () => "0",
  UInt32Digital: (mask: number) => `0 mask=${mask}`,
  Float64: () => "0.000000",
};

class SelectedPort implements AsynRecordDevice {
  onStatus: (() => void) | undefined;
  readonly #ports: PortRegistry;
  readonly #record: DeviceRecord;
  #port: Port | undefined;
  #address = 0;
  #left = false;
  #status = new Subscription();
  #connected = false;
  #reason = 0;
  #interrupt: number | string | undefined;
  #queued: AbortController | undefined;
  /** Terminators of a port whose texts are parameters: kept, and without a meaning. */
  readonly #unusedEos: Terminators = {};

  constructor(ports: PortRegistry, record: DeviceRecord) {
    this.#ports = ports;
    this.#record = record;
  }

  select(portName: string, address: number): string | undefined {
    this.#status.unsubscribe();
    this.#port = this.#ports.get(portName);
    this.#address = address;
    this.#left = false;
    this.#connected = false;
    const port = this.#port;
    if (port === undefined) return `asynManager:connectDevice port ${portName} not found`;
    if (port.parameterNames === undefined) this.#reason = 0;
    this.#status = this.#follow(port);
    return undefined;
  }

  leave(): void {
    this.#left = true;
  }

  get state(): "noPort" | "unusable" | "ready" {
    if (this.#port === undefined) return "noPort";
    return !this.#left && this.#connected && this.#link?.enabled === true ? "ready" : "unusable";
  }

  supports(name: AsynInterface): boolean {
    const port = this.#port;
    if (port === undefined) return false;
    if (name === "Option") return port.options !== undefined;
    if (name === "Octet" && port.octet !== undefined) return true;
    return this.#names().some((each) => port.parameter(each, this.#address)?.type === name);
  }

  get status(): AsynPortStatus | undefined {
    const link = this.#link;
    if (link === undefined) return undefined;
    const { autoConnect, enabled } = link;
    return { connected: this.#connected, autoConnect, enabled };
  }

  setConnected(connected: boolean): void {
    if (connected) this.#link?.connect();
    else this.#link?.disconnect();
  }

  setAutoConnect(on: boolean): void {
    if (this.#link !== undefined) this.#link.autoConnect = on;
  }

  setEnabled(on: boolean): void {
    if (this.#link !== undefined) this.#link.enabled = on;
  }

  get trace(): PortTrace | undefined {
    return this.#port && this.#ports.traceOf(this.#port);
  }

  get reason(): number {
    return this.#reason;
  }

  selectReason(reason: number): void {
    this.#reason = reason;
  }

  selectParameter(drvInfo: string): string | undefined {
    if (this.#port?.parameterNames === undefined) return "asynDrvUser not supported but drvInfo not blank";
    const reason = this.#names().indexOf(drvInfo);
    if (reason < 0) return "Error in asynDrvUser->create()";
    this.#reason = reason;
    return undefined;
  }

  readRegister(type: AsynRegister, mask: number): Result<number> {
    const parameter = this.#register(type, mask);
    if (!parameter.ok) return parameter;
    const { value, status } = parameter.value;
    if (value === undefined) return failed(this.#problem(`read${type}`, PARAM_STATUS.undefined, type, mask));
    if (status !== "Success") return failed(`${parameter.value.name} ${status}`);
    return ok(Number(value));
  }

  writeRegister(
    type: AsynRegister,
    value: number,
    mask: number,
  ): Result<undefined> | Promise<Result<undefined>> {
    const parameter = this.#register(type, mask, "write");
    if (!parameter.ok) return parameter;
    const refused = (error: unknown) => failed(errorMessage(error));
    try {
      const pending = parameter.value.write(value);
      return pending === undefined ? ok(undefined) : pending.then(() => ok(undefined), refused);
    } catch (error) {
      return refused(error);
    }
  }

  takeInterrupt(): number | string | undefined {
    const taken = this.#interrupt;
    this.#interrupt = undefined;
    return taken;
  }

  /** Values that the driver sets to the selected parameter, until the record has taken one only the first of them. */
  readonly ioIntr$: Observable<unknown> = new Observable((subscriber) => {
    this.#interrupt = undefined;
    const type = INTERFACES[Number(this.#record.getField("IFACE"))] ?? "Octet";
    const parameter = this.#parameter();
    if (parameter?.type !== type) return undefined;
    const mask = Number(this.#record.getField("UI32MASK"));
    let present = parameter.value !== undefined;
    return this.#masked(parameter, mask).value$.subscribe((value) => {
      if (!present && this.#interrupt === undefined) {
        this.#interrupt = typeof value === "string" ? value : Number(value);
        subscriber.next(value);
      }
      present = false;
    });
  });

  option(key: string): string {
    const value = this.#port?.options?.get(key);
    return value?.ok === true ? value.value : "";
  }

  setOption(key: string, value: string): Result<void> {
    return this.#port?.options?.set(key, value) ?? failed("No asynOption interface");
  }

  eos(direction: EosName): string {
    return (this.#port?.octet ?? this.#unusedEos)[direction] ?? "";
  }

  setEos(direction: EosName, eos: string): Result<void> {
    const terminators = this.#port?.octet ?? this.#unusedEos;
    return setTerminator(terminators, direction, eos, this.#port?.portName ?? "");
  }

  flush(): void {
    this.#octet()?.flush?.();
  }

  async exchange(exchange: OctetExchange): Promise<OctetOutcome> {
    const octet = this.#octet();
    if (octet === undefined) return failure(new AsynError("No asynOctet interface"), "read");
    const queued = new AbortController();
    this.#queued = queued;
    const { write, maxBytes } = exchange;
    const options: OctetOptions = {
      timeoutSeconds: exchange.timeoutSeconds,
      signal: queued.signal,
      ...(maxBytes === undefined ? {} : { maxBytes }),
      ...(exchange.rawInput ? { inputEos: "" } : {}),
      ...(exchange.rawOutput ? { outputEos: "" } : {}),
    };
    try {
      if (write === undefined) return success(await octet.read(options));
      if (maxBytes !== undefined) return success(await octet.writeRead(write, options));
      await octet.write(write, options);
      return { reply: new Uint8Array(), end: EOM.NONE };
    } catch (error) {
      if (error instanceof CancelledError) return failure(error, "cancelled");
      return failure(error, maxBytes === undefined ? "write" : "read");
    } finally {
      this.#queued = undefined;
    }
  }

  cancel(): void {
    this.#queued?.abort();
  }

  detach(): void {
    this.#status.unsubscribe();
  }

  get #link(): PortLink | undefined {
    return this.#port && this.#ports.linkOf(this.#port);
  }

  #follow(port: Port): Subscription {
    const connection = port.connected$.subscribe((connected) => {
      if (connected === this.#connected) return;
      this.#connected = connected;
      this.onStatus?.();
    });
    const changes = merge(this.#ports.traceOf(port).changes$, this.#ports.linkOf(port).changes$);
    connection.add(changes.subscribe(() => this.onStatus?.()));
    return connection;
  }

  #names(): readonly string[] {
    return this.#port?.parameterNames?.(this.#address) ?? [];
  }

  #parameter(): Parameter | undefined {
    const name = this.#names()[this.#reason];
    return name === undefined ? undefined : this.#port?.parameter(name, this.#address);
  }

  #octet(): OctetInterface | undefined {
    return this.#port?.octet ?? (this.#port && parameterOctet(this.#parameter(), this.#reason));
  }

  #register(type: AsynRegister, mask: number, direction: "read" | "write" = "read"): Result<Parameter> {
    const parameter = this.#parameter();
    const problem = parameter === undefined ? PARAM_STATUS.badIndex : PARAM_STATUS.wrongType;
    if (parameter?.type !== type) return failed(this.#problem(`${direction}${type}`, problem, type, mask));
    return ok(this.#masked(parameter, mask));
  }

  #masked(parameter: Parameter, mask: number): Parameter {
    return isDigital(parameter) ? maskedDigital(parameter, mask) : parameter;
  }

  /** As asynPortDriver says it. */
  #problem(what: string, status: number, type: AsynRegister, mask: number): string {
    const name = this.#parameter()?.name ?? "";
    return `asynPortDriver:${what}: status=${status}, function=${this.#reason}, name=${name}, value=${NO_VALUE[type](mask)}`;
  }
}

const isDigital = (parameter: Parameter<ParameterType>): parameter is Parameter<"UInt32Digital"> =>
  parameter.type === "UInt32Digital";

const KINDS: Readonly<Record<string, "timeout" | "overflow">> = { Timeout: "timeout", Overflow: "overflow" };

/** A failed exchange. */
function failure(error: unknown, direction: "write" | "read" | "cancelled"): OctetOutcome {
  const { status, received, end } =
    error instanceof AsynError ? error : { status: "Error", received: new Uint8Array(), end: EOM.NONE };
  const kind = KINDS[status] ?? "error";
  return { reply: received, end, failure: { direction, kind, message: errorMessage(error) } };
}

const success = ({ data, end }: OctetReply): OctetOutcome => ({ reply: data, end });

/** Lets asyn records talk to the ports of this process. */
export const asynRecordDeviceSupport = (ports: PortRegistry): DeviceSupport => ({
  dtyp: "asynRecordDevice",
  recordTypes: ["asyn"],
  attach: (record) => new SelectedPort(ports, record),
});
