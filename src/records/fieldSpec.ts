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
  readonly pp?: boolean;
  /** A change is a change of metadata (DBE_PROPERTY). */
  readonly prop?: boolean;
  /** Access security level; 1 when absent. */
  readonly asl?: 0 | 1;
  readonly special?: Special;
  /** Initial value as a database would give it. */
  readonly initial?: string;
  /** Reports and databases show the number in hexadecimal. */
  readonly hex?: boolean;
  /** From which interest level on `dbpr` shows it. */
  readonly interest?: number;
  readonly prompt?: string;
}

/** One line of a record type's field table. `T` is what the record object holds. */
export interface FieldSpec<T extends FieldValue = FieldValue> extends FieldAttributes {
  readonly dbf: FieldType;
  /** Bytes of a STRING, with its terminating NUL; 0 for other types. */
  readonly size: number;
  readonly menu?: Menu;
  /** Makes the value a record starts with, before `initial`. */
  readonly blank: () => T;
}

export type FieldTable = Readonly<Record<string, FieldSpec>>;

const numeric =
  (dbf: FieldType) =>
  (attributes: FieldAttributes = {}): FieldSpec<number> => ({ dbf, size: 0, blank: () => 0, ...attributes });

const wide =
  (dbf: FieldType) =>
  (attributes: FieldAttributes = {}): FieldSpec<bigint> => ({ dbf, size: 0, blank: () => 0n, ...attributes });

const link =
  (dbf: "INLINK" | "OUTLINK" | "FWDLINK") =>
  (attributes: FieldAttributes = {}): FieldSpec<Link> => ({
    dbf,
    size: 0,
    blank: () => Link.of(dbf, ""),
    ...attributes,
  });

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
export const string = (size: number, attributes: FieldAttributes = {}): FieldSpec<string> => ({
  dbf: "STRING",
  size,
  blank: () => "",
  ...attributes,
});

/** Text longer than an EPICS string: a field without a fixed address, as `lsi`'s VAL. */
export const longString = (attributes: FieldAttributes = {}): FieldSpec<string> => ({
  dbf: "NOACCESS",
  size: 0,
  blank: () => "",
  ...attributes,
});

export const menu = (choices: Menu, attributes: FieldAttributes = {}): FieldSpec<number> => ({
  dbf: "MENU",
  size: 0,
  menu: choices,
  blank: () => 0,
  ...attributes,
});

/** A field that holds an array; its type and size come from the record type's `address`. */
export const array = (attributes: FieldAttributes = {}): FieldSpec<Value> => ({
  dbf: "NOACCESS",
  size: 0,
  blank: () => 0,
  ...attributes,
});

/** A field that only code uses; it is in the table because every list of fields shows it. */
export const noAccess = (attributes: FieldAttributes = {}): FieldSpec<undefined> => ({
  dbf: "NOACCESS",
  size: 0,
  blank: () => undefined,
  ...attributes,
});

const compiledExpression =
  <P extends CalcProgram | StringProgram | ArrayProgram>() =>
  (attributes: FieldAttributes = {}): FieldSpec<P | undefined> => ({
    dbf: "NOACCESS",
    size: 0,
    blank: () => undefined,
    ...attributes,
  });

/** The expression of a `calc` field, compiled. */
export const calcProgram = compiledExpression<CalcProgram>();
/** The same of synApps's string and array expressions. */
export const stringProgram = compiledExpression<StringProgram>();
export const arrayProgram = compiledExpression<ArrayProgram>();

export const isLinkType = (dbf: FieldType): dbf is "INLINK" | "OUTLINK" | "FWDLINK" =>
  dbf === "INLINK" || dbf === "OUTLINK" || dbf === "FWDLINK";
