import { Severity, Status } from "../../channel/alarm.js";
import { untilNul } from "../../channel/text.js";
import { escapeText, unescapeText } from "../../libcom/escape.js";
import type { AsynRecordDevice, AsynRegister, OctetOutcome } from "../asynDevice.js";
import { asynFMT, asynINTERFACE, asynTMOD } from "./asynFields.js";
import { type Asyn, bytesOf, type Io, setError } from "./asynStatus.js";

/** Bytes of a text field, the NUL included. */
const EPICS_STRING_BYTES = 40;

const translateEscapes = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(unescapeText(Buffer.from(text).toString("latin1")), "latin1"));

/** Bytes as text that any screen can show. */
const printEscaped = (bytes: Uint8Array): string =>
  escapeText(Buffer.from(bytes).toString("latin1")).replace(
    /[\x80-\xff]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16)}`,
  );

export const escapedText = (text: string): string => printEscaped(Buffer.from(text, "latin1"));

export const eosOf = (text: string): string => Buffer.from(translateEscapes(text)).toString("latin1");

const writes = (record: Asyn): boolean =>
  record.TMOD === asynTMOD.Write || record.TMOD === asynTMOD.WriteRead;

export const reads = (record: Asyn): boolean =>
  record.TMOD === asynTMOD.Read || record.TMOD === asynTMOD.WriteRead;

/** What TMOD and IFACE ask for; the results are in the record, failures are alarms. */
export function transfer(record: Asyn, io: Io, device: AsynRecordDevice): undefined | Promise<void> {
  const register = REGISTERS[record.IFACE];
  const name = register?.type ?? "Octet";
  if (!device.supports(name)) {
    setError(record, io, `No asyn${name} interface`, true);
    io.setSevr(Status.COMM, Severity.MAJOR);
    return undefined;
  }
  return register === undefined
    ? transferOctet(record, io, device)
    : transferRegister(record, io, device, register);
}

interface Register {
  readonly type: AsynRegister;
  /** How messages call it. */
  readonly name: string;
  readonly input: "I32INP" | "UI32INP" | "F64INP";
  readonly output: "I32OUT" | "UI32OUT" | "F64OUT";
}

const REGISTERS: Readonly<Record<number, Register>> = {
  [asynINTERFACE.INT32]: { type: "Int32", name: "Int32", input: "I32INP", output: "I32OUT" },
  [asynINTERFACE.UINT32]: { type: "UInt32Digital", name: "UInt32", input: "UI32INP", output: "UI32OUT" },
  [asynINTERFACE.FLOAT64]: { type: "Float64", name: "Float64", input: "F64INP", output: "F64OUT" },
};

function transferRegister(
  record: Asyn,
  io: Io,
  device: AsynRecordDevice,
  { type, name, input, output }: Register,
): undefined | Promise<void> {
  const read = (): undefined => {
    if (!reads(record)) return undefined;
    const value = device.readRegister(type, record.UI32MASK);
    if (value.ok) record[input] = value.value;
    else fail(record, io, `${name} read error, ${value.error}`, Status.READ);
    return undefined;
  };
  if (!writes(record)) return read();
  const written = device.writeRegister(type, record[output], record.UI32MASK);
  const check = (result: Awaited<typeof written>): void => {
    if (!result.ok) fail(record, io, `${name} write error, ${result.error}`, Status.WRITE);
    read();
  };
  if (written instanceof Promise) return written.then(check);
  check(written);
  return undefined;
}

function fail(record: Asyn, io: Io, text: string, status: number, isTraced = true): void {
  setError(record, io, text, isTraced);
  io.setSevr(status, Severity.MAJOR, text);
}

/** What is sent: AOUT or the text in BOUT with its escapes translated, or BOUT's bytes as they are. */
function outputOf(record: Asyn): Uint8Array {
  if (record.OFMT === asynFMT.ASCII) return translateEscapes(record.AOUT);
  const bytes = bytesOf(record.BOUT);
  if (record.OFMT === asynFMT.Hybrid) return translateEscapes(Buffer.from(untilNul(bytes)).toString());
  record.NOWT = Math.min(record.NOWT, record.OMAX);
  return bytes.subarray(0, record.NOWT);
}

async function transferOctet(record: Asyn, io: Io, device: AsynRecordDevice): Promise<void> {
  const room = record.IFMT === asynFMT.ASCII ? EPICS_STRING_BYTES : record.IMAX;
  record.NRRD = Math.min(record.NRRD, room);
  if (record.TMOD === asynTMOD.Flush) device.flush();
  if (!writes(record) && !reads(record)) return;
  const output = writes(record) ? outputOf(record) : undefined;
  const outcome = await device.exchange({
    write: output,
    maxBytes: reads(record) ? record.NRRD || room : undefined,
    rawOutput: record.OFMT === asynFMT.Binary,
    rawInput: record.IFMT === asynFMT.Binary,
    timeoutSeconds: record.TMOT,
  });
  const { failure } = outcome;
  if (failure?.direction === "cancelled") {
    fail(record, io, failure.message, Status.STATE);
    return;
  }
  if (output !== undefined && failure?.direction !== "write") record.NAWT = output.length;
  if (failure?.direction === "write") {
    record.NAWT = 0;
    fail(record, io, `Write error, nout=0, ${failure.message}`, Status.WRITE);
  }
  if (reads(record)) storeInput(record, io, outcome, room);
}

/** Takes over a reply; one that fills a text's room has lost its last byte to the NUL. */
function storeInput(record: Asyn, io: Io, { reply, end, failure }: OctetOutcome, room: number): void {
  if (failure?.direction === "read") {
    const text = `${failure.kind}  nread ${reply.length} ${failure.message}`;
    fail(record, io, text, Status.READ, failure.kind !== "timeout");
  }
  const input = Uint8Array.from(reply);
  if (record.IFMT !== asynFMT.Binary && input.length >= room) {
    setError(record, io, `Overflow nread ${input.length} `);
    io.setSevr(Status.READ, Severity.MINOR, "the reply is longer than the record's buffer");
    input[room - 1] = 0;
  }
  record.EOMR = end;
  record.NORD = input.length;
  showTranslated(record, input);
  if (record.IFMT === asynFMT.ASCII) record.AINP = Buffer.from(untilNul(input)).toString();
  else record.BINP = Int8Array.from(input);
}

const showTranslated = (record: Asyn, input: Uint8Array): void => {
  record.TINP = printEscaped(input).slice(0, EPICS_STRING_BYTES - 1);
};

/** Takes over a value that the driver has set. */
export function storeInterrupt(record: Asyn, value: number | string): void {
  if (typeof value === "string") showTranslated(record, Buffer.from(value));
  else {
    const register = REGISTERS[record.IFACE];
    if (register !== undefined) record[register.input] = value;
  }
}
