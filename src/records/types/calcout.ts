import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { compileCalc } from "../calc/index.js";
import {
  argumentProperties,
  calcArgumentFields,
  evaluate,
  fetchArguments,
  loadArguments,
  postArguments,
} from "../calcFields.js";
import { deadbandMask } from "../deadband.js";
import {
  deadbands,
  fieldsNamed,
  invalidAction,
  limitAlarms,
  operatingRange,
  precision,
  units,
  withPrompts,
} from "../fieldGroups.js";
import { calcProgram, double, inLink, long, menu, noAccess, outLink, string, ushort } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { menuLinkState } from "../linkStates.js";
import { defineMenu } from "../menu.js";
import { fieldsLikeValue, numericProperties, scaleFields } from "../numericProperties.js";
import { driveOutput } from "../output.js";
import { menuOutputOption, shouldWrite } from "../outputOption.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const calcoutOOPT = menuOutputOption("calcoutOOPT");
const calcoutDOPT = defineMenu("calcoutDOPT", { useVal: "Use CALC", useOval: "Use OCAL" });
const calcoutINAV = menuLinkState("calcoutINAV");

const LINK_STATES = [
  ["INPA", "INAV"],
  ["INPB", "INBV"],
  ["INPC", "INCV"],
  ["INPD", "INDV"],
  ["INPE", "INEV"],
  ["INPF", "INFV"],
  ["INPG", "INGV"],
  ["INPH", "INHV"],
  ["INPI", "INIV"],
  ["INPJ", "INJV"],
  ["INPK", "INKV"],
  ["INPL", "INLV"],
  ["INPM", "INMV"],
  ["INPN", "INNV"],
  ["INPO", "INOV"],
  ["INPP", "INPV"],
  ["INPQ", "INQV"],
  ["INPR", "INRV"],
  ["INPS", "INSV"],
  ["INPT", "INTV"],
  ["INPU", "INUV"],
] as const;

const fields = withPrompts(
  {
    RPVT: noAccess({ special: "nomod", interest: 4, prompt: "Record Private" }),
    VAL: double({ asl: 0, prompt: "Result" }),
    PVAL: double({ prompt: "Previous Value" }),
    CALC: string(160, { pp: true, special: "calc", initial: "0", prompt: "Calculation" }),
    CLCV: long({ interest: 1, prompt: "CALC Valid" }),
    ...calcArgumentFields,
    ...fieldsNamed(
      LINK_STATES.map(([link]) => link),
      (link) => inLink({ special: "mod", interest: 1, prompt: `Input ${link.slice(-1)}` }),
    ),
    OUT: outLink({ special: "mod", interest: 1, prompt: "Output Specification" }),
    ...fieldsNamed(
      LINK_STATES.map(([, state]) => state),
      (_name, index) =>
        menu(calcoutINAV, {
          special: "nomod",
          initial: "1",
          interest: 1,
          prompt: `${LINK_STATES[index]?.[0]} PV Status`,
        }),
    ),
    OUTV: menu(calcoutINAV, { special: "nomod", interest: 1, prompt: "OUT PV Status" }),
    OOPT: menu(calcoutOOPT, { interest: 1, prompt: "Output Execute Opt" }),
    ODLY: double({ asl: 0, interest: 1, prompt: "Output Execute Delay" }),
    DLYA: ushort({ asl: 0, special: "nomod", prompt: "Output Delay Active" }),
    DOPT: menu(calcoutDOPT, { interest: 1, prompt: "Output Data Opt" }),
    OCAL: string(160, { pp: true, special: "calc", initial: "0", prompt: "Output Calculation" }),
    OCLV: long({ interest: 1, prompt: "OCAL Valid" }),
    OEVT: string(40, { asl: 0, special: "mod", prompt: "Event To Issue" }),
    EPVT: noAccess({ special: "nomod", interest: 4, prompt: "Event private" }),
    ...invalidAction(double({ interest: 2, prompt: "INVALID output value" })),
    ...units,
    ...precision,
    ...operatingRange(double),
    ...limitAlarms(double),
    ...deadbands(double),
    OVAL: double({ asl: 0, prompt: "Output Value" }),
    POVL: double({ asl: 0, prompt: "Prev Value of OVAL" }),
    RPCL: calcProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish Calc" }),
    ORPC: calcProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish OCalc" }),
  },
  { HOPR: "High Operating Rng" },
);

type Calcout = RecordOf<typeof fields>;
type Io = RecordIo<Calcout>;

const onScale = scaleFields();
const inUnits = fieldsLikeValue(fields);
const ODLY_PRECISION = 2;
const PROGRAMS = {
  CALC: { program: "RPCL", valid: "CLCV" },
  OCAL: { program: "ORPC", valid: "OCLV" },
} as const;

/** Compiles CALC or OCAL and shows in CLCV or OCLV whether it is an expression. */
function compile(record: Calcout, io: Io, field: "CALC" | "OCAL"): void {
  const { program, valid } = PROGRAMS[field];
  const compiled = compileCalc(record[field]);
  record[program] = compiled.ok ? compiled.value : undefined;
  record[valid] = compiled.ok ? 0 : -1;
  if (!compiled.ok) io.report(`${field} "${record[field]}": ${compiled.error}`);
}

const STATES = [...LINK_STATES, ["OUT", "OUTV"] as const];

function showLink(record: Calcout, io: Io, [link, state]: (typeof STATES)[number]): void {
  const value = calcoutINAV[io.linkState(link)];
  if (record[state] === value) return;
  record[state] = value;
  io.post(state, EventMask.VALUE);
}

/** Links to other IOCs come and go. */
function showRemoteLinks(record: Calcout, io: Io): void {
  for (const each of STATES)
    if (record[each[0]].target.kind !== "constant" && io.linkState(each[0]) !== "local")
      showLink(record, io, each);
}

/** EPICS Base looks at a new link before it opens it: it shows as a constant whatever it is, and gives no value. */
function showNewLink(record: Calcout, io: Io, field: string): void {
  const state = LINK_STATES.find(([link]) => link === field)?.[1] ?? "OUTV";
  record[state] = calcoutINAV.constant;
  io.post(state, EventMask.VALUE);
}

function calculate(record: Calcout, io: Io): void {
  if (!fetchArguments(io)) return;
  const value = evaluate(record, record.RPCL, record.VAL);
  if (value === undefined) {
    io.setSevr(Status.CALC, Severity.INVALID, "calcPerform");
  } else {
    record.VAL = value;
    record.UDF = Number.isNaN(value) ? 1 : 0;
  }
}

function takeOutputValue(record: Calcout, io: Io): void {
  if (record.DOPT === calcoutDOPT.useVal) {
    record.OVAL = record.VAL;
    return;
  }
  const value = evaluate(record, record.ORPC, record.VAL);
  if (value === undefined) {
    io.setSevr(Status.CALC, Severity.INVALID, "OCAL calcPerform");
  } else {
    record.OVAL = value;
    record.UDF = Number.isNaN(value) ? 1 : 0;
  }
}

function output(record: Calcout, io: Io): undefined | Promise<void> {
  takeOutputValue(record, io);
  if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
  return driveOutput(record, io, useIvov, writeAndPostEvent);
}

function useIvov(record: Calcout): void {
  record.OVAL = record.IVOV;
}

function writeAndPostEvent(record: Calcout, io: Io): undefined | Promise<void> {
  const pending = io.writeDevice();
  if (record.OEVT !== "") io.postEvent(record.OEVT);
  return pending;
}

/** DLYA shows that the output waits for ODLY seconds; the record stays active meanwhile. */
async function outputLater(record: Calcout, io: Io): Promise<void> {
  record.DLYA = 1;
  io.post("DLYA", EventMask.VALUE);
  await io.delay(record.ODLY);
  io.timestamp();
  record.DLYA = 0;
  io.post("DLYA", EventMask.VALUE);
  await output(record, io);
}

/** Calculation with an output that depends on the result. */
export const calcout = defineRecordType("calcout", fields, {
  device: { link: "OUT", value: "OVAL" },
  init(record, io) {
    loadArguments(io);
    for (const each of STATES) showLink(record, io, each);
    compile(record, io, "CALC");
    compile(record, io, "OCAL");
    record.PVAL = record.MLST = record.ALST = record.LALM = record.VAL;
    record.POVL = record.OVAL;
  },
  process(record, io) {
    showRemoteLinks(record, io);
    calculate(record, io);
    checkLimitAlarms(record, io);
    io.timestamp();
    const write = shouldWrite(record.OOPT, record.VAL, record.PVAL, false, record.MDEL);
    record.PVAL = record.VAL;
    if (!write) return undefined;
    return record.ODLY > 0 ? outputLater(record, io) : output(record, io);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    // A failing output shows in the alarm only.
    io.failed = false;
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postArguments(record, io, mask);
    if (record.POVL === record.OVAL) return undefined;
    io.post("OVAL", mask | EventMask.VALUE | EventMask.LOG);
    record.POVL = record.OVAL;
    return undefined;
  },
  afterPut(record, io, field) {
    if (field === "CALC" || field === "OCAL") {
      compile(record, io, field);
      io.post(PROGRAMS[field].valid, EventMask.VALUE);
    } else if (field.startsWith("INP") || field === "OUT") {
      showNewLink(record, io, field);
    }
    return undefined;
  },
  properties(record, field, io) {
    if (field === "ODLY") return { units: "s", precision: ODLY_PRECISION };
    return (
      argumentProperties(io, field, record.PREC) ?? numericProperties(record, field, { onScale, inUnits })
    );
  },
});
