import type { Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { type AsynRecordDevice, isAsynRecordDevice } from "../asynDevice.js";
import type { RecordIo, RecordOf, ValueName } from "../recordType.js";
import type { asynFields } from "./asynFields.js";

export type Asyn = RecordOf<typeof asynFields>;
export type Io = RecordIo<Asyn>;

/** Room for the message, its NUL included. */
export const ERROR_TEXT_BYTES = 100;
export const VALUE_MASK = EventMask.VALUE | EventMask.LOG;

export const deviceOf = (io: Io): AsynRecordDevice | undefined =>
  isAsynRecordDevice(io.device) ? io.device : undefined;

export const bytesOf = (value: Value): Uint8Array =>
  value instanceof Int8Array || value instanceof Uint8Array ? Uint8Array.from(value) : new Uint8Array();

/** Shows a message in ERRS; one that was not wanted is told by the port's trace too. */
export function setError(record: Asyn, io: Io, text: string, isTraced = false): void {
  if (isTraced) deviceOf(io)?.trace?.error(`${io.name}: ${text}`);
  const bytes = Int8Array.from(Buffer.from(text)).subarray(0, ERROR_TEXT_BYTES - 1);
  if (Buffer.from(bytes).equals(Buffer.from(bytesOf(record.ERRS)))) return;
  record.ERRS = bytes;
  io.post("ERRS", VALUE_MASK);
}

/** Runs a function and tells the subscribers of those fields that it has changed. */
export function postingChanges(
  record: Asyn,
  io: Io,
  fields: readonly ValueName<Asyn>[],
  change: () => void,
): void {
  const before = fields.map((field) => record[field]);
  change();
  fields.forEach((field, index) => {
    if (record[field] !== before[index]) io.post(field, VALUE_MASK);
  });
}

/** Masks and the fields of their bits, the lowest first. */
const MASK_BITS = {
  TMSK: ["TB0", "TB1", "TB2", "TB3", "TB4", "TB5"],
  TIOM: ["TIB0", "TIB1", "TIB2"],
  TINM: ["TINB0", "TINB1", "TINB2", "TINB3"],
} as const;

const MASKS = ["TMSK", "TIOM", "TINM"] as const;

const INTERFACE_FLAGS = {
  OCTETIV: "Octet",
  OPTIONIV: "Option",
  I32IV: "Int32",
  UI32IV: "UInt32Digital",
  F64IV: "Float64",
} as const;
const FLAGS = ["OCTETIV", "OPTIONIV", "I32IV", "UI32IV", "F64IV"] as const;

/** What asyn's trace is where no port says otherwise. */
const NO_TRACE = { mask: 1, ioMask: 0, infoMask: 1, truncateSize: 80 };

const STATUS_FIELDS = [
  ...MASKS,
  ...MASKS.flatMap((mask) => MASK_BITS[mask]),
  ...FLAGS,
  "TSIZ",
  "CNCT",
  "AUCT",
  "ENBL",
] as const;

/** Shows what the selected port is at this moment. */
export function showStatus(record: Asyn, io: Io): void {
  postingChanges(record, io, STATUS_FIELDS, () => {
    const device = deviceOf(io);
    const status = device?.status;
    record.CNCT = status?.connected === true ? 1 : 0;
    record.AUCT = status?.autoConnect === true ? 1 : 0;
    record.ENBL = status?.enabled === true ? 1 : 0;
    const trace = device?.trace ?? NO_TRACE;
    record.TMSK = trace.mask;
    record.TIOM = trace.ioMask;
    record.TINM = trace.infoMask;
    record.TSIZ = trace.truncateSize;
    for (const mask of MASKS)
      for (const [place, bit] of MASK_BITS[mask].entries()) record[bit] = (record[mask] >> place) & 1;
  });
}

/** Shows which interfaces the selected port has. */
export function showInterfaces(record: Asyn, io: Io, device: AsynRecordDevice): void {
  postingChanges(record, io, FLAGS, () => {
    for (const flag of FLAGS) record[flag] = device.supports(INTERFACE_FLAGS[flag]) ? 1 : 0;
  });
}

const TRACE_SETTINGS = { TMSK: "mask", TIOM: "ioMask", TINM: "infoMask" } as const;

/** A put to one of the fields of the trace, to its port: a mask and its bits say the same, whichever was put. */
export function putTrace(record: Asyn, io: Io, field: string): boolean {
  const trace = deviceOf(io)?.trace;
  const mask = MASKS.find((each) => each === field || isBitOf(each, field));
  if (mask === undefined && field !== "TSIZ") return false;
  const value =
    mask === undefined || mask === field
      ? record[mask ?? "TSIZ"]
      : MASK_BITS[mask].reduce((sum, bit, place) => sum | (record[bit] << place), 0);
  if (trace !== undefined) trace[mask === undefined ? "truncateSize" : TRACE_SETTINGS[mask]] = value;
  showStatus(record, io);
  return true;
}

function isBitOf(mask: (typeof MASKS)[number], field: string): boolean {
  const bits: readonly string[] = MASK_BITS[mask];
  return bits.includes(field);
}
