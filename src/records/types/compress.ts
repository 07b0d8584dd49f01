import { Severity, Status } from "../../channel/alarm.js";
import { convertValue } from "../../channel/convert.js";
import { isArrayValue } from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import { CompressBuffer } from "../compressBuffer.js";
import { operatingRange, precision, units } from "../fieldGroups.js";
import { array, double, inLink, long, menu, noAccess, short, ulong } from "../fieldSpec.js";
import { defineMenu } from "../menu.js";
import { menuYesNo } from "../menus.js";
import { sensiblePrecision } from "../numericProperties.js";
import { recordState } from "../recordState.js";
import { defineRecordType, type RecordIo, type RecordOf } from "../recordType.js";

const compressALG = defineMenu("compressALG", {
  nTo1Low: "N to 1 Low Value",
  nTo1High: "N to 1 High Value",
  nTo1Average: "N to 1 Average",
  average: "Average",
  circularBuffer: "Circular Buffer",
  nTo1Median: "N to 1 Median",
});

const bufferingALG = defineMenu("bufferingALG", { FIFO: "FIFO Buffer", LIFO: "LIFO Buffer" });

const kept = { special: "nomod" } as const;
const reset = { special: "reset", interest: 1 } as const;

const fields = {
  VAL: array({ pp: true, asl: 0, special: "dbaddr", prompt: "Value" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  RES: short({ asl: 0, special: "reset", interest: 3, prompt: "Reset" }),
  ALG: menu(compressALG, { ...reset, prompt: "Compression Algorithm" }),
  PBUF: menu(menuYesNo, { ...reset, initial: "NO", prompt: "Use Partial buffers" }),
  BALG: menu(bufferingALG, { ...reset, prompt: "Buffering Algorithm" }),
  NSAM: ulong({ special: "nomod", initial: "1", interest: 1, prompt: "Number of Values" }),
  N: ulong({ ...reset, initial: "1", prompt: "N to 1 Compression" }),
  IHIL: double({ interest: 1, prompt: "Init High Interest Lim" }),
  ILIL: double({ interest: 1, prompt: "Init Low Interest Lim" }),
  ...operatingRange(double),
  ...precision,
  ...units,
  OFF: ulong({ ...kept, prompt: "Offset" }),
  NUSE: ulong({ ...kept, prompt: "Number Used" }),
  OUSE: ulong({ ...kept, prompt: "Old Number Used" }),
  BPTR: noAccess({ ...kept, interest: 4, prompt: "Buffer Pointer" }),
  SPTR: noAccess({ ...kept, interest: 4, prompt: "Summing Buffer Ptr" }),
  WPTR: noAccess({ ...kept, interest: 4, prompt: "Working Buffer Ptr" }),
  INPN: long({ ...kept, interest: 4, prompt: "Number of elements in Working Buffer" }),
  CVB: double({ ...kept, interest: 3, prompt: "Compress Value Buffer" }),
  INX: ulong({ ...kept, interest: 3, prompt: "Current number of readings" }),
};

type Compress = RecordOf<typeof fields>;
type Io = RecordIo<Compress>;

interface State {
  readonly buffer: CompressBuffer;
  /** Sums of the arrays that an average is taken of, element by element. */
  sums: Float64Array;
  /** The present processing gave a value. */
  produced: boolean;
}

const stateOf = recordState<Compress, State>((record) => ({
  buffer: new CompressBuffer(record.NSAM),
  sums: new Float64Array(0),
  produced: false,
}));

const isLifo = (record: Compress): boolean => record.BALG === bufferingALG.LIFO;

/** VAL and the counters as the buffer is now. */
function show(record: Compress, { buffer }: State): void {
  record.OFF = buffer.offset;
  record.NUSE = buffer.used;
  record.VAL = buffer.contents(isLifo(record));
}

function startOver(record: Compress): void {
  const state = stateOf(record);
  state.buffer.clear();
  record.INX = 0;
  record.OUSE = 0;
  record.CVB = 0;
  record.RES = 0;
  show(record, state);
}

/** What INP has, as numbers; undefined with a LINK alarm where there is nothing. */
function readInput(record: Compress, io: Io): Float64Array | undefined {
  const { target, isConstant } = record.INP;
  const size = isConstant || !target.connected ? 0 : target.elementCount;
  if (size > 0 && size !== record.INPN) {
    if (record.INPN !== 0) startOver(record);
    record.INPN = size;
  }
  const source = size > 0 ? io.readLinkValue("INP") : undefined;
  const whole = source && convertValue(source.value, source.type, "DOUBLE", { direction: "get" });
  const values = whole?.ok ? numbersOf(whole.value) : [];
  if (values.length > 0) return Float64Array.from(values);
  io.setSevr(Status.LINK, Severity.INVALID, whole?.ok === false ? "field INP" : "");
  return undefined;
}

const numbersOf = (value: unknown): ArrayLike<number> => {
  if (typeof value === "number") return [value];
  return value instanceof Float64Array ? value : [];
};

/** One value of several, as the algorithm says. */
function reduce(algorithm: number, values: Float64Array): number {
  if (algorithm === compressALG.nTo1Low) return values.reduce((a, b) => (b < a ? b : a));
  if (algorithm === compressALG.nTo1High) return values.reduce((a, b) => (b > a ? b : a));
  if (algorithm === compressALG.nTo1Average) return values.reduce((a, b) => a + b) / values.length;
  return values.slice().sort()[Math.floor(values.length / 2)] ?? 0;
}

/** Every N values of an array give one; leading values beyond ILIL and IHIL do not count. */
function compressArray(record: Compress, input: Float64Array): number[] {
  const { ILIL, IHIL } = record;
  record.N = Math.max(1, record.N);
  const start = ILIL < IHIL ? input.findIndex((value) => value >= ILIL && value <= IHIL) : 0;
  const values = start < 0 ? new Float64Array(0) : input.subarray(start, start + record.NSAM * record.N);
  const result: number[] = [];
  for (let index = 0; index < values.length; index += record.N) {
    const part = values.subarray(index, index + record.N);
    if (part.length < record.N && record.PBUF !== menuYesNo.YES) break;
    result.push(reduce(record.ALG, part));
  }
  return result;
}

/** N processings give one value; a median of scalars is their average. */
function compressScalar(record: Compress, value: number): number[] {
  const { INX: count, CVB } = record;
  if (record.ALG === compressALG.nTo1Low) record.CVB = count === 0 || value < CVB ? value : CVB;
  else if (record.ALG === compressALG.nTo1High) record.CVB = count === 0 || value > CVB ? value : CVB;
  else record.CVB = (count * CVB + value) / (count + 1);
  record.INX = count + 1;
  const complete = record.INX >= record.N;
  if (complete) record.INX = 0;
  return complete || record.PBUF === menuYesNo.YES ? [record.CVB] : [];
}

/** The average of N arrays, element by element. */
function averageArrays(record: Compress, state: State, input: Float64Array): ArrayLike<number> {
  const values = input.subarray(0, record.NSAM);
  if (record.INX === 0) state.sums = values.slice();
  else state.sums = state.sums.map((sum, index) => sum + (values[index] ?? 0));
  record.INX += 1;
  if (record.INX < record.N) return [];
  record.INX = 0;
  return record.N > 1 ? state.sums.map((sum) => sum * (1 / record.N)) : state.sums;
}

function compressed(record: Compress, state: State, input: Float64Array): ArrayLike<number> {
  if (record.ALG === compressALG.average) return averageArrays(record, state, input);
  if (record.ALG === compressALG.circularBuffer) return input;
  const [first = 0] = input;
  return input.length > 1 ? compressArray(record, input) : compressScalar(record, first);
}

/** Keeps the last NSAM values, or one for every N of them. */
export const compress = defineRecordType("compress", fields, {
  prepare(record) {
    record.NSAM = Math.max(1, record.NSAM);
    startOver(record);
  },
  process(record, io) {
    const state = stateOf(record);
    const input = readInput(record, io);
    const values = input && compressed(record, state, input);
    state.produced = values === undefined || values.length > 0;
    if (values === undefined || values.length === 0) return undefined;
    state.buffer.add(values, isLifo(record));
    show(record, state);
    return undefined;
  },
  complete(record, io) {
    if (!stateOf(record).produced) return false;
    record.UDF = 0;
    io.timestamp();
    const alarm = io.resetAlarms();
    const mask = alarm | EventMask.VALUE | EventMask.LOG;
    if (alarm !== 0 || record.NUSE !== record.OUSE) {
      io.post("NUSE", mask);
      record.OUSE = record.NUSE;
    }
    io.post("VAL", mask);
    return undefined;
  },
  afterPut(record, io, field) {
    if (field !== "VAL") {
      startOver(record);
      io.post("VAL", io.resetAlarms() | EventMask.VALUE | EventMask.LOG);
      return undefined;
    }
    const state = stateOf(record);
    const before = state.buffer.used;
    if (isArrayValue(record.VAL))
      state.buffer.replaceOldest(Float64Array.from(record.VAL, Number), isLifo(record));
    show(record, state);
    if (state.buffer.used !== before) io.post("NUSE", EventMask.VALUE | EventMask.LOG);
    return undefined;
  },
  address: (record) => ({ type: "DOUBLE", elementCount: record.NSAM, readOnly: isLifo(record) }),
  properties(record, field) {
    const range = { low: record.LOPR, high: record.HOPR };
    const isNumber = IN_UNITS.has(field);
    return {
      precision: field === "VAL" ? record.PREC : sensiblePrecision(record.PREC),
      ...(isNumber ? { units: record.EGU } : {}),
      ...(ON_SCALE.has(field) ? { display: range, control: range } : {}),
    };
  },
});

const IN_UNITS = new Set(["VAL", "IHIL", "ILIL", "HOPR", "LOPR", "CVB"]);
const ON_SCALE = new Set(["VAL", "IHIL", "ILIL"]);
