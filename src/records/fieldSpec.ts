import type { DbfType, Value } from "../channel/dbf.js";
import type { ArrayProgram, CalcProgram, StringProgram } from "./calc/index.js";
import { Link } from "./links/link.js";
import type { Menu } from "./menu.js";

/** What a field is inside a record; clients see it through `channelType`. */
export type FieldType = DbfType | "MENU" | "DEVICE" | "INLINK" | "OUTLINK" | "FWDLINK" | "NOACCESS";

/** What a put to the field needs besides storing; names as in a database definition, without `SPC_`. */
export type Special =
  | "nomod"
  | "dbaddr"
  | "scan"
  | "alarmack"
  | "as"
  | "mod"
  | "reset"
  | "linconv"
  | "calc"
  | "attribute";

/**
 * What a record holds in one field: scalars natively, links and compiled expressions as objects, undefined where nothing
 * can be read.
 */
export type FieldValue = Value | Link | CalcProgram | StringProgram | ArrayProgram | undefined;

export interface FieldAttributes {
  /** A put processes a passive record. */
  readonly pp?: boolean | undefined;
  /** A change is a change of metadata (DBE_PROPERTY). */
  readonly prop?: boolean | undefined;
  /** Access security level; 1 when absent. */
  readonly asl?: 0 | 1 | undefined;
  readonly special?: Special | undefined;
  /** Initial value as a database would give it. */
  readonly initial?: string | undefined;
  /** Reports and databases show the number in hexadecimal. */
  readonly hex?: boolean | undefined;
  /** From which interest level on `dbpr` shows it. */
  readonly interest?: number | undefined;
  readonly prompt?: string | undefined;
}

/** One line of a record type's field table. `T` is what the record object holds. */
export interface FieldSpec<T extends FieldValue = FieldValue> extends FieldAttributes {
  readonly dbf: FieldType;
  /** Bytes of a STRING, with its terminating NUL; 0 for other types. */
  readonly size: number;
  readonly menu?: Menu | undefined;
  /** Makes the value a record starts with, before `initial`. */
  readonly blank: () => T;
}

export type FieldTable = Readonly<Record<string, FieldSpec>>;

/** All specifications have one shape: a put looks at five of their properties. */
const specOf = <T extends FieldValue>(
  dbf: FieldType,
  blank: () => T,
  { pp, prop, asl, special, initial, hex, interest, prompt }: FieldAttributes = {},
  size = 0,
  choices?: Menu,
): FieldSpec<T> => ({
  dbf,
  size,
  menu: choices,
  blank,
  pp,
  prop,
  asl,
  special,
  initial,
  hex,
  interest,
  prompt,
});

const numeric = (dbf: FieldType) => (attributes?: FieldAttributes) =>
  specOf<number>(dbf, () => 0, attributes);
const wide = (dbf: FieldType) => (attributes?: FieldAttributes) => specOf<bigint>(dbf, () => 0n, attributes);
const link = (dbf: "INLINK" | "OUTLINK" | "FWDLINK") => (attributes?: FieldAttributes) =>
  specOf<Link>(dbf, () => Link.of(dbf, ""), attributes);

export const char = numeric("CHAR");
export const uchar = numeric("UCHAR");
export const short = numeric("SHORT");
export const ushort = numeric("USHORT");
export const long = numeric("LONG");
export const ulong = numeric("ULONG");
export const float = numeric("FLOAT");
export const double = numeric("DOUBLE");
export const enumeration = numeric("ENUM");
/** An index into the device supports known for the record type. */
export const device = numeric("DEVICE");
export const int64 = wide("INT64");
export const uint64 = wide("UINT64");
export const inLink = link("INLINK");
export const outLink = link("OUTLINK");
export const forwardLink = link("FWDLINK");

/** @param size bytes with the terminating NUL */
export const string = (size: number, attributes?: FieldAttributes): FieldSpec<string> =>
  specOf("STRING", () => "", attributes, size);

/** Text longer than an EPICS string: a field without a fixed address, as `lsi`'s VAL. */
export const longString = (attributes?: FieldAttributes): FieldSpec<string> =>
  specOf("NOACCESS", () => "", attributes);

export const menu = (choices: Menu, attributes?: FieldAttributes): FieldSpec<number> =>
  specOf("MENU", () => 0, attributes, 0, choices);

/** A field that holds an array; its type and size come from the record type's `address`. */
export const array = (attributes?: FieldAttributes): FieldSpec<Value> =>
  specOf("NOACCESS", () => 0, attributes);

/** A field that only code uses; it is in the table because every list of fields shows it. */
export const noAccess = (attributes?: FieldAttributes): FieldSpec<undefined> =>
  specOf("NOACCESS", () => undefined, attributes);

const compiledExpression =
  <P extends CalcProgram | StringProgram | ArrayProgram>() =>
  (attributes?: FieldAttributes): FieldSpec<P | undefined> =>
    specOf<P | undefined>("NOACCESS", () => undefined, attributes);

/** The expression of a `calc` field, compiled. */
export const calcProgram = compiledExpression<CalcProgram>();
/** The same of synApps's string and array expressions. */
export const stringProgram = compiledExpression<StringProgram>();
export const arrayProgram = compiledExpression<ArrayProgram>();

export const isLinkType = (dbf: FieldType): dbf is "INLINK" | "OUTLINK" | "FWDLINK" =>
  dbf === "INLINK" || dbf === "OUTLINK" || dbf === "FWDLINK";
