import {
  type DbfType,
  elementsOf,
  isArrayValue,
  type ScalarValue,
  type TypedValue,
  type Value,
} from "../../channel/dbf.js";
import type { Channel } from "../../channel/provider.js";
import { toText } from "../../channel/text.js";
import { formatGeneral } from "../../libcom/cFormat.js";
import type { ShellEngine } from "../host.js";
import type { SavedValue } from "./saveFile.js";

export const openPv = (engine: ShellEngine, name: string): Channel | undefined => engine.open(name);

/** Record and field of `rec`, `rec.FIELD` or `rec.FIELD$`. */
export function splitPvName(name: string): { readonly record: string; readonly field: string } {
  const [record = "", field = "VAL"] = name.replace(/\$$/, "").split(".");
  return { record, field };
}

/** What the field is in the database: DOUBLE, MENU, INLINK, NOACCESS ...; undefined for none. */
export function databaseType(engine: ShellEngine, name: string): string | undefined {
  const { record, field } = splitPvName(name);
  const type = engine.record(record)?.recordType;
  return type === undefined ? undefined : engine.recordTypes.get(type)?.fields[field]?.dbf;
}

const scalarText = (type: DbfType, value: ScalarValue): string => {
  if (type === "DOUBLE") return formatGeneral(Number(value), 14);
  if (type === "FLOAT") return formatGeneral(Number(value), 7);
  return String(value);
};

/** The present value of a channel as a save file writes it: enums and menus as numbers, arrays element by element. */
export const savedValueOf = (channel: Channel): SavedValue =>
  savedText(channel.name, channel.fieldType, channel.read().value);

/** A value as a save file writes it. */
export function savedText(name: string, type: DbfType, value: Value): SavedValue {
  if (!isArrayValue(value)) return scalarText(type, value);
  if (name.endsWith("$")) return toText(value);
  return elementsOf(value).map((element) => scalarText(type, element));
}

/** A saved value in the form a channel takes: numbers where the field is one, text otherwise. */
export function writableValue(channel: Channel, saved: SavedValue): TypedValue {
  const { fieldType, elementCount, name } = channel;
  if (name.endsWith("$") && typeof saved === "string") {
    return { type: "CHAR", value: Int8Array.from([...Buffer.from(saved, "utf8"), 0]) };
  }
  if (typeof saved !== "string") {
    if (fieldType === "STRING") return { type: "STRING", value: saved };
    if (fieldType === "INT64") return { type: "INT64", value: BigInt64Array.from(saved, toBigInt) };
    if (fieldType === "UINT64") return { type: "UINT64", value: BigUint64Array.from(saved, toBigInt) };
    return { type: "DOUBLE", value: Float64Array.from(saved, Number) };
  }
  // A save file writes an empty array and an empty text alike: as nothing.
  if (elementCount > 1 && saved === "" && fieldType !== "STRING") {
    return { type: "DOUBLE", value: new Float64Array(0) };
  }
  return fieldType === "ENUM" && /^\d+$/.test(saved)
    ? { type: "USHORT", value: Number(saved) }
    : { type: "STRING", value: saved };
}

const toBigInt = (text: string): bigint => (/^[+-]?\d+$/.test(text) ? BigInt(text) : 0n);

/** The fields that records name in an info tag, as `info(autosaveFields, "VAL PREC")`; those that are none are apart. */
export function taggedPvs(
  engine: ShellEngine,
  tag: string,
): { readonly pvs: readonly string[]; readonly unknown: readonly string[] } {
  const named = [...engine.recordNames()].flatMap((record) =>
    (engine.instance(record)?.infoTags.get(tag) ?? "")
      .split(/\s+/)
      .filter((field) => field !== "")
      .map((field) => `${record}.${field}`),
  );
  const isField = (pv: string): boolean => databaseType(engine, pv) !== undefined;
  return { pvs: named.filter(isField), unknown: named.filter((pv) => !isField(pv)) };
}
