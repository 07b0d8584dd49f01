import type { DbfType } from "../../channel/dbf.js";

/** The seven types a value can have on the wire; CHAR is unsigned. */
export type DbrBase = "STRING" | "SHORT" | "FLOAT" | "ENUM" | "UCHAR" | "LONG" | "DOUBLE";

/** What travels with the value. */
export type DbrClass = "plain" | "sts" | "time" | "gr" | "ctrl" | "ackt" | "acks" | "stsack" | "className";

export interface DbrType {
  readonly code: number;
  /** `DBR_TIME_DOUBLE`. */
  readonly name: string;
  readonly class: DbrClass;
  readonly base: DbrBase;
  /** Bytes before the first element: alarm, time, limits and padding. */
  readonly valueOffset: number;
  readonly elementSize: number;
}

/** Base types in the order of their codes. */
const bases: readonly { base: DbrBase; name: string; size: number }[] = [
  { base: "STRING", name: "STRING", size: 40 },
  { base: "SHORT", name: "SHORT", size: 2 },
  { base: "FLOAT", name: "FLOAT", size: 4 },
  { base: "ENUM", name: "ENUM", size: 2 },
  { base: "UCHAR", name: "CHAR", size: 1 },
  { base: "LONG", name: "LONG", size: 4 },
  { base: "DOUBLE", name: "DOUBLE", size: 8 },
];

// Where the value stands in the structures of db_access.h, by class and in the order of `bases`.
const classes: readonly { class: DbrClass; prefix: string; offsets: readonly number[] }[] = [
  { class: "plain", prefix: "DBR_", offsets: [0, 0, 0, 0, 0, 0, 0] },
  { class: "sts", prefix: "DBR_STS_", offsets: [4, 4, 4, 4, 5, 4, 8] },
  { class: "time", prefix: "DBR_TIME_", offsets: [12, 14, 12, 14, 15, 12, 16] },
  { class: "gr", prefix: "DBR_GR_", offsets: [4, 24, 40, 422, 19, 36, 64] },
  { class: "ctrl", prefix: "DBR_CTRL_", offsets: [4, 28, 48, 422, 21, 44, 80] },
];

const specials: readonly DbrType[] = [
  { code: 35, name: "DBR_PUT_ACKT", class: "ackt", base: "ENUM", valueOffset: 0, elementSize: 2 },
  { code: 36, name: "DBR_PUT_ACKS", class: "acks", base: "ENUM", valueOffset: 0, elementSize: 2 },
  { code: 37, name: "DBR_STSACK_STRING", class: "stsack", base: "STRING", valueOffset: 8, elementSize: 40 },
  { code: 38, name: "DBR_CLASS_NAME", class: "className", base: "STRING", valueOffset: 0, elementSize: 40 },
];

/** Every DBR type; the index is the code. */
export const DBR_TYPES: readonly DbrType[] = [
  ...classes.flatMap(({ class: kind, prefix, offsets }, row) =>
    bases.map(({ base, name, size }, column) => ({
      code: row * bases.length + column,
      name: prefix + name,
      class: kind,
      base,
      valueOffset: offsets[column] ?? 0,
      elementSize: size,
    })),
  ),
  ...specials,
];

/** The type with this code, undefined for codes that do not exist. */
export const dbrType = (code: number): DbrType | undefined => DBR_TYPES[code];

/** By class and base, whatever the base where a class has one type: objects, which are faster to look into than Maps. */
const byClass: Readonly<Record<string, Readonly<Record<string, DbrType | undefined>>>> = Object.fromEntries(
  DBR_TYPES.map(({ class: kind }) => {
    const types = DBR_TYPES.filter((type) => type.class === kind);
    return [kind, Object.fromEntries(bases.map(({ base }, column) => [base, types[column] ?? types[0]]))];
  }),
);

/** `dbrTypeOf("time", "DOUBLE")` is DBR_TIME_DOUBLE; the classes with one type ignore the base. */
export function dbrTypeOf(kind: DbrClass, base: DbrBase): DbrType {
  const type = byClass[kind]?.[base];
  if (type === undefined) throw new RangeError(`there is no DBR type of class ${kind}`);
  return type;
}

/** Payload bytes of `count` elements, before padding. */
export const dbrSize = (type: DbrType, count: number): number => type.valueOffset + count * type.elementSize;

const nativeBases: Readonly<Record<DbfType, DbrBase>> = {
  STRING: "STRING",
  CHAR: "UCHAR",
  UCHAR: "UCHAR",
  SHORT: "SHORT",
  USHORT: "LONG",
  LONG: "LONG",
  ULONG: "DOUBLE",
  INT64: "DOUBLE",
  UINT64: "DOUBLE",
  FLOAT: "FLOAT",
  DOUBLE: "DOUBLE",
  ENUM: "ENUM",
};

/** The DBR base type that shows a field of this type to clients: the next one that holds it, as EPICS Base has it. */
export const nativeBase = (field: DbfType): DbrBase => nativeBases[field];

/** Whether clients get a field of this type as it is with this base: every base is a field type, too, and its own. */
export const isNative = (field: DbfType, base: DbrBase): boolean =>
  field === base || nativeBases[field] === base;
