import { Severity, Status } from "../../channel/alarm.js";
import { convertValue } from "../../channel/convert.js";
import type { Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { LETTERS_TO_L } from "../argumentLetters.js";
import { ARGUMENT_NAMES, compileCalc } from "../calc/index.js";
import { deadbandMask } from "../deadband.js";
import { fieldsNamed } from "../fieldGroups.js";
import {
  calcProgram,
  double,
  float,
  inLink,
  long,
  menu,
  noAccess,
  short,
  string,
  ushort,
} from "../fieldSpec.js";
import type { LinkTarget } from "../links/link.js";
import { defineMenu } from "../menu.js";
import { menuAlarmSevr, menuScan, menuYesNo } from "../menus.js";
import { menuOutputOptionOrNever, shouldWrite } from "../outputOption.js";
import { recordState } from "../recordState.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const swaitOOPT = menuOutputOptionOrNever("swaitOOPT");
const swaitDOPT = defineMenu("swaitDOPT", { useVal: "Use VAL", useDol: "Use DOL" });
const swaitINAP = defineMenu("swaitINAP", { no: "No", yes: "Yes" });
const swaitINAV = defineMenu("swaitINAV", { ok: "PV OK", bad: "PV BAD", none: "No PV" });

/** The fields of each of the twelve inputs: the PV's name, its state, the value, and whether a change processes the record. */
const INPUTS = LETTERS_TO_L.map(
  (letter) =>
    ({
      letter,
      last: `L${letter}`,
      name: `IN${letter}N`,
      state: `IN${letter}V`,
      processes: `IN${letter}P`,
    }) as const,
);

const DESIRED = { name: "DOLN", state: "DOLV" } as const;
const OUTPUT = { name: "OUTN", state: "OUTV" } as const;
const PVS = [...INPUTS, DESIRED, OUTPUT];

const pvName = { asl: 0, special: "mod", interest: 1 } as const;
const pvState = { special: "nomod", interest: 1 } as const;
const withLetter = <const K extends keyof (typeof INPUTS)[number]>(key: K) =>
  INPUTS.map((input) => input[key]);

const fields = {
  VERS: float({ special: "nomod", initial: "1", prompt: "Code Version" }),
  HOPR: float({ asl: 0, interest: 1, prompt: "High Operating Range" }),
  LOPR: float({ asl: 0, interest: 1, prompt: "Low Operating Range" }),
  INIT: short({ special: "nomod", interest: 3, prompt: "Initialized?" }),
  CBST: noAccess({ special: "nomod", interest: 4, prompt: "Pointer to cbStruct" }),
  ...fieldsNamed(withLetter("name"), (name) =>
    string(40, { ...pvName, prompt: `INP${name.charAt(2)} PV Name` }),
  ),
  DOLN: string(40, { ...pvName, prompt: "DOL PV Name" }),
  OUTN: string(40, { ...pvName, prompt: "OUT PV Name" }),
  ...fieldsNamed(withLetter("state"), (name) =>
    menu(swaitINAV, { ...pvState, prompt: `INP${name.charAt(2)} PV Status` }),
  ),
  DOLV: menu(swaitINAV, { ...pvState, prompt: "DOL PV Status" }),
  OUTV: menu(swaitINAV, { ...pvState, prompt: "OUT PV Status" }),
  ...fieldsNamed(LETTERS_TO_L, (name) => double({ pp: true, prompt: `Value of Input ${name}` })),
  ...fieldsNamed(withLetter("last"), (name) => double({ prompt: `Last Val of Input ${name.slice(-1)}` })),
  ...fieldsNamed(withLetter("processes"), (name) =>
    menu(swaitINAP, { initial: "Yes", interest: 1, prompt: `INP${name.charAt(2)} causes I/O INTR` }),
  ),
  CALC: string(36, { asl: 0, special: "calc", initial: "0", prompt: "Calculation" }),
  RPCL: calcProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish Calc" }),
  CLCV: long({ interest: 1, prompt: "CALC Valid" }),
  VAL: double({ prompt: "Value Field" }),
  OVAL: double({ prompt: "Old Value" }),
  PREC: short({ interest: 1, prompt: "Display Precision" }),
  OOPT: menu(swaitOOPT, { interest: 1, prompt: "Output Execute Opt" }),
  ODLY: float({ asl: 0, interest: 1, prompt: "Output Execute Delay" }),
  DOPT: menu(swaitDOPT, { interest: 1, prompt: "Output Data Option" }),
  DOLD: double({ asl: 0, interest: 1, prompt: "Desired Output Data" }),
  OEVT: ushort({ asl: 0, prompt: "Event To Issue" }),
  ADEL: double({ interest: 1, prompt: "Archive Deadband" }),
  MDEL: double({ interest: 1, prompt: "Monitor Deadband" }),
  ALST: double({ special: "nomod", interest: 3, prompt: "Last Value Archived" }),
  MLST: double({ special: "nomod", interest: 3, prompt: "Last Val Monitored" }),
  SIOL: inLink({ interest: 1, prompt: "Sim Input Specifctn" }),
  SVAL: double({ prompt: "Simulation Value" }),
  SIML: inLink({ interest: 1, prompt: "Sim Mode Location" }),
  SIMM: menu(menuYesNo, { interest: 1, prompt: "Simulation Mode" }),
  SIMS: menu(menuAlarmSevr, { interest: 2, prompt: "Sim mode Alarm Svrty" }),
};

type Swait = RecordOf<typeof fields>;
type Io = RecordIo<Swait>;
type PvFields = (typeof PVS)[number];

const VERSION = Math.fround(4.6);
const DELAY_PRECISION = 3;

/** What a record has besides its fields. */
interface SwaitState {
  /** The channels to its PVs, by the field that names them. */
  readonly channels: Map<PvFields["name"], LinkTarget>;
  /** Inputs that change while the output waits for ODLY process the record once more afterwards. */
  isDelayed: boolean;
  changedMeanwhile: boolean;
  /** The present processing writes its output, and the forward link follows when that has been done. */
  writes: boolean;
  isWriting: boolean;
}

const stateOf = recordState<Swait, SwaitState>(() => ({
  channels: new Map(),
  isDelayed: false,
  changedMeanwhile: false,
  writes: false,
  isWriting: false,
}));

const toDouble = (target: LinkTarget | undefined, value = target?.read()): number | undefined => {
  if (target === undefined || value === undefined) return undefined;
  const converted = convertValue(value, target.type, "DOUBLE");
  return converted.ok ? Number(converted.value) : undefined;
};

function showState(record: Swait, io: Io, { name, state }: PvFields): void {
  const channel = stateOf(record).channels.get(name);
  const value = channel === undefined ? "none" : channel.connected ? "ok" : "bad";
  if (record[state] === swaitINAV[value]) return;
  record[state] = swaitINAV[value];
  io.post(state, EventMask.VALUE);
}

/** Opens the channel that a name asks for; blanks are no name. */
function openPv(record: Swait, io: Io, pv: PvFields): void {
  const { channels } = stateOf(record);
  channels.get(pv.name)?.close();
  channels.delete(pv.name);
  const name = record[pv.name].trim();
  if (name === "") record[pv.name] = "";
  else {
    const connected = (): void => showState(record, io, pv);
    const options =
      pv === OUTPUT
        ? { connected }
        : { connected, changed: (value: Value) => inputChanged(record, io, pv, value) };
    channels.set(pv.name, io.openChannel(name, options));
  }
  showState(record, io, pv);
}

/** With SCAN "I/O Intr", a change of an input processes the record with the value that it then had. */
function inputChanged(record: Swait, io: Io, pv: PvFields, value: Value): void {
  const input = INPUTS.find((each) => each.name === pv.name);
  if (input === undefined || record.SCAN !== menuScan.IoIntr || record[input.processes] === 0) return;
  const state = stateOf(record);
  record[input.letter] = toDouble(state.channels.get(input.name), value) ?? record[input.letter];
  if (state.isDelayed) state.changedMeanwhile = true;
  else io.process();
}

function compile(record: Swait, io: Io): void {
  const compiled = compileCalc(record.CALC);
  record.RPCL = compiled.ok ? compiled.value : undefined;
  record.CLCV = compiled.ok ? 0 : -1;
  if (!compiled.ok) io.report(compiled.error);
}

/** Reads the inputs; false from the first on that is not connected. Those that process the record have given theirs. */
function fetchInputs(record: Swait): boolean {
  const { channels } = stateOf(record);
  for (const { letter, name, processes, state } of INPUTS) {
    if (record[state] === swaitINAV.bad) return false;
    const isGiven = record.SCAN === menuScan.IoIntr && record[processes] !== 0;
    if (record[state] !== swaitINAV.ok || isGiven) continue;
    const value = toDouble(channels.get(name));
    if (value === undefined) return false;
    record[letter] = value;
  }
  return true;
}

const args = new Float64Array(ARGUMENT_NAMES.length);

function calculate(record: Swait, io: Io): void {
  if (!fetchInputs(record)) {
    io.setSevr(Status.READ, Severity.INVALID);
    return;
  }
  args.fill(0);
  LETTERS_TO_L.forEach((letter, index) => {
    args[index] = record[letter];
  });
  const program = record.RPCL;
  const done = program?.perform(args, record.VAL) === true;
  LETTERS_TO_L.forEach((letter, index) => {
    record[letter] = args[index] ?? 0;
  });
  if (!done || program === undefined) {
    io.setSevr(Status.CALC, Severity.INVALID);
    return;
  }
  record.VAL = program.result;
  record.UDF = 0;
}

function simulate(record: Swait, io: Io): void {
  if (io.readLink("SIOL", "SVAL")) {
    record.VAL = record.SVAL;
    record.UDF = 0;
  }
  io.setSevr(Status.SIMM, record.SIMS);
}

function postValues(record: Swait, io: Io): void {
  const mask = io.resetAlarms() | deadbandMask(record);
  io.post("VAL", mask);
  for (const { letter, last } of INPUTS) {
    if (record[letter] === record[last]) continue;
    io.post(letter, mask | EventMask.VALUE);
    record[last] = record[letter];
    io.post(last, mask | EventMask.VALUE);
  }
}

function desiredValue(record: Swait, io: Io): number {
  if (record.DOPT === swaitDOPT.useVal) return record.VAL;
  const value = toDouble(stateOf(record).channels.get("DOLN"));
  if (value !== undefined && value !== record.DOLD) {
    record.DOLD = value;
    io.post("DOLD", EventMask.VALUE);
  }
  return record.DOLD;
}

/** Writes with a put-callback; what it starts has to finish before the forward link runs. */
function output(record: Swait, io: Io): void {
  const state = stateOf(record);
  const channel = state.channels.get("OUTN");
  if (channel === undefined || !channel.connected) io.forwardLink();
  else if (state.isWriting) channel.write(desiredValue(record, io), "DOUBLE");
  else {
    state.isWriting = true;
    channel.writeNotify(desiredValue(record, io), "DOUBLE").then(() => {
      state.isWriting = false;
      io.forwardLink();
    });
  }
  if (record.OEVT > 0) io.postEvent(String(record.OEVT));
}

/** synApps's calculation of PVs named in texts, with an output. */
export const swait = defineRecordType("swait", fields, {
  ownDevice: "Soft Channel",
  prepare(record, io) {
    record.VERS = VERSION;
    io.loadConstant("SIML", "SIMM");
    io.loadConstant("SIOL", "SVAL");
  },
  init(record, io) {
    compile(record, io);
    record.INIT = 1;
    for (const pv of PVS) openPv(record, io, pv);
  },
  process(record, io) {
    const state = stateOf(record);
    state.changedMeanwhile = false;
    io.readLink("SIML", "SIMM");
    if (record.SIMM === menuYesNo.NO) calculate(record, io);
    else simulate(record, io);
    state.writes = shouldWrite(record.OOPT, record.VAL, record.OVAL, false, record.MDEL);
    record.OVAL = record.VAL;
    io.timestamp();
    postValues(record, io);
    if (!state.writes || !(record.ODLY > 0)) return undefined;
    state.isDelayed = true;
    return io.delay(record.ODLY);
  },
  complete(record, io) {
    const state = stateOf(record);
    if (!state.writes) return undefined;
    state.isDelayed = false;
    output(record, io);
    if (record.SCAN === menuScan.IoIntr && state.changedMeanwhile) io.scanOnce();
    return false;
  },
  afterPut(record, io, field) {
    const pv = PVS.find(({ name }) => name === field);
    if (pv !== undefined) openPv(record, io, pv);
    else if (field === "CALC") {
      compile(record, io);
      io.post("CLCV", EventMask.VALUE);
    }
    return undefined;
  },
  properties(record, field) {
    const precision = field === "ODLY" ? DELAY_PRECISION : record.PREC;
    return field === "VAL" ? { precision, display: { low: record.LOPR, high: record.HOPR } } : { precision };
  },
});
