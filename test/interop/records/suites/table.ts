import type { Behaviour, Check } from "../behaviour.js";
import type { Scalar } from "../client.js";

/** What one of EPICS Base's own test programs does and expects, as a table; record names begin with the suite's. */
export type SuiteTable = Behaviour;

export type Value = Scalar | readonly Scalar[];

/** One put after the other, to fields of one record. */
export const puts = (record: string, fields: Readonly<Record<string, Value>>): Check[] =>
  Object.entries(fields).map(([field, value]): Check => [["put", `${record}.${field}`, value]]);

/** What fields of one record hold: numbers in the field's type, texts as DBR_STRING. */
export const gets = (record: string, fields: Readonly<Record<string, Value>>): Check[] =>
  Object.entries(fields).map(
    ([field, value]): Check =>
      typeof value === "string"
        ? [["get", `${record}.${field}`, "STRING"], value]
        : [["get", `${record}.${field}`], value],
  );

export const process = (record: string): Check => [["put", `${record}.PROC`, 1]];

/** A put of text as characters, with its NUL, to a `REC.FIELD$`. */
export const putLong = (pv: string, value: string): Check => [["put", pv, charsOf(value), "CHAR"]];
export const getLong = (pv: string, value: string): Check => [["get", pv, "CHAR", 0], charsOf(value)];

const charsOf = (value: string): number[] => [...Buffer.from(value, "latin1"), 0];
