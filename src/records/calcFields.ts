import { EventMask } from "../channel/eventMask.js";
import type { Properties } from "../channel/provider.js";
import { LETTERS_TO_U } from "./argumentLetters.js";
import type { CalcProgram } from "./calc/index.js";
import { fieldsNamed } from "./fieldGroups.js";
import { double, inLink } from "./fieldSpec.js";
import type { CommonRecord, FieldProperties, FieldsOf, RecordIo } from "./recordType.js";

/** Per argument of an expression: the link, the value and the value posted last. */
const ARGUMENTS = LETTERS_TO_U.map((letter) => ({
  letter,
  link: `INP${letter}` as const,
  last: `L${letter}` as const,
}));

/** Links and values of the arguments A to U. */
export const calcArgumentFields = {
  ...fieldsNamed(
    ARGUMENTS.map(({ link }) => link),
    (name) => inLink({ interest: 1, prompt: `Input ${name.slice(-1)}` }),
  ),
  ...fieldsNamed(LETTERS_TO_U, (name) => double({ pp: true, prompt: `Value of Input ${name}` })),
  ...fieldsNamed(
    ARGUMENTS.map(({ last }) => last),
    (name) => double({ special: "nomod", interest: 3, prompt: `Prev Value of ${name.slice(-1)}` }),
  ),
};

type CalcRecord = CommonRecord & FieldsOf<typeof calcArgumentFields>;

/** Values of constant links, once at start. */
export function loadArguments(io: RecordIo<CalcRecord>): void {
  for (const { link, letter } of ARGUMENTS) io.loadConstant(link, letter);
}

const argumentOfLink: ReadonlyMap<string, (typeof ARGUMENTS)[number]> = new Map(
  ARGUMENTS.map((argument) => [argument.link, argument]),
);

/** Reads all input links; false when any of them failed. */
export function fetchArguments(io: RecordIo<CalcRecord>): boolean {
  let complete = true;
  for (const name of io.openLinks) {
    const argument = argumentOfLink.get(name);
    if (argument !== undefined && !io.readLink(argument.link, argument.letter)) complete = false;
  }
  return complete;
}

/** Reads input links up to the first that fails; false when one did. */
export const fetchUntilFailure = (io: RecordIo<CalcRecord>): boolean =>
  io.openLinks.every((name) => {
    const argument = argumentOfLink.get(name);
    return argument === undefined || io.readLink(argument.link, argument.letter);
  });

/** Posts the arguments that changed. */
export const postChangedArguments = (record: CalcRecord, io: RecordIo<CalcRecord>, mask: number): void =>
  postWhere(record, io, mask, false);

/** Posts the arguments that changed; all of them when the alarm did. */
export const postArguments = (record: CalcRecord, io: RecordIo<CalcRecord>, mask: number): void =>
  postWhere(record, io, mask, (mask & EventMask.ALARM) !== 0);

function postWhere(record: CalcRecord, io: RecordIo<CalcRecord>, mask: number, all: boolean): void {
  for (let bits = all ? ALL_ARGUMENTS : changedArguments(record); bits !== 0; bits &= bits - 1) {
    const argument = ARGUMENTS[31 - Math.clz32(bits & -bits)];
    if (argument === undefined) return;
    io.post(argument.letter, mask | EventMask.VALUE | EventMask.LOG);
    record[argument.last] = record[argument.letter];
  }
}

const ALL_ARGUMENTS = 2 ** LETTERS_TO_U.length - 1;

/** Bit n is set when argument n differs from what was posted last. Written out: a loop over names takes ten times as long. */
function changedArguments(record: CalcRecord): number {
  let bits = record.A === record.LA ? 0 : 1;
  if (record.B !== record.LB) bits |= 1 << 1;
  if (record.C !== record.LC) bits |= 1 << 2;
  if (record.D !== record.LD) bits |= 1 << 3;
  if (record.E !== record.LE) bits |= 1 << 4;
  if (record.F !== record.LF) bits |= 1 << 5;
  if (record.G !== record.LG) bits |= 1 << 6;
  if (record.H !== record.LH) bits |= 1 << 7;
  if (record.I !== record.LI) bits |= 1 << 8;
  if (record.J !== record.LJ) bits |= 1 << 9;
  if (record.K !== record.LK) bits |= 1 << 10;
  if (record.L !== record.LL) bits |= 1 << 11;
  if (record.M !== record.LM) bits |= 1 << 12;
  if (record.N !== record.LN) bits |= 1 << 13;
  if (record.O !== record.LO) bits |= 1 << 14;
  if (record.P !== record.LP) bits |= 1 << 15;
  if (record.Q !== record.LQ) bits |= 1 << 16;
  if (record.R !== record.LR) bits |= 1 << 17;
  if (record.S !== record.LS) bits |= 1 << 18;
  if (record.T !== record.LT) bits |= 1 << 19;
  if (record.U !== record.LU) bits |= 1 << 20;
  return bits;
}

const letterOf = new Map<string, (typeof ARGUMENTS)[number]>();
for (const argument of ARGUMENTS) {
  letterOf.set(argument.letter, argument);
  letterOf.set(argument.last, argument);
}

/** An argument's metadata is that of what its link points at; `precision` is for links to nowhere. */
export function argumentProperties(
  io: RecordIo<CalcRecord>,
  field: string,
  precision: number,
): FieldProperties | undefined {
  const argument = letterOf.get(field);
  return argument && linkedProperties(io.linkProperties(argument.link), precision);
}

const noRange = { low: 0, high: 0 };

/** The metadata of a field that shows what a link points at: all that a source has, and zeros where it has none. */
export function linkedProperties(source: Properties | undefined, precision: number): FieldProperties {
  if (source === undefined) return { precision, display: noRange };
  const { units = "", precision: digits = 0, display = noRange, alarm, warning } = source;
  return {
    units,
    precision: digits,
    display,
    ...(alarm === undefined ? {} : { alarm }),
    ...(warning === undefined ? {} : { warning }),
  };
}

// One for all records: an evaluation runs to its end before the next one begins.
const args = new Float64Array(LETTERS_TO_U.length);

/** Evaluates with the record's arguments, which assignments change; undefined when there is no result. */
export function evaluate(
  record: CalcRecord,
  program: CalcProgram | undefined,
  previous: number,
): number | undefined {
  if (program === undefined) return undefined;
  for (let bits = program.inputs | program.stores; bits !== 0; bits &= bits - 1) {
    const index = 31 - Math.clz32(bits & -bits);
    args[index] = record[LETTERS_TO_U[index] ?? "A"];
  }
  const done = program.perform(args, previous);
  for (let bits = program.stores; bits !== 0; bits &= bits - 1) {
    const index = 31 - Math.clz32(bits & -bits);
    record[LETTERS_TO_U[index] ?? "A"] = args[index] ?? 0;
  }
  return done ? program.result : undefined;
}
