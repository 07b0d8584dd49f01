import type { AttachedDevice } from "./deviceSupport.js";

/** One exchange of text with a device, as the asyn record asks for it. */
export interface OctetExchange {
  /** What to send first; undefined only reads. */
  readonly write: Uint8Array | undefined;
  readonly read: boolean;
  readonly timeoutSeconds: number;
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
  /** Settles with the reply (empty when nothing is read), rejects with the reason. */
  exchange(exchange: OctetExchange): Promise<Uint8Array>;
}

export const isAsynRecordDevice = (device: AttachedDevice | undefined): device is AsynRecordDevice =>
  device !== undefined && "exchange" in device;
