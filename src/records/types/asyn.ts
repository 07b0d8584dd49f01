import { Severity, Status } from "../../channel/alarm.js";
import type { Value } from "../../channel/dbf.js";
import type { AsynRecordDevice } from "../asynDevice.js";
import { menuScan } from "../menus.js";
import { recordState } from "../recordState.js";
import { defineRecordType, type FieldAddress, type ValueName } from "../recordType.js";
import { asynFields, asynFMT, asynTMOD } from "./asynFields.js";
import { putOption, showOptions } from "./asynOptions.js";
import {
  type Asyn,
  bytesOf,
  deviceOf,
  ERROR_TEXT_BYTES,
  type Io,
  postingChanges,
  putTrace,
  setError,
  showInterfaces,
  showStatus,
  VALUE_MASK,
} from "./asynStatus.js";
import { eosOf, escapedText, reads, storeInterrupt, transfer } from "./asynTransfer.js";

/** Fields that a processing may change, besides the replies. */
const TRANSFER_FIELDS = [
  "NRRD",
  "NORD",
  "NOWT",
  "NAWT",
  "UCMD",
  "ACMD",
  "EOMR",
  "I32INP",
  "UI32INP",
  "F64INP",
] as const satisfies readonly ValueName<Asyn>[];

/** Those fields when the processing began. */
const stateOf = recordState<Asyn, { before: readonly Value[] }>(() => ({ before: [] }));

/** Elements of BOUT and BINP where OMAX and IMAX give none. */
const DEFAULT_ROOM = 40;

const CONNECTION_FIELDS = ["PCNCT", "REASON", "DRVINFO"] as const;

/** Selects the port that PORT names, and shows what it is. False where there is none. */
function connectDevice(record: Asyn, io: Io): boolean {
  const device = deviceOf(io);
  const problem = device === undefined ? io.deviceError : device.select(record.PORT, record.ADDR);
  const isSelected = device !== undefined && problem === undefined;
  setError(record, io, "");
  if (problem !== undefined) setError(record, io, `Connect error, ${problem}`);
  postingChanges(record, io, CONNECTION_FIELDS, () => {
    record.PCNCT = isSelected ? 1 : 0;
    if (isSelected) selectParameter(record, io, device);
  });
  if (isSelected) {
    showInterfaces(record, io, device);
    showOptions(record, io, device);
    showEos(record, io, device);
  }
  leaveInterrupts(record, io);
  showStatus(record, io);
  return isSelected;
}

function selectParameter(record: Asyn, io: Io, device: AsynRecordDevice): void {
  if (record.DRVINFO === "") device.selectReason(record.REASON);
  else {
    const problem = device.selectParameter(record.DRVINFO);
    if (problem !== undefined) setError(record, io, problem, true);
  }
  record.REASON = device.reason;
}

function showEos(record: Asyn, io: Io, device: AsynRecordDevice): void {
  postingChanges(record, io, ["IEOS", "OEOS"], () => {
    record.IEOS = escapedText(device.eos("inputEos"));
    record.OEOS = escapedText(device.eos("outputEos"));
  });
}

/** What else a record with SCAN "I/O Intr" would be told of is not what it asked for. */
function leaveInterrupts(record: Asyn, io: Io): void {
  if (record.SCAN === menuScan.IoIntr) io.setScan(menuScan.Passive);
}

/** A processing that cannot be. */
function refuse(record: Asyn, io: Io, text: string): undefined {
  setError(record, io, text);
  io.setSevr(Status.STATE, Severity.MINOR, text);
  return undefined;
}

/** No port here is a GPIB controller. */
function gpibCommand(record: Asyn, io: Io): undefined {
  if (record.UCMD !== 0) record.UCMD = 0;
  else record.ACMD = 0;
  setError(record, io, "No asynGpib interface", true);
  io.setSevr(Status.COMM, Severity.MAJOR);
  return undefined;
}

const EOS_FIELDS = {
  IEOS: { name: "inputEos", text: "input" },
  OEOS: { name: "outputEos", text: "output" },
} as const;

function putEos(record: Asyn, io: Io, field: keyof typeof EOS_FIELDS): void {
  const device = deviceOf(io);
  if (device?.supports("Octet") !== true) {
    setError(record, io, "No asynOctet interface", true);
    return;
  }
  const { name, text } = EOS_FIELDS[field];
  const set = device.setEos(name, eosOf(record[field]));
  if (!set.ok) setError(record, io, `Error setting ${text} eos, ${set.error}`, true);
  showEos(record, io, device);
}

/** Puts to fields that mean something to the port; the options and the trace are tables of their own. */
const SPECIALS: Readonly<
  Record<string, (record: Asyn, io: Io, device: AsynRecordDevice | undefined) => void>
> = {
  PORT: reconnect,
  ADDR: reconnect,
  DRVINFO: reconnect,
  PCNCT(record, io, device) {
    if (record.PCNCT !== 0) connectDevice(record, io);
    else {
      device?.leave();
      leaveInterrupts(record, io);
    }
  },
  REASON(record, io, device) {
    device?.selectReason(record.REASON);
    postingChanges(record, io, ["DRVINFO"], () => {
      record.DRVINFO = "";
    });
    leaveInterrupts(record, io);
  },
  IFACE: leaveInterrupts,
  UI32MASK: leaveInterrupts,
  CNCT: (record, io, device) => {
    device?.setConnected(record.CNCT !== 0);
    showStatus(record, io);
  },
  AUCT: (record, io, device) => {
    device?.setAutoConnect(record.AUCT !== 0);
    showStatus(record, io);
  },
  ENBL: (record, io, device) => {
    device?.setEnabled(record.ENBL !== 0);
    showStatus(record, io);
  },
  AQR: (_record, _io, device) => device?.cancel(),
  TFIL(record, io, device) {
    const set = device?.trace?.setFile(record.TFIL);
    if (set?.ok === false) setError(record, io, `Error opening trace file: ${record.TFIL}`);
  },
  IEOS: (record, io) => putEos(record, io, "IEOS"),
  OEOS: (record, io) => putEos(record, io, "OEOS"),
};

function reconnect(record: Asyn, io: Io): void {
  const { PORT } = record;
  if (!connectDevice(record, io))
    setError(record, io, `connectDevice failed: asynManager:connectDevice port ${PORT} not found`);
}

/** Exchange with any asyn port, chosen while running: texts, registers, options, connection, trace. */
export const asyn = defineRecordType("asyn", asynFields, {
  ownDevice: "asynRecordDevice",
  prepare(record, io) {
    if (record.OMAX <= 0) record.OMAX = DEFAULT_ROOM;
    if (record.IMAX <= 0) record.IMAX = DEFAULT_ROOM;
    record.BOUT = new Int8Array();
    record.BINP = new Int8Array();
    record.ERRS = new Int8Array();
    record.UDF = 0;
    record.TFIL = "Unknown";
    io.resetAlarms();
  },
  init(record, io) {
    if (record.PORT === "") showStatus(record, io);
    else if (!connectDevice(record, io)) io.report(`no asyn port ${record.PORT}`);
    const device = deviceOf(io);
    if (device !== undefined) device.onStatus = () => showStatus(record, io);
  },
  process(record, io) {
    stateOf(record).before = TRANSFER_FIELDS.map((field) => record[field]);
    setError(record, io, "");
    const device = deviceOf(io);
    if (device === undefined || device.state === "noPort") return refuse(record, io, "Not connect to a port");
    const interrupt = device.takeInterrupt();
    if (interrupt !== undefined) storeInterrupt(record, interrupt);
    else if (device.state === "unusable") return refuse(record, io, "queueRequest failed");
    else if (record.UCMD !== 0 || record.ACMD !== 0) return gpibCommand(record, io);
    else if (record.TMOD !== asynTMOD.NoIO) return transfer(record, io, device);
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    const mask = io.resetAlarms() | VALUE_MASK;
    if (reads(record)) {
      io.post(record.IFMT === asynFMT.ASCII ? "AINP" : "BINP", mask);
      io.post("TINP", mask);
    }
    const { before } = stateOf(record);
    for (const [index, field] of TRANSFER_FIELDS.entries())
      if (record[field] !== before[index]) io.post(field, mask);
    return undefined;
  },
  afterPut(record, io, field) {
    if (field === "BOUT") {
      record.NOWT = bytesOf(record.BOUT).length;
      return undefined;
    }
    setError(record, io, "");
    if (!putTrace(record, io, field) && !putOption(record, io, field))
      SPECIALS[field]?.(record, io, deviceOf(io));
    return undefined;
  },
  address(record, field): FieldAddress | undefined {
    if (field === "BOUT") return { type: "CHAR", elementCount: record.OMAX };
    if (field === "BINP") return { type: "CHAR", elementCount: record.IMAX };
    return field === "ERRS" ? { type: "CHAR", elementCount: ERROR_TEXT_BYTES, readOnly: true } : undefined;
  },
  properties: (_record, field) => (field === "TMOT" ? { precision: 4 } : {}),
});
