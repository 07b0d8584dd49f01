import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { LETTERS_TO_P } from "../argumentLetters.js";
import { compileStringCalc } from "../calc/index.js";
import { fieldsNamed } from "../fieldGroups.js";
import {
  double,
  float,
  inLink,
  long,
  menu,
  noAccess,
  outLink,
  short,
  string,
  stringProgram,
} from "../fieldSpec.js";
import { menuLinkState, showLinkStates } from "../linkStates.js";
import { defineMenu } from "../menu.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";
import { expandMacros } from "./transformMacros.js";

const transformIAV = menuLinkState("transformIAV");
const transformIVLA = defineMenu("transformIVLA", { ignore: "Ignore error", doNothing: "Do Nothing" });
const transformCOPT = defineMenu("transformCOPT", { conditional: "Conditional", always: "Always" });

/** The fields of each of the sixteen values. */
const VALUES = LETTERS_TO_P.map(
  (letter, index) =>
    ({
      letter,
      bit: 1 << index,
      last: `L${letter}`,
      expression: `CLC${letter}`,
      program: `RPC${letter}`,
      valid: `C${letter}V`,
      source: `INP${letter}`,
      target: `OUT${letter}`,
      comment: `CMT${letter}`,
      sourceState: `I${letter}V`,
      targetState: `O${letter}V`,
    }) as const,
);

const named = <const K extends Exclude<keyof (typeof VALUES)[number], "bit">>(key: K) =>
  VALUES.map((value) => value[key]);
const lastLetter = (name: string): string => name.slice(-1);
const linkState = menu(transformIAV, { special: "nomod", interest: 1, initial: "1" });

const fields = {
  VERS: float({ special: "nomod", initial: "1", prompt: "Code Version" }),
  RPVT: noAccess({ special: "nomod", interest: 4, prompt: "Record Private" }),
  IVLA: menu(transformIVLA, { initial: "0", interest: 1, prompt: "Invalid link action" }),
  COPT: menu(transformCOPT, { initial: "Conditional", interest: 1, prompt: "Calc option" }),
  VAL: double({ prompt: "Result" }),
  ...fieldsNamed(named("expression"), (name) =>
    string(120, { special: "mod", prompt: `Calculation ${lastLetter(name)}` }),
  ),
  ...fieldsNamed(named("valid"), () => long({ interest: 1, prompt: "CALC Invalid" })),
  ...fieldsNamed(named("source"), (name) =>
    inLink({ special: "mod", interest: 1, prompt: `Input ${lastLetter(name)}` }),
  ),
  ...fieldsNamed(named("target"), (name) =>
    outLink({ special: "mod", interest: 1, prompt: `Output ${lastLetter(name)}` }),
  ),
  EGU: string(16, { interest: 1, prompt: "Units Name" }),
  PREC: short({ interest: 1, prompt: "Display Precision" }),
  ...fieldsNamed(named("letter"), (name) => double({ pp: true, special: "mod", prompt: `Value of ${name}` })),
  ...fieldsNamed(named("last"), (name) =>
    double({ special: "nomod", interest: 3, prompt: `Prev Value of ${lastLetter(name)}` }),
  ),
  ...fieldsNamed(named("program"), (name) =>
    stringProgram({ special: "nomod", interest: 4, prompt: `Postfix Calc ${lastLetter(name)}` }),
  ),
  ...fieldsNamed(named("comment"), (name) => string(39, { prompt: `Comment ${lastLetter(name)}` })),
  MAP: short({ interest: 3, prompt: "Input bitmap" }),
  ...fieldsNamed(named("sourceState"), () => ({ ...linkState, prompt: "Input link valid" })),
  ...fieldsNamed(named("targetState"), () => ({ ...linkState, prompt: "Output link valid" })),
};

type Transform = RecordOf<typeof fields>;
type Io = RecordIo<Transform>;
type ValueFields = (typeof VALUES)[number];

const VERSION = Math.fround(5.8);
const CHANGE = EventMask.VALUE | EventMask.LOG;
const LINKS = [
  ...VALUES.map(({ source, sourceState }) => ({ link: source, state: sourceState })),
  ...VALUES.map(({ target, targetState }) => ({ link: target, state: targetState })),
];

/** Records whose values have been posted once; the first processing posts all of them. */
const posted = new WeakSet<Transform>();

function compile(record: Transform, io: Io, value: ValueFields): void {
  const { expression, program, valid } = value;
  record[program] = undefined;
  let state = 0;
  if (record[expression] !== "") {
    const comments = new Map(VALUES.map(({ letter, comment }) => [letter, record[comment]]));
    const compiled = compileStringCalc(expandMacros(record[expression], comments));
    if (compiled.ok) record[program] = compiled.value;
    else {
      io.report(`${expression}: ${compiled.error}`);
      state = -1;
    }
  }
  if (record[valid] === state) return;
  record[valid] = state;
  io.post(valid, CHANGE);
}

/** A link that gives nothing makes its value 0. */
function readInputs(record: Transform, io: Io): void {
  for (const { source, letter } of VALUES)
    if (!record[source].isConstant && !io.readLink(source, letter)) record[letter] = 0;
}

/** Whether a value has changed since the last processing, by a link or by a client. */
const isNew = (record: Transform, { letter, last, bit }: ValueFields): boolean => {
  const same = Object.is(record[letter], record[last]) || (record[letter] === 0 && record[last] === 0);
  return !same || (record.MAP & bit) !== 0;
};

function calculate(record: Transform, io: Io): void {
  const numbers = new Float64Array(VALUES.length);
  for (const value of VALUES) {
    const { letter, source, program: field } = value;
    const program = record[field];
    const isDue =
      record.COPT === transformCOPT.always || (record[source].isConstant && !isNew(record, value));
    if (program === undefined || !isDue) continue;
    VALUES.forEach((each, index) => {
      numbers[index] = record[each.letter];
    });
    program.value = record[letter];
    program.text = "";
    if (!program.perform({ numbers, texts: [] }, record.PREC)) {
      io.setSevr(Status.CALC, Severity.INVALID);
      record.UDF = 1;
    }
    // An assignment in the expression may have changed any of them.
    VALUES.forEach((each, index) => {
      record[each.letter] = numbers[index] ?? 0;
    });
    record[letter] = program.value;
  }
  record.MAP = 0;
}

function writeOutputs(record: Transform, io: Io): void {
  for (const { target, letter } of VALUES)
    if (!record[target].isConstant) io.writeLink(target, record[letter], "DOUBLE");
}

/** Inputs are invalid, and IVLA asks to leave everything as it is then. */
const isBlocked = (record: Transform): boolean =>
  record.NSEV >= Severity.INVALID && record.IVLA === transformIVLA.doNothing;

/** Records that the present processing leaves alone. */
const blocked = new WeakSet<Transform>();

/** Sixteen values that are read, computed from each other and written. */
export const transform = defineRecordType("transform", fields, {
  prepare(record, io) {
    record.VERS = VERSION;
    record.VAL = 0;
    record.MAP = 0;
    for (const value of VALUES) io.loadConstant(value.source, value.letter);
  },
  init(record, io) {
    showLinkStates(record, io, LINKS, CHANGE);
    for (const value of VALUES) {
      compile(record, io, value);
      record[value.last] = record[value.letter];
    }
  },
  process(record, io) {
    record.UDF = 0;
    showLinkStates(record, io, LINKS, CHANGE);
    readInputs(record, io);
    if (isBlocked(record)) {
      blocked.add(record);
      return;
    }
    blocked.delete(record);
    calculate(record, io);
    writeOutputs(record, io);
  },
  complete(record, io) {
    io.timestamp();
    if (blocked.has(record)) {
      io.resetAlarms();
      return false;
    }
    if (record.UDF !== 0) io.setSevr(Status.UDF, record.UDFS);
    io.resetAlarms();
    const isFirst = !posted.has(record);
    posted.add(record);
    for (const { letter, last } of VALUES) {
      if (record[letter] === record[last] && !isFirst) continue;
      io.post(letter, CHANGE);
      record[last] = record[letter];
    }
    return undefined;
  },
  beforePut(record, _io, field) {
    const value = VALUES.find(({ letter }) => letter === field);
    return value === undefined || record[value.source].isConstant
      ? undefined
      : `${value.source} gives this value`;
  },
  afterPut(record, io, field) {
    for (const value of VALUES) {
      if (field === value.expression) compile(record, io, value);
      else if (field === value.letter && record.PACT === 0) record.MAP |= value.bit;
      else if (field === value.source && record[value.source].isConstant) io.post(value.letter, CHANGE);
    }
    showLinkStates(record, io, LINKS, CHANGE);
    return undefined;
  },
  properties: (record, field) => ({ precision: field === "VERS" ? 2 : record.PREC }),
});
