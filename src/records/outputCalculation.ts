import { Severity } from "../channel/alarm.js";
import { EventMask } from "../channel/eventMask.js";
import { DOUBLED_LETTERS, LETTERS_TO_L } from "./argumentLetters.js";
import { fieldsNamed } from "./fieldGroups.js";
import { double, inLink, long, menu, noAccess, outLink, short, string, ushort } from "./fieldSpec.js";
import { menuLinkState } from "./linkStates.js";
import type { Link } from "./links/link.js";
import { defineMenu } from "./menu.js";
import { menuAlarmSevr, menuIvoa } from "./menus.js";
import { menuOutputOptionOrNever, shouldWrite } from "./outputOption.js";
import type { CommonRecord, FieldProperties, FieldsOf, RecordIo } from "./recordType.js";

/** What synApps's scalcout and acalcout have in common: arguments, links with their states, when and how the output is written. */

/** The fields of each number A to L. */
const NUMBERS = LETTERS_TO_L.map(
  (letter) => ({ letter, link: `INP${letter}`, state: `IN${letter}V`, last: `P${letter}` }) as const,
);

/** The fields of each text or array AA to LL. */
export const DOUBLED = DOUBLED_LETTERS.map(
  (letter) => ({ letter, link: `IN${letter}`, state: `I${letter}V`, last: `P${letter}` }) as const,
);

const namesOf = <const T extends readonly { readonly [key: string]: string }[], K extends keyof T[number]>(
  table: T,
  key: K,
) => table.map((row: T[number]) => row[key]);

/** The links that the record shows the states of. */
export const SHOWN_LINKS = [
  ...NUMBERS.map(({ link, state }) => ({ link, state })),
  ...DOUBLED.map(({ link, state }) => ({ link, state })),
  { link: "OUT", state: "OUTV" } as const,
];

export const dataOption = { useVal: 0, useOval: 1 } as const;

const limit = { pp: true, interest: 1 } as const;

/** The fields; `kind` is what AA to LL are. */
export function outputCalculationFields(recordType: string, kind: "String" | "Array") {
  const linkState = menuLinkState(`${recordType}INAV`);
  const state = { special: "nomod", interest: 1 } as const;
  return {
    VERS: double({ special: "nomod", initial: "1", prompt: "Code Version" }),
    RPVT: noAccess({ special: "nomod", interest: 4, prompt: "Record Private" }),
    VAL: double({ asl: 0, prompt: "Result" }),
    PVAL: double({ prompt: "Previous Value" }),
    CALC: string(80, { pp: true, special: "mod", prompt: "Calculation" }),
    CLCV: long({ interest: 1, prompt: "CALC Valid" }),
    ...fieldsNamed(namesOf(NUMBERS, "link"), (name) =>
      inLink({ special: "mod", interest: 1, prompt: `Input ${name.slice(-1)}` }),
    ),
    ...fieldsNamed(namesOf(DOUBLED, "link"), (name) =>
      inLink({ special: "mod", interest: 1, prompt: `${kind} input ${name.slice(-2)}` }),
    ),
    OUT: outLink({ special: "mod", interest: 1, prompt: "Output Link" }),
    ...fieldsNamed(namesOf(NUMBERS, "state"), (name) =>
      menu(linkState, { ...state, initial: "1", prompt: `INP${name.charAt(2)} PV Status` }),
    ),
    ...fieldsNamed(namesOf(DOUBLED, "state"), (name) =>
      menu(linkState, { ...state, initial: "1", prompt: `IN${name.slice(1, 3)} PV Status` }),
    ),
    OUTV: menu(linkState, { ...state, prompt: "OUT PV Status" }),
    OOPT: menu(menuOutputOptionOrNever(`${recordType}OOPT`), { interest: 1, prompt: "Output Execute Opt" }),
    ODLY: double({ asl: 0, interest: 1, prompt: "Output Execute Delay" }),
    WAIT: menu(defineMenu(`${recordType}WAIT`, { noWait: "NoWait", wait: "Wait" }), {
      interest: 1,
      prompt: "Wait for completion?",
    }),
    DLYA: ushort({ asl: 0, special: "nomod", prompt: "Output Delay Active" }),
    DOPT: menu(defineMenu(`${recordType}DOPT`, { useVal: "Use CALC", useOval: "Use OCAL" }), {
      interest: 1,
      prompt: "Output Data Opt",
    }),
    OCAL: string(80, { pp: true, special: "mod", prompt: "Output Calculation" }),
    OCLV: long({ interest: 1, prompt: "OCAL Valid" }),
    OEVT: ushort({ asl: 0, prompt: "Event To Issue" }),
    IVOA: menu(menuIvoa, { interest: 2, prompt: "INVALID output action" }),
    IVOV: double({ interest: 2, prompt: "INVALID output value" }),
    EGU: string(16, { interest: 1, prompt: "Units Name" }),
    PREC: short({ interest: 1, prompt: "Display Precision" }),
    HOPR: double({ interest: 1, prompt: "High Operating Rng" }),
    LOPR: double({ interest: 1, prompt: "Low Operating Range" }),
    HIHI: double({ ...limit, prompt: "Hihi Alarm Limit" }),
    LOLO: double({ ...limit, prompt: "Lolo Alarm Limit" }),
    HIGH: double({ ...limit, prompt: "High Alarm Limit" }),
    LOW: double({ ...limit, prompt: "Low Alarm Limit" }),
    HHSV: menu(menuAlarmSevr, { ...limit, prompt: "Hihi Severity" }),
    LLSV: menu(menuAlarmSevr, { ...limit, prompt: "Lolo Severity" }),
    HSV: menu(menuAlarmSevr, { ...limit, prompt: "High Severity" }),
    LSV: menu(menuAlarmSevr, { ...limit, prompt: "Low Severity" }),
    HYST: double({ interest: 1, prompt: "Alarm Deadband" }),
    ADEL: double({ interest: 1, prompt: "Archive Deadband" }),
    MDEL: double({ interest: 1, prompt: "Monitor Deadband" }),
    ...fieldsNamed(LETTERS_TO_L, (name) => double({ pp: true, prompt: `Value of Input ${name}` })),
    OVAL: double({ asl: 0, prompt: "Output Value" }),
    ...fieldsNamed(namesOf(NUMBERS, "last"), (name) =>
      double({ special: "nomod", interest: 3, prompt: `Prev Value of ${name.slice(-1)}` }),
    ),
    POVL: double({ asl: 0, prompt: "Prev Value of OVAL" }),
    LALM: double({ special: "nomod", interest: 3, prompt: "Last Value Alarmed" }),
    ALST: double({ special: "nomod", interest: 3, prompt: "Last Value Archived" }),
    MLST: double({ special: "nomod", interest: 3, prompt: "Last Val Monitored" }),
  };
}

type OutputCalculation = CommonRecord & FieldsOf<ReturnType<typeof outputCalculationFields>>;
type Io = RecordIo<OutputCalculation>;

/** Values of constant links to numbers, once at start. */
export function loadNumbers(io: Io): void {
  for (const { link, letter } of NUMBERS) io.loadConstant(link, letter);
}

/** Reads the numbers up to the first link that fails; false when one did. */
export const fetchNumbers = (record: OutputCalculation, io: Io): boolean =>
  NUMBERS.every(({ link, letter }) => record[link].isConstant || io.readLink(link, letter));

/** Remembers the numbers before a calculation, to tell which ones it changed. */
export function keepNumbers(record: OutputCalculation): void {
  for (const { letter, last } of NUMBERS) record[last] = record[letter];
}

export const numbersOf = (record: OutputCalculation): Float64Array =>
  Float64Array.from(LETTERS_TO_L, (letter) => record[letter]);

export function takeNumbers(record: OutputCalculation, numbers: Float64Array): void {
  LETTERS_TO_L.forEach((letter, index) => {
    record[letter] = numbers[index] ?? 0;
  });
}

/** Posts the numbers that changed; all of them when the alarm did. */
export function postNumbers(record: OutputCalculation, io: Io, mask: number): void {
  for (const { letter, last } of NUMBERS)
    if (record[letter] !== record[last] || (mask & EventMask.ALARM) !== 0)
      io.post(letter, mask | EventMask.VALUE | EventMask.LOG);
}

export function postOutputValue(record: OutputCalculation, io: Io, mask: number): void {
  if (record.POVL === record.OVAL) return;
  io.post("OVAL", mask | EventMask.VALUE | EventMask.LOG);
  record.POVL = record.OVAL;
}

/** A constant put into a number's link is told as a change of the number, though it is not taken. */
export function afterLinkPut(record: OutputCalculation, io: Io, field: string): void {
  const number = NUMBERS.find(({ link }) => link === field);
  if (number !== undefined && record[number.link].isConstant) io.post(number.letter, EventMask.VALUE);
}

const isDue = (record: OutputCalculation): boolean =>
  !Number.isNaN(record.VAL - record.PVAL) || record.OOPT !== 1
    ? shouldWrite(record.OOPT, record.VAL, record.PVAL, false, record.MDEL)
    : false;

/**
 * Writes the output when OOPT asks for it, ODLY seconds later where that is set; the record is active meanwhile.
 * @param prepare makes the values to write
 * @param write writes them; a promise is a put-callback that is waited for
 */
export function outputWhenDue(
  record: OutputCalculation,
  io: Io,
  prepare: () => void,
  write: () => undefined | Promise<unknown>,
): undefined | Promise<unknown> {
  const due = isDue(record);
  record.PVAL = record.VAL;
  if (!due) return undefined;
  const output = (): undefined | Promise<unknown> => {
    prepare();
    if (record.NSEV >= Severity.INVALID && !outputsInvalid(record)) return undefined;
    const pending = write();
    if (record.OEVT > 0) io.postEvent(String(record.OEVT));
    return pending;
  };
  return record.ODLY > 0 ? delayed(record, io, output) : output();
}

async function delayed(
  record: OutputCalculation,
  io: Io,
  output: () => undefined | Promise<unknown>,
): Promise<void> {
  record.DLYA = 1;
  io.post("DLYA", EventMask.VALUE);
  await io.delay(record.ODLY);
  record.DLYA = 0;
  io.post("DLYA", EventMask.VALUE);
  await output();
}

/** Whether IVOA lets an invalid output be written, and makes it IVOV where it says so. */
function outputsInvalid(record: OutputCalculation): boolean {
  if (record.IVOA === menuIvoa.dontDriveOutputs) return false;
  if (record.IVOA === menuIvoa.setOutputToIvov) record.OVAL = record.IVOV;
  return true;
}

/** Whether the put can be waited for: WAIT asks for it, and the link goes through Channel Access. */
export const waitsFor = (record: OutputCalculation, link: Link): boolean =>
  record.WAIT !== 0 && link.target.kind === "ca";

const ON_SCALE: ReadonlySet<string> = new Set([
  "VAL",
  "HIHI",
  "HIGH",
  "LOW",
  "LOLO",
  ...LETTERS_TO_L,
  ...NUMBERS.map(({ last }) => last),
]);

/** Metadata of a field. */
export function outputCalculationProperties(record: OutputCalculation, field: string): FieldProperties {
  const common = { units: record.EGU, precision: record.PREC };
  if (!ON_SCALE.has(field)) return common;
  const range = { low: record.LOPR, high: record.HOPR };
  const scaled = { ...common, display: range, control: range };
  if (field !== "VAL") return scaled;
  return {
    ...scaled,
    alarm: { low: record.LOLO, high: record.HIHI },
    warning: { low: record.LOW, high: record.HIGH },
  };
}
