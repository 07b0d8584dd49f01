import type { Result } from "../libcom/result.js";
import type { AttachedDevice } from "./deviceSupport.js";

/** Interfaces of asyn that hold one number of a parameter. */
export type AsynRegister = "Int32" | "UInt32Digital" | "Float64";

/** Interfaces that a port may have. */
export type AsynInterface = AsynRegister | "Octet" | "Option";

/** What ends a reply, and what is sent after a request. */
export type EosName = "inputEos" | "outputEos";

/** One exchange of text with a device, as the asyn record asks for it. */
export interface OctetExchange {
  /** What to send first; undefined only reads. */
  readonly write: Uint8Array | undefined;
  /** How many bytes to read at most; undefined only writes. */
  readonly maxBytes: number | undefined;
  /** Bytes as they are, without the port's terminators. */
  readonly rawOutput: boolean;
  readonly rawInput: boolean;
  readonly timeoutSeconds: number;
}

/** What an exchange came to. */
export interface OctetOutcome {
  readonly reply: Uint8Array;
  /** Why the reply ended, bits of asynOctet: 1 for the count, 2 for the terminator, 4 for the end. */
  readonly end: number;
  readonly failure?: {
    readonly direction: "write" | "read" | "cancelled";
    readonly kind: "timeout" | "overflow" | "error";
    readonly message: string;
  };
}

/** What a port tells of its traffic: masks of asyn. */
export interface AsynTraceMasks {
  mask: number;
  ioMask: number;
  infoMask: number;
  truncateSize: number;
}

export interface AsynTrace extends AsynTraceMasks {
  /** Where it is told: a file, or the console for no name, `<stdout>`, `<stderr>` and `<errlog>`. */
  setFile(name: string): Result<void>;
  error(text: string): void;
}

/** A port's connection: whether there is one, whether it is made anew when lost, whether the port may be used. */
export interface AsynPortStatus {
  readonly connected: boolean;
  readonly autoConnect: boolean;
  readonly enabled: boolean;
}

/** What the asyn record sees of the ports of its process. */
export interface AsynRecordDevice extends AttachedDevice {
  /** Which port the record talks to; undefined, or what is wrong with the name. */
  select(portName: string, address: number): string | undefined;
  /** Lets the port go; the record keeps showing it. */
  leave(): void;
  /** No port: no such one was selected. Unusable: let go, not connected or disabled. */
  readonly state: "noPort" | "unusable" | "ready";
  supports(name: AsynInterface): boolean;
  /** Undefined without a port. */
  readonly status: AsynPortStatus | undefined;
  /** Called when `status` or the trace changes. */
  onStatus: (() => void) | undefined;
  setConnected(connected: boolean): void;
  setAutoConnect(on: boolean): void;
  setEnabled(on: boolean): void;

  /** The selected port's tracing; undefined without a port. */
  readonly trace: AsynTrace | undefined;

  /** The parameter that is read and written; its place in the port. */
  readonly reason: number;
  /** Selects a parameter by its place. */
  selectReason(reason: number): void;
  /** Selects a parameter by its name; undefined, or what is wrong with the name. */
  selectParameter(drvInfo: string): string | undefined;
  readRegister(type: AsynRegister, mask: number): Result<number>;
  writeRegister(
    type: AsynRegister,
    value: number,
    mask: number,
  ): Result<undefined> | Promise<Result<undefined>>;
  /** The value that made the record process with SCAN "I/O Intr", once. */
  takeInterrupt(): number | string | undefined;

  /** Empty where the port does not know an option. */
  option(key: string): string;
  setOption(key: string, value: string): Result<void>;
  eos(name: EosName): string;
  setEos(name: EosName, eos: string): Result<void>;

  flush(): void;
  exchange(exchange: OctetExchange): Promise<OctetOutcome>;
  /** Takes back an exchange that has not begun. */
  cancel(): void;
}

export const isAsynRecordDevice = (device: AttachedDevice | undefined): device is AsynRecordDevice =>
  device !== undefined && "exchange" in device;
