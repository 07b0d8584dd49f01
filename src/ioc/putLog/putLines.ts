import {
  type DbfType,
  ELEMENT_BYTES,
  elementsOf,
  firstElement,
  type ScalarValue,
  type Value,
} from "../../channel/dbf.js";
import { toText } from "../../channel/text.js";
import { formatGeneral } from "../../libcom/cFormat.js";
import { fromEpics } from "../../libcom/epicsTime.js";
import { escapeText } from "../../libcom/escape.js";
import { strftime } from "../../libcom/strftime.js";
import type { PutEntry } from "./putFilter.js";

export const DEFAULT_TIME_FORMAT = "%d-%b-%y %H:%M:%S";

/** What does not fit caPutLog's buffer of 256 bytes is cut off. */
const LONGEST_LINE = 254;

const isReal = (type: DbfType): boolean => type === "DOUBLE" || type === "FLOAT";

function plainValue(type: DbfType, value: Value): string {
  const first = firstElement(value) ?? 0;
  if (type === "STRING") return `"${escapeText(String(first))}"`;
  if (type === "CHAR") return String(Number(first) & 0xff);
  return isReal(type) ? formatGeneral(Number(first), 6) : String(first);
}

/** A line as caPutLog writes it: time, host, user, PV, new and old value, and the extremes of a burst. */
export function plainLine({ put, old, burst }: PutEntry, timeFormat: string): string {
  const { time, host, user, pv, type } = put;
  const shown = (value: Value): string => plainValue(type, value);
  const change = `new=${shown(put.new)} old=${shown(old)}`;
  const extremes = burst === undefined ? "" : ` min=${shown(burst.min)} max=${shown(burst.max)}`;
  const stamp = strftime(timeFormat, fromEpics(time), time.nanoseconds);
  return cut(`${stamp} ${host} ${user} ${pv} ${change}${extremes}`);
}

function cut(line: string): string {
  const bytes = Buffer.from(line);
  return bytes.length <= LONGEST_LINE ? line : bytes.subarray(0, LONGEST_LINE).toString();
}

/** A JSON entry holds this much of a value. */
const VALUE_BYTES = 400;

/** Real numbers keep a decimal point, so that their type can be seen; JSON has no word for those that are none. */
function jsonNumber(type: DbfType, value: ScalarValue): string {
  if (!isReal(type)) return String(value);
  const number = Number(value);
  if (Number.isNaN(number)) return '"Nan"';
  if (!Number.isFinite(number)) return number > 0 ? '"Infinity"' : '"-Infinity"';
  const text = formatGeneral(number, type === "FLOAT" ? 8 : 17);
  return /^[-0-9]+$/.test(text) ? `${text}.0` : text;
}

function jsonElements(type: DbfType, value: Value): string[] {
  if (type === "CHAR") return [JSON.stringify(toText(value).slice(0, VALUE_BYTES))];
  const kept = elementsOf(value).slice(0, VALUE_BYTES / ELEMENT_BYTES[type]);
  return kept.map((element) =>
    type === "STRING" ? JSON.stringify(String(element)) : jsonNumber(type, element),
  );
}

function jsonValue(name: string, { type, isArray }: PutEntry["put"], value: Value): readonly string[] {
  const elements = jsonElements(type, value);
  if (!isArray) return [`"${name}":${elements[0] ?? "null"}`];
  const size = typeof value === "object" ? value.length : 1;
  return [`"${name}":[${elements.join(",")}]`, `"${name}-size":${size}`];
}

/** A line as caPutLog's JSON logger writes it, with properties of one's own after the user. */
export function jsonLine({ put, old, burst }: PutEntry, metadata: ReadonlyMap<string, string>): string {
  const at = (format: string): string => strftime(format, fromEpics(put.time), put.time.nanoseconds);
  const strings = [
    ["date", at("%Y-%m-%d")],
    ["time", at("%H:%M:%S.%03f")],
    ["host", put.host],
    ["user", put.user],
    ...[...metadata].sort(([a], [b]) => (a < b ? -1 : 1)),
    ["pv", put.pv],
  ];
  const burstText =
    burst === undefined || put.isArray
      ? []
      : [
          `"min":${jsonNumber(put.type, burst.min)}`,
          `"max":${jsonNumber(put.type, burst.max)}`,
          `"burst":${burst.count}`,
        ];
  const properties = [
    ...strings.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`),
    ...jsonValue("new", put, put.new),
    ...jsonValue("old", put, old),
    ...burstText,
  ];
  return `{${properties.join(",")}}`;
}
