import { isDeepStrictEqual } from "node:util";
import { Severity, Status } from "../../channel/alarm.js";
import { type ArrayValue, elementCountOf, emptyArray, isArrayValue, type Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { arrayType } from "../arrayType.js";
import {
  ARGUMENTS,
  type Argument,
  aSubEFLG,
  aSubFields,
  aSubLFLG,
  inputNamed,
  outputNamed,
} from "../aSubFields.js";
import { linkedProperties } from "../calcFields.js";
import { sensiblePrecision } from "../numericProperties.js";
import { recordState } from "../recordState.js";
import type { FieldAddress, FieldProperties, RecordIo, RecordOf } from "../recordType.js";
import { defineRecordType } from "../recordType.js";

type ASub = RecordOf<typeof aSubFields>;
type Io = RecordIo<ASub>;

/** The status that EPICS Base gives for a function that is not registered. */
const S_DB_BAD_SUB = 33_488_931;

interface State {
  /** The name of the function that was found for SNAM. */
  bound: string | undefined;
  /** Why this processing has no result; 0 when it has one. */
  status: number;
  /** What was posted last, by output. */
  readonly posted: Map<string, Value>;
}

const stateOf = recordState<ASub, State>(() => ({ bound: undefined, status: 0, posted: new Map() }));

/** An array of `count` zeros or empty texts. */
const zeros = (ftype: number, count: number): ArrayValue => emptyArray(arrayType(ftype), count);

function allocate(record: ASub): void {
  for (const { input, output } of ARGUMENTS) {
    record[input.size] = record[input.count] = Math.max(1, record[input.size]);
    record[output.size] = record[output.count] = Math.max(1, record[output.size]);
    record[input.value] = zeros(record[input.type], record[input.size]);
    record[output.value] = zeros(record[output.type], record[output.size]);
  }
}

function loadConstants(record: ASub, io: Io): void {
  io.loadConstant("SUBL", "SNAM");
  for (const { input } of ARGUMENTS)
    if (io.loadConstant(input.link, input.value)) record[input.count] = elementCountOf(record[input.value]);
    else if (record[input.link].parsed.kind === "json" && record[input.link].isConstant) {
      // A text that is no number counts as an element nevertheless.
      record[input.value] = zeros(record[input.type], 1);
      record[input.count] = 1;
    }
}

function bind(record: ASub, io: Io): string | undefined {
  const state = stateOf(record);
  state.bound = io.hasFunction(record.SNAM) ? record.SNAM : undefined;
  return state.bound === undefined && record.SNAM !== ""
    ? `SNAM: there is no function "${record.SNAM}"`
    : undefined;
}

function remember(record: ASub): void {
  record.ONAM = record.SNAM;
  record.OVAL = record.VAL;
  const { posted } = stateOf(record);
  for (const { output } of ARGUMENTS) {
    posted.set(output.value, record[output.value]);
    record[output.posted] = record[output.count];
  }
}

/** With LFLG the name of the function comes through SUBL. */
function fetchName(record: ASub, io: Io): boolean {
  if (record.LFLG !== aSubLFLG.READ) return true;
  if (!io.readLink("SUBL", "SNAM")) return false;
  if (record.SNAM === "" || record.SNAM === record.ONAM) return true;
  if (!io.hasFunction(record.SNAM)) return false;
  stateOf(record).bound = record.SNAM;
  record.ONAM = record.SNAM;
  return true;
}

const fetch = (record: ASub, io: Io): boolean =>
  fetchName(record, io) &&
  ARGUMENTS.every(({ input }) => {
    if (record[input.link].isConstant) return true;
    if (!io.readLink(input.link, input.value)) return false;
    record[input.count] = elementCountOf(record[input.value]);
    return true;
  });

function run(record: ASub, io: Io): undefined | Promise<void> {
  const { bound } = stateOf(record);
  if (record.SNAM === "") return settle(record, io, 0);
  const outcome = bound === undefined ? undefined : io.callFunction(bound);
  if (outcome instanceof Promise) return outcome.then((status) => settle(record, io, status));
  if (outcome !== undefined) return settle(record, io, outcome);
  io.setSevr(Status.BAD_SUB, Severity.INVALID);
  record.VAL = stateOf(record).status = S_DB_BAD_SUB;
  return undefined;
}

function settle(record: ASub, io: Io, status: number): undefined {
  record.VAL = stateOf(record).status = Math.trunc(status) | 0;
  if (record.SNAM === "") return undefined;
  if (status < 0) io.setSevr(Status.SOFT, record.BRSV);
  else record.UDF = 0;
  for (const { output } of ARGUMENTS) measure(record, output);
  return undefined;
}

/** What a function left in an output: as many elements as there is room for. */
function measure(record: ASub, output: Argument["output"]): void {
  const value = record[output.value];
  if (isArrayValue(value) && value.length > record[output.size])
    record[output.value] = value.slice(0, record[output.size]);
  record[output.count] = elementCountOf(record[output.value]);
}

function postOutputs(record: ASub, io: Io, mask: number): void {
  if (record.EFLG === aSubEFLG.NEVER) return;
  const { posted } = stateOf(record);
  for (const { output } of ARGUMENTS) {
    const value = record[output.value];
    const counted = record[output.count] !== record[output.posted];
    const always = record.EFLG === aSubEFLG.ALWAYS;
    if (!always && !counted && isDeepStrictEqual(posted.get(output.value), value)) continue;
    io.post(output.value, mask);
    posted.set(output.value, value);
    if (always || counted) io.post(output.count, mask);
    record[output.posted] = record[output.count];
  }
}

function address(record: ASub, field: string): FieldAddress | undefined {
  const { input, output } = { input: inputNamed(field), output: outputNamed(field) };
  const argument = input ?? output;
  return argument && { type: arrayType(record[argument.type]), elementCount: record[argument.size] };
}

const noRange = { low: 0, high: 0 };

/** An argument's metadata is that of what its link points at. */
function properties(record: ASub, field: string, io: Io): FieldProperties {
  const argument = inputNamed(field) ?? outputNamed(field);
  if (argument === undefined) return { precision: sensiblePrecision(record.PREC) };
  return { ...linkedProperties(io.linkProperties(argument.link), record.PREC), control: noRange };
}

/** Up to 21 arrays, made by a registered function from up to 21 arrays. */
export const aSub = defineRecordType("aSub", aSubFields, {
  limits: "control",
  prepare: allocate,
  init(record, io) {
    loadConstants(record, io);
    if (record.INAM !== "" && io.callFunction(record.INAM) === undefined) {
      io.report(`INAM: there is no function "${record.INAM}"`);
      return;
    }
    for (const { output } of ARGUMENTS) measure(record, output);
    const failure = record.LFLG === aSubLFLG.IGNORE ? bind(record, io) : undefined;
    if (failure === undefined) remember(record);
    else io.report(failure);
  },
  process(record, io) {
    if (fetch(record, io)) return run(record, io);
    stateOf(record).status = S_DB_BAD_SUB;
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    if (stateOf(record).status === 0)
      for (const { output } of ARGUMENTS)
        io.writeLink(output.link, record[output.value], arrayType(record[output.type]));
    const mask = io.resetAlarms() | EventMask.VALUE | EventMask.LOG;
    if (record.VAL !== record.OVAL) {
      io.post("VAL", mask);
      record.OVAL = record.VAL;
    }
    postOutputs(record, io, mask);
  },
  afterPut(record, io, field) {
    if (field === "SNAM") return record.LFLG === aSubLFLG.IGNORE ? bind(record, io) : undefined;
    const argument = inputNamed(field) ?? outputNamed(field);
    if (argument !== undefined) record[argument.count] = elementCountOf(record[argument.value]);
    return undefined;
  },
  address,
  properties,
});
