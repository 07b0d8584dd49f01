import { Severity, Status } from "../../channel/alarm.js";
import { MAX_STRING_SIZE, type TypedValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { charsToText, textToChars } from "../../channel/text.js";
import { DOUBLED_LETTERS } from "../argumentLetters.js";
import { compileStringCalc, escapeBytes, type StringProgram } from "../calc/index.js";
import { deadbandMask } from "../deadband.js";
import { fieldsNamed } from "../fieldGroups.js";
import { type FieldSpec, longString, noAccess, string, stringProgram } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { showLinkStates } from "../linkStates.js";
import {
  afterLinkPut,
  DOUBLED,
  dataOption,
  fetchNumbers,
  keepNumbers,
  loadNumbers,
  numbersOf,
  outputCalculationFields,
  outputCalculationProperties,
  outputWhenDue,
  postNumbers,
  postOutputValue,
  SHOWN_LINKS,
  takeNumbers,
  waitsFor,
} from "../outputCalculation.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

/** A text that clients see and only the record writes. */
const previousText = (prompt: string): FieldSpec<string> =>
  longString({ special: "dbaddr", interest: 4, prompt });

const fields = {
  ...outputCalculationFields("scalcout", "String"),
  SVAL: string(40, { asl: 0, prompt: "String result" }),
  PSVL: string(40, { special: "nomod", prompt: "Previous string result" }),
  STRS: noAccess({ interest: 4, prompt: "Array of string pointers" }),
  ...fieldsNamed(DOUBLED_LETTERS, (name) =>
    string(40, { pp: true, interest: 4, prompt: `Value of string input ${name}` }),
  ),
  ...fieldsNamed(
    DOUBLED.map(({ last }) => last),
    (name) => previousText(`Prev Value of ${name.slice(1)}`),
  ),
  OSV: string(40, { asl: 0, prompt: "Output string value" }),
  POSV: string(40, { special: "nomod", prompt: "Previous output string value" }),
  RPCL: stringProgram({ special: "nomod", interest: 4, prompt: "Postfix Calc" }),
  ORPC: stringProgram({ special: "nomod", interest: 4, prompt: "Postfix OCalc" }),
};

type Scalcout = RecordOf<typeof fields>;
type Io = RecordIo<Scalcout>;

const VERSION = 4.1;
const FAILED_VALUE = -1;
const FAILED_TEXT = "***ERROR***";
const CHANGE = EventMask.VALUE | EventMask.LOG;
const PROGRAMS = {
  CALC: { program: "RPCL", valid: "CLCV" },
  OCAL: { program: "ORPC", valid: "OCLV" },
} as const;

function compile(record: Scalcout, io: Io, field: "CALC" | "OCAL"): void {
  const { program, valid } = PROGRAMS[field];
  const compiled = compileStringCalc(record[field]);
  record[program] = compiled.ok ? compiled.value : undefined;
  record[valid] = compiled.ok ? 0 : -1;
  if (!compiled.ok) io.report(`${field}: ${compiled.error}`);
}

/** Reads a text; an array of characters is one, escaped. */
function fetchText(record: Scalcout, io: Io, { link, letter }: (typeof DOUBLED)[number]): boolean {
  const { isConstant, target } = record[link];
  if (isConstant) return true;
  const isCharacters = (target.type === "CHAR" || target.type === "UCHAR") && target.elementCount > 1;
  if (!isCharacters) return io.readLink(link, letter);
  const read = io.readLinkValue(link)?.value;
  if (!(read instanceof Int8Array || read instanceof Uint8Array)) return false;
  record[letter] = escapeBytes(charsToText(read));
  return true;
}

function fetchTexts(record: Scalcout, io: Io): void {
  for (const text of DOUBLED)
    if (!fetchText(record, io, text))
      record[text.letter] = `${io.name}:fetch(${text.letter}) failed`.slice(0, 38);
}

/** The number and the text that an expression gives from what they were; undefined, with an alarm, when it gives none. */
function perform(
  record: Scalcout,
  io: Io,
  program: StringProgram | undefined,
  before: { value: number; text: string },
): { value: number; text: string } | undefined {
  const args = { numbers: numbersOf(record), texts: DOUBLED_LETTERS.map((letter) => record[letter]) };
  if (program !== undefined) {
    program.value = before.value;
    program.text = before.text;
  }
  const done = program?.perform(args, record.PREC) === true;
  takeNumbers(record, args.numbers);
  DOUBLED_LETTERS.forEach((letter, index) => {
    record[letter] = args.texts[index] ?? "";
  });
  if (program !== undefined && done) return { value: program.value, text: program.text };
  io.setSevr(Status.CALC, Severity.INVALID);
  return undefined;
}

function calculate(record: Scalcout, io: Io): void {
  const result = perform(record, io, record.RPCL, { value: record.VAL, text: record.SVAL });
  record.VAL = result?.value ?? FAILED_VALUE;
  record.SVAL = result?.text ?? FAILED_TEXT;
  if (result !== undefined) record.UDF = 0;
}

function takeOutput(record: Scalcout, io: Io): void {
  if (record.DOPT === dataOption.useVal) {
    record.OVAL = record.VAL;
    record.OSV = record.SVAL;
    return;
  }
  const result = perform(record, io, record.ORPC, { value: record.OVAL, text: record.OSV });
  record.OVAL = result?.value ?? FAILED_VALUE;
  record.OSV = result?.text ?? FAILED_TEXT;
}

/** What the target gets: the text where it holds text or names, the number elsewhere. */
function outputFor({ OUT, OSV, SVAL, OVAL }: Scalcout, waits: boolean): TypedValue {
  const { type, elementCount } = OUT.target;
  if (type === "STRING" || type === "ENUM") return { type: "STRING", value: OSV };
  if ((type === "CHAR" || type === "UCHAR") && elementCount > 1) {
    const characters = new Int8Array(Math.min(elementCount, MAX_STRING_SIZE));
    characters.set(textToChars(waits ? OSV : SVAL).subarray(0, characters.length));
    return { type: "CHAR", value: characters };
  }
  return { type: "DOUBLE", value: OVAL };
}

function write(record: Scalcout, io: Io): undefined | Promise<unknown> {
  if (io.hasDeviceSupport || io.deviceError !== undefined) return io.writeDevice();
  if (record.OUT.isConstant) return undefined;
  const waits = waitsFor(record, record.OUT);
  const { value, type } = outputFor(record, waits);
  if (waits) return record.OUT.target.writeNotify(value, type);
  io.writeLink("OUT", value, type);
  return undefined;
}

function postTexts(record: Scalcout, io: Io, mask: number): void {
  if (record.SVAL !== record.PSVL) io.post("SVAL", mask | CHANGE);
  record.PSVL = record.SVAL;
  if (record.OSV !== record.POSV) io.post("OSV", mask | CHANGE);
  record.POSV = record.OSV;
}

/** Calculation of a number and a text, with an output. */
export const scalcout = defineRecordType("scalcout", fields, {
  device: { link: "OUT", value: "OVAL" },
  prepare(record, io) {
    record.VERS = VERSION;
    loadNumbers(io);
  },
  init(record, io) {
    showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    compile(record, io, "CALC");
    compile(record, io, "OCAL");
  },
  process(record, io) {
    showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    keepNumbers(record);
    for (const { letter, last } of DOUBLED) record[last] = record[letter];
    if (fetchNumbers(record, io)) {
      fetchTexts(record, io);
      calculate(record, io);
    }
    checkLimitAlarms(record, io);
    return outputWhenDue(
      record,
      io,
      () => takeOutput(record, io),
      () => write(record, io),
    );
  },
  complete(record, io) {
    io.timestamp();
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postTexts(record, io, mask);
    postNumbers(record, io, mask);
    for (const { letter, last } of DOUBLED)
      if (record[letter] !== record[last]) io.post(letter, mask | CHANGE);
    postOutputValue(record, io, mask);
  },
  afterPut(record, io, field) {
    if (field === "CALC" || field === "OCAL") {
      compile(record, io, field);
      io.post(PROGRAMS[field].valid, EventMask.VALUE);
    } else {
      afterLinkPut(record, io, field);
      showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    }
    return undefined;
  },
  address: (_record, field) =>
    DOUBLED.some(({ last }) => last === field)
      ? { type: "STRING", elementCount: 1, readOnly: true }
      : undefined,
  properties: outputCalculationProperties,
});
