import { Severity, Status } from "../../channel/alarm.js";
import { convertValue } from "../../channel/convert.js";
import { isArrayValue, type Value } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { DOUBLED_LETTERS } from "../argumentLetters.js";
import { type ArrayProgram, compileArrayCalc } from "../calc/index.js";
import { deadbandMask } from "../deadband.js";
import { fieldsNamed } from "../fieldGroups.js";
import { array, arrayProgram, long, menu, noAccess, uchar, ulong } from "../fieldSpec.js";
import { checkLimitAlarms } from "../limitAlarms.js";
import { showLinkStates } from "../linkStates.js";
import { defineMenu } from "../menu.js";
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
import { recordState } from "../recordState.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const acalcoutSIZE = defineMenu("acalcoutSIZE", { nelm: "NELM", nuse: "NUSE" });

const value = { pp: true, asl: 0, special: "dbaddr" } as const;
const status = { special: "nomod", interest: 1 } as const;

const fields = {
  ...outputCalculationFields("acalcout", "Array"),
  AVAL: array({ ...value, prompt: "Array Value" }),
  NELM: ulong({ special: "nomod", initial: "1", interest: 1, prompt: "Number of Elements" }),
  NUSE: ulong({ pp: true, special: "mod", initial: "0", interest: 1, prompt: "# elem's in use" }),
  PAVL: noAccess({ pp: true, asl: 0, prompt: "Prev. Array Value" }),
  ...fieldsNamed(DOUBLED_LETTERS, () => array({ ...value, prompt: "Value of array input" })),
  PAA: noAccess({ asl: 0, prompt: "Prev Val of array input" }),
  NEWM: ulong({ asl: 0, special: "nomod", prompt: "new array value mask" }),
  OAV: array({ ...value, prompt: "Output array value" }),
  POAV: noAccess({ pp: true, asl: 0, prompt: "Output array value" }),
  RPCL: arrayProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish Calc" }),
  ORPC: arrayProgram({ special: "nomod", interest: 4, prompt: "Reverse Polish OCalc" }),
  CACT: uchar({ ...status, prompt: "Calc active" }),
  CSTAT: long({ ...status, prompt: "Calc status" }),
  AMASK: ulong({ ...status, prompt: "Array mod" }),
  SIZE: menu(acalcoutSIZE, { interest: 1, prompt: "Array size reported to clients" }),
  AMEM: long({ ...status, prompt: "Allocated array memory" }),
  PMEM: long({ ...status, prompt: "Prev array memory" }),
};

type Acalcout = RecordOf<typeof fields>;
type Io = RecordIo<Acalcout>;
type ArrayField = (typeof DOUBLED_LETTERS)[number] | "AVAL" | "OAV";

const VERSION = 1.4;
const CHANGE = EventMask.VALUE | EventMask.LOG;
const ARRAY_FIELDS: readonly ArrayField[] = [...DOUBLED_LETTERS, "AVAL", "OAV"];
const PROGRAMS = {
  CALC: { program: "RPCL", valid: "CLCV" },
  OCAL: { program: "ORPC", valid: "OCLV" },
} as const;

/** What a record keeps besides its fields. */
interface ArrayState {
  /** All NELM elements of each array; the field shows those in use. */
  readonly memory: Map<ArrayField, Float64Array>;
  /** AVAL and OAV as they were posted last. */
  readonly posted: Map<ArrayField, Float64Array>;
}

const stateOf = recordState<Acalcout, ArrayState>(() => ({ memory: new Map(), posted: new Map() }));

/** How many elements are in use: NUSE, or all of them when it is 0. */
const usedElements = ({ NUSE, NELM }: Acalcout): number => (NUSE > 0 && NUSE < NELM ? NUSE : NELM);

/** An array's elements in use, made when it is first needed; AMEM counts the bytes. */
function elementsOf(record: Acalcout, field: ArrayField): Float64Array {
  const { memory } = stateOf(record);
  let all = memory.get(field);
  if (all === undefined) {
    all = new Float64Array(record.NELM);
    memory.set(field, all);
    record.AMEM += all.byteLength;
  }
  const used = all.subarray(0, usedElements(record));
  record[field] = used;
  return used;
}

function storeElements(record: Acalcout, field: ArrayField, source: ArrayLike<number>): void {
  const elements = elementsOf(record, field);
  for (let i = 0; i < elements.length; i++) elements[i] = source[i] ?? 0;
}

const toDoubles = (read: Value): Float64Array => {
  if (read instanceof Float64Array) return read;
  if (!isArrayValue(read)) return Float64Array.of(Number(read));
  return Float64Array.from(read, Number);
};

function compile(record: Acalcout, io: Io, field: "CALC" | "OCAL"): void {
  const { program, valid } = PROGRAMS[field];
  const compiled = compileArrayCalc(record[field]);
  record[program] = compiled.ok ? compiled.value : undefined;
  record[valid] = compiled.ok ? 0 : -1;
  if (!compiled.ok) io.report(`${field}: ${compiled.error}`);
}

/** Reads the arrays up to the first link that fails; NEWM tells which ones changed. */
function fetchArrays(record: Acalcout, io: Io): boolean {
  return DOUBLED.every(({ link, letter }, index) => {
    // A link that is not connected is passed over.
    if (record[link].isConstant || io.linkState(link) === "disconnected") return true;
    const read = io.readLinkValue(link);
    if (read === undefined) return false;
    const converted = convertValue(read.value, read.type, "DOUBLE");
    if (!converted.ok) return false;
    const before = elementsOf(record, letter).slice();
    storeElements(record, letter, toDoubles(converted.value));
    if (elementsOf(record, letter).some((element, at) => element !== before[at])) record.NEWM |= 1 << index;
    return true;
  });
}

/** Evaluates into a number and an array of the record; false when there is no finite result. */
function perform(
  record: Acalcout,
  program: ArrayProgram | undefined,
  number: "VAL" | "OVAL",
  result: "AVAL" | "OAV",
): boolean {
  if (program === undefined) return false;
  const { memory } = stateOf(record);
  const numbers = numbersOf(record);
  const arrays = DOUBLED_LETTERS.map((letter) => memory.get(letter)?.slice());
  program.value = record[number];
  program.array = elementsOf(record, result).slice();
  const done = program.perform({ numbers, arrays }, usedElements(record));
  takeNumbers(record, numbers);
  DOUBLED_LETTERS.forEach((letter, index) => {
    const stored = arrays[index];
    if (stored !== undefined && (program.stored >> index) & 1) storeElements(record, letter, stored);
  });
  record.AMASK |= program.stored;
  record[number] = program.value;
  storeElements(record, result, program.array);
  return done;
}

function calculate(record: Acalcout, io: Io): void {
  record.AMASK = 0;
  const done = perform(record, record.RPCL, "VAL", "AVAL");
  const outputDone = record.DOPT === dataOption.useVal || perform(record, record.ORPC, "OVAL", "OAV");
  record.CSTAT = done && outputDone ? 0 : -1;
  DOUBLED_LETTERS.forEach((letter, index) => {
    if ((record.AMASK >> index) & 1) io.post(letter, CHANGE);
  });
  if (record.CSTAT !== 0) io.setSevr(Status.CALC, Severity.INVALID);
  else record.UDF = 0;
}

/** Writes as many elements as are in use and the target has room for; one element is the number. */
function write(record: Acalcout, io: Io): undefined | Promise<unknown> {
  if (record.OUT.isConstant) return undefined;
  const count = Math.min(record.OUT.target.elementCount, record.NUSE > 0 ? record.NUSE : record.NELM);
  const usesVal = record.DOPT === dataOption.useVal;
  const output =
    count <= 1
      ? usesVal
        ? record.VAL
        : record.OVAL
      : elementsOf(record, usesVal ? "AVAL" : "OAV").slice(0, count);
  if (waitsFor(record, record.OUT)) return record.OUT.target.writeNotify(output, "DOUBLE");
  io.writeLink("OUT", output, "DOUBLE");
  return undefined;
}

/** Posts AVAL or OAV when an element has left MDEL or ADEL. */
function postArray(record: Acalcout, io: Io, field: "AVAL" | "OAV", mask: number): void {
  const { posted } = stateOf(record);
  const elements = elementsOf(record, field);
  const before = posted.get(field) ?? new Float64Array(record.NELM);
  const beyond = (deadband: number): boolean =>
    elements.some((element, at) => Math.abs((before[at] ?? 0) - element) > deadband);
  const changed = (beyond(record.MDEL) ? EventMask.VALUE : 0) | (beyond(record.ADEL) ? EventMask.LOG : 0);
  if (changed === 0) return;
  io.post(field, mask | changed);
  before.set(elements);
  posted.set(field, before);
}

function limitUse(record: Acalcout, io: Io): boolean {
  if (record.NUSE <= record.NELM) return false;
  record.NUSE = record.NELM;
  io.post("NUSE", EventMask.VALUE | EventMask.LOG);
  return true;
}

/** Calculation of a number and an array, with an output. */
export const acalcout = defineRecordType("acalcout", fields, {
  device: { link: "OUT", value: "OVAL" },
  prepare(record, io) {
    record.VERS = VERSION;
    record.NELM = Math.max(1, record.NELM);
    limitUse(record, io);
    loadNumbers(io);
    for (const field of ARRAY_FIELDS) {
      const restored = record[field];
      if (isArrayValue(restored)) storeElements(record, field, toDoubles(restored));
      else record[field] = new Float64Array(usedElements(record));
    }
  },
  init(record, io) {
    showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    compile(record, io, "CALC");
    compile(record, io, "OCAL");
  },
  process(record, io) {
    limitUse(record, io);
    keepNumbers(record);
    showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    if (!fetchNumbers(record, io) || !fetchArrays(record, io)) return undefined;
    calculate(record, io);
    checkLimitAlarms(record, io);
    return outputWhenDue(
      record,
      io,
      () => {},
      () => write(record, io),
    );
  },
  complete(record, io) {
    io.timestamp();
    const mask = io.resetAlarms() | deadbandMask(record);
    io.post("VAL", mask);
    postArray(record, io, "AVAL", mask);
    postArray(record, io, "OAV", mask);
    postNumbers(record, io, mask);
    keepNumbers(record);
    DOUBLED_LETTERS.forEach((letter, index) => {
      if ((record.NEWM >> index) & 1) io.post(letter, mask | CHANGE);
    });
    record.NEWM = 0;
    postOutputValue(record, io, mask);
    if (record.AMEM !== record.PMEM) io.post("AMEM", mask | CHANGE);
    record.PMEM = record.AMEM;
  },
  afterPut(record, io, field) {
    const array = ARRAY_FIELDS.find((name) => name === field);
    if (array !== undefined) storeElements(record, array, toDoubles(record[array]));
    else if (field === "CALC" || field === "OCAL") {
      compile(record, io, field);
      io.post(PROGRAMS[field].valid, EventMask.VALUE);
    } else if (field === "NUSE") {
      const wasTooMany = limitUse(record, io);
      for (const name of stateOf(record).memory.keys()) elementsOf(record, name);
      return wasTooMany ? "NUSE is limited to NELM" : undefined;
    } else {
      afterLinkPut(record, io, field);
      showLinkStates(record, io, SHOWN_LINKS, EventMask.VALUE);
    }
    return undefined;
  },
  address(record, field) {
    if (!ARRAY_FIELDS.some((name) => name === field)) return undefined;
    const elementCount = record.SIZE === acalcoutSIZE.nuse ? usedElements(record) : record.NELM;
    return { type: "DOUBLE", elementCount };
  },
  properties: outputCalculationProperties,
});
