import type { AttachedDevice } from "./deviceSupport.js";

/** One exchange of text with a device, as the asyn record asks for it. */
export interface OctetExchange {
  /** What to send first; undefined only reads. */
  readonly write: Uint8Array | undefined;
  readonly read: boolean;
  readonly timeoutSeconds: number;
}

/** What a port tells of its traffic: masks of asyn. */
export interface AsynTraceMasks {
  mask: number;
  ioMask: number;
  infoMask: number;
  truncateSize: number;
}

/** What the asyn record sees of the ports of its process. */
export interface AsynRecordDevice extends AttachedDevice {
  /** Which port the record talks to; undefined, or what is wrong with the name. */
  select(portName: string): string | undefined;
  readonly octetValid: boolean;
  readonly connected: boolean;
  /** Called when `connected` changes. */
  onConnection: (() => void) | undefined;
  /** Terminators of the selected port. */
  inputEos: string;
  outputEos: string;
  /** The selected port's connection: whether it is made anew when lost, and whether the port may be used. */
  autoConnect: boolean;
  enabled: boolean;
  setConnected(connected: boolean): void;
  /** The selected port's tracing; undefined where it traces nothing. */
  readonly trace: AsynTraceMasks | undefined;
  /** Settles with the reply (empty when nothing is read), rejects with the reason. */
  exchange(exchange: OctetExchange): Promise<Uint8Array>;
}

export const isAsynRecordDevice = (device: AttachedDevice | undefined): device is AsynRecordDevice =>
  device !== undefined && "exchange" in device;
