import {
  type ArrayValue,
  type DbfType,
  firstElement,
  isArrayValue,
  type TypedValue,
  type Value,
} from "../../channel/dbf.js";
import { EventMask } from "../../channel/eventMask.js";
import type { Channel, ProcessOption, WriteResult } from "../../channel/provider.js";
import { textToChars, toText } from "../../channel/text.js";
import { isNumericArray, isPvStructure, type PvValue } from "../data/values.js";
import type { NormativeKind } from "../nt/ntScalar.js";

/** What a channel is served as. */
export function kindOf(channel: Channel): NormativeKind {
  if (channel.fieldType === "ENUM") return "enum";
  if (channel.elementCount === 1) return "scalar";
  return channel.fieldType === "CHAR" && channel.properties().form === "String" ? "longString" : "array";
}

/** The value field: an enum's index beside its choices, arrays as they are. */
export function readValue(kind: NormativeKind, value: Value, choices: PvValue | undefined): PvValue {
  if (kind === "enum")
    return { ...(isPvStructure(choices) ? choices : {}), index: Number(firstElement(value) ?? 0) };
  if (kind === "longString") return toText(value);
  return kind === "array" ? arrayOf(value) : (firstElement(value) ?? 0);
}

function arrayOf(value: Value): ArrayValue {
  if (isArrayValue(value)) return value;
  if (typeof value === "string") return [value];
  return typeof value === "bigint" ? BigInt64Array.of(value) : Float64Array.of(value);
}

/** What a client put into the value field, as the record takes it. */
export function writtenValue(
  kind: NormativeKind,
  fieldType: DbfType,
  value: PvValue | undefined,
): TypedValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (kind === "enum") {
    const index = isPvStructure(value) ? value["index"] : undefined;
    return typeof index === "number" ? { type: "ENUM", value: index } : undefined;
  }
  if (kind === "longString") return { type: fieldType, value: textBytes(fieldType, String(value)) };
  if (isNumericArray(value)) return { type: fieldType, value };
  if (Array.isArray(value)) return { type: fieldType, value: value.map(String) };
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "string")
    return { type: fieldType, value };
  return undefined;
}

function textBytes(fieldType: DbfType, text: string): ArrayValue {
  const bytes = textToChars(text);
  return fieldType === "CHAR" ? new Int8Array(bytes) : bytes;
}

export function processOption(option: string | undefined): ProcessOption {
  if (option === "true") return "force";
  return option === "false" ? "inhibit" : "passive";
}

/** record[DBE=...] as a number or as names, VALUE and ALARM when absent. */
export function monitorMask(option: string | undefined): number {
  const names = (option ?? "VALUE|ALARM").split("|").map((name) => name.trim().replace("ARCHIVE", "LOG"));
  const byName = Object.entries(EventMask).reduce(
    (mask, [name, bit]) => (names.includes(name) ? mask | bit : mask),
    0,
  );
  return byName !== 0 ? byName : Number(option) & 7 || EventMask.VALUE | EventMask.ALARM;
}

export function orThrow(result: WriteResult): void {
  if (!result.ok) throw new Error(result.error.message);
}
