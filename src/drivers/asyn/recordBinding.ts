import { type ArrayValue, type DbfType, emptyArray, isArrayValue, type Value } from "../../channel/dbf.js";
import { toText } from "../../channel/text.js";
import { ELEMENT_TYPES } from "../../records/arrayType.js";
import type { DeviceRecord, ReadOutcome } from "../../records/deviceSupport.js";
import type { ParameterChoice, ParameterValueOf } from "./portDriver.js";

/** How the value of one parameter stands in the fields of one record type. */
export interface RecordBinding<V> {
  /** Stores what the device has; says whether the record still converts RVAL to VAL. */
  store(record: DeviceRecord, value: V): ReadOutcome;
  /** What the record wants the device to have. */
  fetch(record: DeviceRecord): V;
}

const numberOf = (record: DeviceRecord, field: string): number => Number(record.getField(field));

/** Gives a record the states that its device knows, in the place of the database's. */
export function showChoices(record: DeviceRecord, choices: readonly ParameterChoice[]): void {
  if (choices.length === 0) return;
  if (record.recordType === "bo" || record.recordType === "bi") {
    record.setField("ZNAM", choices[0]?.name ?? "");
    record.setField("ONAM", choices[1]?.name ?? "");
  } else if (record.recordType === "mbbo" || record.recordType === "mbbi")
    for (const [index, prefix] of MBB_STATE_PREFIXES.entries()) {
      const choice = choices[index];
      record.setField(`${prefix}ST`, choice?.name ?? "");
      record.setField(`${prefix}VL`, choice?.value ?? 0);
      record.setField(`${prefix}SV`, choice?.severity ?? 0);
    }
}

const MBB_STATE_PREFIXES = "ZR ON TW TH FR FV SX SV EI NI TE EL TV TT FT FF".split(" ");
const UNKNOWN_STATE = 65535;

/** The state whose raw value is `raw`; the raw value itself where the database gives no state. */
function mbbStateOf(record: DeviceRecord, raw: number): number {
  const states = MBB_STATE_PREFIXES.map((prefix) => ({
    raw: numberOf(record, `${prefix}VL`),
    defined: record.getField(`${prefix}ST`) !== "" || numberOf(record, `${prefix}VL`) !== 0,
  }));
  if (!states.some((state) => state.defined)) return raw;
  const shifted = raw >>> numberOf(record, "SHFT");
  const index = states.findIndex((state) => state.raw === shifted);
  return index < 0 ? UNKNOWN_STATE : index;
}

/** VAL of an ao from its raw value, as recordtype ao converts when it reads back: ASLO and AOFF, then ESLO and EOFF. */
function analogOf(record: DeviceRecord, raw: number): number {
  const adjusted = scaleBack(record, raw + numberOf(record, "ROFF"));
  return numberOf(record, "LINR") === 0
    ? adjusted
    : adjusted * numberOf(record, "ESLO") + numberOf(record, "EOFF");
}

const slopeOf = (record: DeviceRecord): number => numberOf(record, "ASLO") || 1;

const scaleBack = (record: DeviceRecord, value: number): number =>
  value * slopeOf(record) + numberOf(record, "AOFF");

const unsigned = (value: number): number => value >>> 0;

const valInteger: RecordBinding<number> = {
  store: (record, value) => {
    record.setField("VAL", value);
    return "noConvert";
  },
  fetch: (record) => numberOf(record, "VAL"),
};

const rawInput: RecordBinding<number> = {
  store: (record, value) => {
    record.setField("RVAL", record.recordType === "ai" ? value : unsigned(value));
    return "convert";
  },
  fetch: (record) => numberOf(record, "RVAL"),
};

/** RVAL as well as the VAL it stands for, because an output record does not convert back. */
const rawOutput = (convert: (record: DeviceRecord, raw: number) => number): RecordBinding<number> => ({
  store: (record, value) => {
    const raw = record.recordType === "ao" ? value : unsigned(value);
    record.setField("RVAL", raw);
    record.setField("VAL", convert(record, raw));
    return "noConvert";
  },
  fetch: (record) => numberOf(record, "RVAL") | 0,
});

export const integerBindings: Readonly<Record<string, RecordBinding<number>>> = {
  longin: valInteger,
  longout: valInteger,
  ai: rawInput,
  bi: rawInput,
  mbbi: rawInput,
  ao: rawOutput(analogOf),
  bo: rawOutput((_record, raw) => (raw === 0 ? 0 : 1)),
  busy: rawOutput((_record, raw) => (raw === 0 ? 0 : 1)),
  mbbo: rawOutput((record, raw) => mbbStateOf(record, raw)),
};

const { longin, longout, bi, bo, busy, mbbi, mbbo } = integerBindings;

/** The bits that asynMask names. */
export const digitalBindings: Readonly<Record<string, RecordBinding<number> | undefined>> = {
  longin,
  longout,
  bi,
  bo,
  busy,
  mbbi,
  mbbo,
  mbbiDirect: rawInput,
  mbboDirect: rawOutput((record, raw) => (raw >>> numberOf(record, "SHFT")) | 0),
};

const WITH_MASK = ["bi", "bo", "busy", "mbbi", "mbbo", "mbbiDirect", "mbboDirect"];
const WITH_SHIFT = ["mbbi", "mbbo", "mbbiDirect", "mbboDirect"];

/** Tells a record which bits are its own: MASK, and SHFT for the lowest of them. */
export function showMask(record: DeviceRecord, mask: number): void {
  if (WITH_MASK.includes(record.recordType)) record.setField("MASK", mask >>> 0);
  if (WITH_SHIFT.includes(record.recordType) && mask !== 0)
    record.setField("SHFT", 31 - Math.clz32(mask & -mask));
}

export const floatBindings: Readonly<Record<string, RecordBinding<number>>> = {
  ai: {
    store: (record, value) => {
      record.setField("VAL", scaleBack(record, value));
      return "noConvert";
    },
    fetch: (record) => numberOf(record, "VAL"),
  },
  ao: {
    store: (record, value) => {
      record.setField("VAL", scaleBack(record, value));
      return "noConvert";
    },
    fetch: (record) => (numberOf(record, "OVAL") - numberOf(record, "AOFF")) / slopeOf(record),
  },
};

const valBigint: RecordBinding<bigint> = {
  store: (record, value) => {
    record.setField("VAL", record.recordType.startsWith("int64") ? value : Number(value));
    return "noConvert";
  },
  fetch: (record) => bigintOf(record.getField(record.recordType === "ao" ? "OVAL" : "VAL")),
};

const bigintOf = (value: Value): bigint =>
  typeof value === "bigint" ? value : BigInt(Math.trunc(Number(value)) || 0);

export const int64Bindings: Readonly<Record<string, RecordBinding<bigint>>> = {
  longin: valBigint,
  longout: valBigint,
  int64in: valBigint,
  int64out: valBigint,
  ai: valBigint,
  ao: valBigint,
};

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder();

const STRING_RECORD_BYTES = 39;

const valString: RecordBinding<string> = {
  store: (record, value) => {
    record.setField("VAL", truncateUtf8(value, STRING_RECORD_BYTES));
    return "noConvert";
  },
  fetch: (record) => toText(record.getField("VAL")),
};

/** At most `limit` bytes of the text, no character cut in two. */
function truncateUtf8(text: string, limit: number): string {
  const bytes = utf8.encode(text);
  if (bytes.length <= limit) return text;
  return fromUtf8.decode(bytes.subarray(0, limit)).replace(/\uFFFD+$/, "");
}

/** Room for the terminating NUL is kept, NORD does not count it. */
const charArray: RecordBinding<string> = {
  store: (record, value) => {
    const bytes = utf8.encode(value);
    const length = Math.min(bytes.length, numberOf(record, "NELM") - 1);
    record.setField("VAL", resized(bytes.subarray(0, length), elementTypeOf(record), length));
    return "noConvert";
  },
  fetch: (record) => toText(record.getField("VAL")),
};

export const octetBindings: Readonly<Record<string, RecordBinding<string>>> = {
  stringin: valString,
  stringout: valString,
  lsi: valString,
  lso: valString,
  printf: valString,
  scalcout: {
    store: (record, value) => {
      record.setField("OSV", truncateUtf8(value, STRING_RECORD_BYTES));
      return "noConvert";
    },
    fetch: (record) => toText(record.getField("OSV")),
  },
  waveform: charArray,
};

/** FTVL of an array record; the menu's index, or its text. */
export function elementTypeOf(record: DeviceRecord): DbfType {
  const value = record.getField("FTVL");
  const byName = ELEMENT_TYPES.find((type) => type === value);
  return byName ?? ELEMENT_TYPES[Number(value)] ?? "DOUBLE";
}

/** The first `length` elements as an array of a type; whole numbers of 64 bits keep all of them. */
export function resized(source: NumericArray, type: DbfType, length: number): ArrayValue {
  const target = emptyArray(type, length);
  if (target instanceof BigInt64Array || target instanceof BigUint64Array)
    for (let i = 0; i < length; i++) target[i] = bigintOf(source[i] ?? 0);
  else if (ArrayBuffer.isView(target)) for (let i = 0; i < length; i++) target[i] = Number(source[i] ?? 0);
  return target;
}

export type ArrayParameterType =
  | "Int8Array"
  | "Int16Array"
  | "Int32Array"
  | "Int64Array"
  | "Float32Array"
  | "Float64Array";

type NumericArray = ArrayLike<number | bigint>;

const arrayMakers: {
  readonly [T in ArrayParameterType]: (source: NumericArray) => ParameterValueOf<T>;
} = {
  Int8Array: (source) => Int8Array.from(source, Number),
  Int16Array: (source) => Int16Array.from(source, Number),
  Int32Array: (source) => Int32Array.from(source, Number),
  Int64Array: (source) => BigInt64Array.from(source, bigintOf),
  Float32Array: (source) => Float32Array.from(source, Number),
  Float64Array: (source) => Float64Array.from(source, Number),
};

const numbersOf = (value: Value): NumericArray => {
  if (!isArrayValue(value)) return typeof value === "string" ? [] : [value];
  return ArrayBuffer.isView(value) ? value : value.map(Number);
};

/** Arrays of one parameter type on records of any FTVL: elements are converted, the excess beyond NELM is dropped. */
export function arrayBindings<T extends ArrayParameterType>(
  type: T,
): Readonly<Record<string, RecordBinding<ParameterValueOf<T>>>> {
  const make = arrayMakers[type];
  const binding: RecordBinding<ParameterValueOf<T>> = {
    store: (record, elements: ParameterValueOf<ArrayParameterType>) => {
      const length = Math.min(elements.length, numberOf(record, "NELM"));
      record.setField("VAL", resized(elements, elementTypeOf(record), length));
      return "noConvert";
    },
    fetch: (record) => make(numbersOf(record.getField("VAL"))),
  };
  return { waveform: binding, aai: binding, aao: binding };
}
