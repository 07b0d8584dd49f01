import type { Observable } from "rxjs";
import type { Timestamp } from "../../libcom/epicsTime.js";
import type { Result } from "../../libcom/result.js";
import type { PortTrace } from "./portTrace.js";
import type { Terminators } from "./terminators.js";

/** The asyn parameter types records can reach. */
export type ParameterType =
  | "Int32"
  | "Int64"
  | "UInt32Digital"
  | "Float64"
  | "Octet"
  | "Int8Array"
  | "Int16Array"
  | "Int32Array"
  | "Int64Array"
  | "Float32Array"
  | "Float64Array";

export type ParameterValueOf<T extends ParameterType> = T extends "Octet"
  ? string
  : T extends "Int64"
    ? bigint
    : T extends "Int8Array"
      ? Int8Array | Uint8Array
      : T extends "Int16Array"
        ? Int16Array | Uint16Array
        : T extends "Int32Array"
          ? Int32Array | Uint32Array
          : T extends "Int64Array"
            ? BigInt64Array | BigUint64Array
            : T extends "Float32Array"
              ? Float32Array
              : T extends "Float64Array"
                ? Float64Array
                : number;

/** asynStatus, as records turn it into alarms. */
export type AsynStatus = "Success" | "Timeout" | "Overflow" | "Error" | "Disconnected" | "Disabled";

/** One choice of an integer parameter, as asynEnum gives it to mbbo, mbbi, bo and bi records. */
export interface ParameterChoice {
  readonly name: string;
  readonly value: number;
  /** Index into ALARM_SEVERITIES; NO_ALARM when absent. */
  readonly severity?: number;
}

/** An alarm that a driver gives a parameter; indexes into ALARM_CONDITIONS and ALARM_SEVERITIES, 0 for none. */
export interface ParameterAlarm {
  readonly status: number;
  readonly severity: number;
}

/** What a driver may say of a value besides the value: the present moment and no alarm when it says nothing. */
export interface ValueDetails {
  readonly time?: Timestamp;
  readonly alarm?: ParameterAlarm;
}

/**
 * A named parameter of a port. `set` is what the driver does (asyn's setXxxParam and callParamCallbacks in one); `write` is what
 * records do, and goes through the driver's write handler first.
 */
export interface Parameter<T extends ParameterType = ParameterType> {
  readonly name: string;
  readonly type: T;
  /** The choices of a parameter that has names for its values; records take them over at start, and when they change. */
  readonly choices?: readonly ParameterChoice[];
  readonly choices$?: Observable<readonly ParameterChoice[]>;
  /** Undefined until the first `set` or `write`. */
  readonly value: ParameterValueOf<T> | undefined;
  readonly status: AsynStatus;
  /** When the value or the status was set, and the alarm that the driver gave it. */
  readonly time: Timestamp;
  readonly alarm: ParameterAlarm;
  /** Every change of `status`. */
  readonly status$: Observable<AsynStatus>;
  /** The present value at once if there is one, then every `set`, equal values included. */
  readonly value$: Observable<ParameterValueOf<T>>;
  /** Writes by records that the handler accepted. */
  readonly written$: Observable<ParameterValueOf<T>>;
  set(value: ParameterValueOf<T>, details?: ValueDetails): void;
  setStatus(status: AsynStatus): void;
  /** Rejects or throws with the reason when the driver refuses the value; otherwise stores and publishes it. */
  write(value: ParameterValueOf<T>): void | Promise<void>;
}

/** What a driver does when a record writes a parameter. Returning a value stores that instead (clamping). */
export type WriteHandler<T extends ParameterType> = (
  value: ParameterValueOf<T>,
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing accepts the value
) => ParameterValueOf<T> | void | Promise<ParameterValueOf<T> | void>;

/** How an exchange with a device is made. */
export interface OctetOptions {
  /** Below 0 there is no limit. */
  readonly timeoutSeconds: number;
  /** In the place of the port's own terminators. */
  readonly inputEos?: string;
  readonly outputEos?: string;
  /** A reply ends after so many bytes; the rest is the next reply. */
  readonly maxBytes?: number;
  /** Takes back an exchange that has not begun. */
  readonly signal?: AbortSignal;
}

/** Bits that say why a reply has ended, as asynOctet's. */
export const EOM = { NONE: 0, COUNT: 1, EOS: 2, END: 4 } as const;

export interface OctetReply {
  readonly data: Uint8Array;
  /** Bits of `EOM`. */
  readonly end: number;
}

/** An exchange that failed, and what had come until then. */
export class AsynError extends Error {
  constructor(
    message: string,
    readonly status: Exclude<AsynStatus, "Success"> = "Error",
    readonly received: Uint8Array = new Uint8Array(),
    readonly end: number = EOM.NONE,
  ) {
    super(message);
  }
}

/** An exchange that was taken back before it began. */
export class CancelledError extends AsynError {
  constructor() {
    super("I/O request canceled");
  }
}

/** Request and reply text for the asyn record (asynOctet). Settles with the reply, rejects with the reason. */
export interface OctetInterface extends Terminators {
  /** Whether terminators are looked for and added; without, a reply is whatever has come. */
  processesEos?: { readonly input: boolean; readonly output: boolean };
  /** Sends a request and takes its reply; what had come before is thrown away. */
  writeRead(request: Uint8Array, options: OctetOptions): Promise<OctetReply>;
  write(request: Uint8Array, options: OctetOptions): Promise<void>;
  read(options: OctetOptions): Promise<OctetReply>;
  /** Throws away what has come and nobody read. */
  flush?(): void;
  /** What readings find and what the device sends of itself, for records that are processed then. */
  readonly heard$?: Observable<Uint8Array>;
}

/** Options of a port by asyn's names, which are the same in capitals or not: baud, parity, hostInfo ... */
export interface PortOptions {
  get(key: string): Result<string>;
  set(key: string, value: string): Result<void>;
}

/** What asyn lets one do to a port's connection; absent where there is none to lose. */
export interface PortLink {
  /** Whether a lost connection is made anew. */
  autoConnect: boolean;
  /** A disabled port refuses every exchange. */
  enabled: boolean;
  /** Every change of these two. */
  readonly changes$: Observable<void>;
  connect(): void;
  disconnect(): void;
}

/** A port by name: parameters per address, and text exchange where the device has it. */
export interface Port {
  readonly portName: string;
  readonly link?: PortLink;
  readonly connected$: Observable<boolean>;
  /**
   * The parameter a `drvInfo` text names, or undefined when the driver has none of that name. `type` is the interface that the
   * record's device support speaks, for drivers that offer one name through several (the image of NDStdArrays).
   */
  parameter(name: string, address: number, type?: ParameterType): Parameter | undefined;
  /** Names of the parameters of an address; a parameter's reason is its place. Absent where a port has no parameters. */
  parameterNames?(address: number): readonly string[];
  readonly octet?: OctetInterface;
  readonly options?: PortOptions;
  /** What it tells of its traffic. */
  readonly trace?: PortTrace;
  /** How often it has been connected; absent where a port always is. */
  readonly numberConnects?: number;
  /** The driver's own lines of asynReport; absent where they are its parameters. */
  report?(level: number): string[];
  close(): void;
}
