import { Severity, Status } from "../../channel/alarm.js";
import type { Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { untilNul } from "../../channel/text.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { escapeText, unescapeText } from "../../libcom/escape.js";
import { type AsynRecordDevice, type AsynTraceMasks, isAsynRecordDevice } from "../asynDevice.js";
import { defineRecordType, type FieldAddress, type RecordIo, type RecordOf } from "../recordType.js";
import { asynEOMREASON, asynFields, asynFMT, asynTMOD } from "./asynFields.js";

type Asyn = RecordOf<typeof asynFields>;
type Io = RecordIo<Asyn>;

const ERROR_TEXT_BYTES = 100;
const EPICS_STRING_BYTES = 39;
const VALUE_MASK = EventMask.VALUE | EventMask.LOG;

const deviceOf = (io: Io): AsynRecordDevice | undefined =>
  isAsynRecordDevice(io.device) ? io.device : undefined;

const bytesOf = (value: Value): Uint8Array =>
  value instanceof Int8Array || value instanceof Uint8Array ? Uint8Array.from(value) : new Uint8Array();

const charsOf = (bytes: Uint8Array): Int8Array => Int8Array.from(bytes);

const translateEscapes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(unescapeText(Buffer.from(text).toString("latin1")), "latin1"));

/** Bytes as text that any screen can show. */
const printEscaped = (bytes: Uint8Array): string =>
  escapeText(Buffer.from(bytes).toString("latin1")).replace(
    /[\x80-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );

/** What is sent: AOUT or the text in BOUT with its escapes translated, or BOUT's bytes as they are. */
function outputOf(record: Asyn): Uint8Array {
  if (record.OFMT === asynFMT.ASCII) return translateEscapes(record.AOUT);
  const bytes = bytesOf(record.BOUT);
  if (record.OFMT === asynFMT.Hybrid) return translateEscapes(Buffer.from(untilNul(bytes)).toString());
  return bytes.subarray(0, Math.min(record.NOWT, record.OMAX));
}

function setError(record: Asyn, io: Io, text: string): void {
  const bytes = Int8Array.from(Buffer.from(text)).subarray(0, ERROR_TEXT_BYTES);
  if (Buffer.from(bytes).equals(Buffer.from(bytesOf(record.ERRS)))) return;
  record.ERRS = bytes;
  io.post("ERRS", VALUE_MASK);
}

/** Takes over a reply, cut to what the record has room for. */
function storeInput(record: Asyn, io: Io, reply: Uint8Array): void {
  const ascii = record.IFMT === asynFMT.ASCII;
  const room = ascii ? EPICS_STRING_BYTES : record.IMAX;
  const wanted = record.NRRD > 0 ? Math.min(record.NRRD, room) : room;
  const input = reply.subarray(0, wanted);
  if (reply.length > room) {
    setError(record, io, `Overflow nread ${reply.length}`);
    io.setSevr(Status.READ, Severity.MINOR, "reply is longer than the record's buffer");
  }
  record.EOMR = reply.length > wanted ? asynEOMREASON.CNT : asynEOMREASON.EOS;
  record.NORD = input.length;
  record.TINP = printEscaped(input).slice(0, EPICS_STRING_BYTES);
  if (ascii) record.AINP = Buffer.from(untilNul(input)).toString();
  else record.BINP = charsOf(input);
  for (const field of ["EOMR", "NORD", "TINP", ascii ? "AINP" : "BINP"] as const) io.post(field, VALUE_MASK);
}

async function exchange(record: Asyn, io: Io, device: AsynRecordDevice): Promise<void> {
  const write = record.TMOD === asynTMOD.WriteRead || record.TMOD === asynTMOD.Write;
  const read = record.TMOD === asynTMOD.WriteRead || record.TMOD === asynTMOD.Read;
  if (!write && !read) return;
  const output = write ? outputOf(record) : undefined;
  try {
    const reply = await device.exchange({ write: output, read, timeoutSeconds: record.TMOT });
    setError(record, io, "");
    if (output !== undefined) {
      record.NAWT = output.length;
      io.post("NAWT", VALUE_MASK);
    }
    if (read) storeInput(record, io, reply);
  } catch (error) {
    const message = errorMessage(error);
    setError(record, io, message);
    io.setSevr(read ? Status.READ : Status.WRITE, Severity.MAJOR, message);
  }
}

/** Shows the port that PORT names: what it can, its terminators, whether it is connected. */
function connect(record: Asyn, io: Io): void {
  const device = deviceOf(io);
  const problem = io.deviceError ?? device?.select(record.PORT);
  record.OCTETIV = device?.octetValid === true ? 1 : 0;
  record.IEOS = escapedText(device?.inputEos ?? "");
  record.OEOS = escapedText(device?.outputEos ?? "");
  record.CNCT = record.PCNCT = device?.connected === true ? 1 : 0;
  record.AUCT = device?.autoConnect === false ? 0 : 1;
  record.ENBL = device?.enabled === false ? 0 : 1;
  showTrace(record, device?.trace);
  setError(record, io, problem ?? "");
}

/** Masks as the selected port has them. */
function showTrace(record: Asyn, trace: AsynTraceMasks | undefined): void {
  if (trace === undefined) return;
  record.TMSK = trace.mask;
  record.TIOM = trace.ioMask;
  record.TINM = trace.infoMask;
  record.TSIZ = trace.truncateSize;
  for (const mask of MASKS)
    for (const [place, bit] of MASK_BITS[mask].entries()) record[bit] = (record[mask] >> place) & 1;
}

function setTrace(record: Asyn, trace: AsynTraceMasks): void {
  trace.mask = record.TMSK;
  trace.ioMask = record.TIOM;
  trace.infoMask = record.TINM;
  trace.truncateSize = record.TSIZ;
}

const escapedText = (text: string): string => printEscaped(Buffer.from(text, "latin1"));

const eosOf = (text: string): string => Buffer.from(translateEscapes(text)).toString("latin1");

const CONNECTION_FIELDS = ["PORT", "OCTETIV", "IEOS", "OEOS", "CNCT", "PCNCT", "AUCT", "ENBL"] as const;

/** Masks and the fields of their bits, the lowest first. */
const MASK_BITS = {
  TMSK: ["TB0", "TB1", "TB2", "TB3", "TB4", "TB5"],
  TIOM: ["TIB0", "TIB1", "TIB2"],
  TINM: ["TINB0", "TINB1", "TINB2", "TINB3"],
} as const;

const MASKS = ["TMSK", "TIOM", "TINM"] as const;

/** A mask and its bits say the same, whichever was put. */
function followMask(record: Asyn, io: Io, field: string): void {
  for (const mask of MASKS) {
    const bits: readonly string[] = MASK_BITS[mask];
    if (field !== mask && !bits.includes(field)) continue;
    for (const [place, bit] of MASK_BITS[mask].entries()) {
      if (field === mask) record[bit] = (record[mask] >> place) & 1;
      else if (field === bit) record[mask] = (record[mask] & ~(1 << place)) | (record[bit] << place);
      io.post(bit, VALUE_MASK);
    }
    io.post(mask, VALUE_MASK);
  }
}

/** A put to one of the port's switches. */
function turnSwitch(record: Asyn, device: AsynRecordDevice, field: string): void {
  if (field === "AUCT") device.autoConnect = record.AUCT !== 0;
  else if (field === "ENBL") device.enabled = record.ENBL !== 0;
  else if (field === "CNCT" || field === "PCNCT") device.setConnected(record[field] !== 0);
}

/** Text exchange with any asyn port, chosen while running: AOUT or BOUT out, AINP or BINP in. */
export const asyn = defineRecordType("asyn", asynFields, {
  ownDevice: "asynRecordDevice",
  prepare(record) {
    record.BOUT = new Int8Array();
    record.BINP = new Int8Array();
    record.ERRS = new Int8Array();
    record.UDF = 0;
  },
  init(record, io) {
    connect(record, io);
    const device = deviceOf(io);
    if (device === undefined) return;
    device.onConnection = () => {
      record.CNCT = record.PCNCT = device.connected ? 1 : 0;
      for (const field of ["CNCT", "PCNCT"] as const) io.post(field, VALUE_MASK);
    };
  },
  process(record, io) {
    const device = deviceOf(io);
    if (device !== undefined) return exchange(record, io, device);
    io.setSevr(Status.COMM, Severity.INVALID, io.deviceError ?? "no ports here");
    return undefined;
  },
  complete(_record, io) {
    io.timestamp();
    const mask = io.resetAlarms();
    if (mask !== 0) io.post("VAL", mask);
    return undefined;
  },
  afterPut(record, io, field) {
    const device = deviceOf(io);
    if (field === "BOUT") record.NOWT = bytesOf(record.BOUT).length;
    else if (field === "IEOS" && device !== undefined) device.inputEos = eosOf(record.IEOS);
    else if (field === "OEOS" && device !== undefined) device.outputEos = eosOf(record.OEOS);
    else if (field === "PORT" || field === "ADDR") {
      connect(record, io);
      for (const name of CONNECTION_FIELDS) io.post(name, VALUE_MASK);
    } else {
      followMask(record, io, field);
      if (device?.trace !== undefined) setTrace(record, device.trace);
      if (device !== undefined) turnSwitch(record, device, field);
    }
    return undefined;
  },
  address(record, field): FieldAddress | undefined {
    if (field === "BOUT") return { type: "CHAR", elementCount: record.OMAX };
    if (field === "BINP") return { type: "CHAR", elementCount: record.IMAX };
    return field === "ERRS" ? { type: "CHAR", elementCount: ERROR_TEXT_BYTES } : undefined;
  },
});
