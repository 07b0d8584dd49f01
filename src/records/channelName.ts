import { type JsonEntry, parseJson5 } from "../libcom/json5.js";
import { parseInteger } from "../libcom/parseNumber.js";
import { failed, ok, type Result } from "../libcom/result.js";

/** What a name says of record and field, whatever follows it. */
export interface FieldName {
  readonly record: string;
  readonly field: string;
  /** `$`: a string shown as a CHAR array. */
  readonly asChars: boolean;
}

/** A channel name, taken apart. */
export interface ChannelName extends FieldName {
  /** Filter by filter, what `[start:increment:end]` and `{"filter":{...}}` ask for; in the order of the name. */
  readonly filters: readonly JsonEntry[];
}

const FIELD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NO_FILTERS: Result<readonly JsonEntry[]> = ok([]);

/** Record and field of a name, and what stands behind them; a name without a field means VAL. */
export function splitName(name: string): { readonly address: FieldName; readonly modifiers: string } {
  const dot = name.indexOf(".");
  // Most names that clients look for are those of records.
  if (dot < 0) return { address: { record: name, field: "VAL", asChars: false }, modifiers: "" };
  const rest = name.slice(dot + 1);
  FIELD.lastIndex = 0;
  const field = FIELD.exec(rest)?.[0] ?? "";
  const asChars = rest[field.length] === "$";
  const address = { record: name.slice(0, dot), field: field === "" ? "VAL" : field, asChars };
  return { address, modifiers: rest.slice(field.length + (asChars ? 1 : 0)) };
}

/** The record and field of a name, without a look at what else it says. */
export const parseFieldName = (name: string): FieldName => splitName(name).address;

/** Takes `REC`, `REC.FIELD`, `REC.FIELD$`, with `[start:increment:end]` and `{"filter":{...}}` behind it, apart. */
export function parseChannelName(name: string): Result<ChannelName> {
  const { address, modifiers } = splitName(name);
  const filters = parseFilters(name, modifiers);
  return filters.ok ? ok({ ...address, filters: filters.value }) : filters;
}

/** The filters that the part of a name behind the field asks for. */
export function parseFilters(name: string, modifiers: string): Result<readonly JsonEntry[]> {
  if (modifiers === "") return NO_FILTERS;
  const range = modifiers.startsWith("[") ? parseRange(modifiers) : ok({ filters: [], rest: modifiers });
  if (!range.ok) return failed(`${name}: ${range.error}`);
  const { filters, rest } = range.value;
  if (rest === "") return ok(filters);
  const json = rest.startsWith("{") ? parseJson5(rest) : failed(`nothing is known of ${rest}`);
  if (!json.ok) return failed(`${name}: ${json.error}`);
  if (json.value.kind !== "map") return failed(`${name}: filters are a JSON map`);
  return ok([...filters, ...json.value.entries]);
}

interface Range {
  readonly filters: readonly JsonEntry[];
  readonly rest: string;
}

const RANGE = /^\[([^\]:]*)(?::([^\]:]*)(?::([^\]:]*))?)?\]/;

/** `[index]`, `[start:end]` or `[start:increment:end]`, where each but a lone index may be absent. */
function parseRange(text: string): Result<Range> {
  const match = RANGE.exec(text);
  const parts = match?.slice(1).filter((part) => part !== undefined) ?? [];
  const numbers = parts.map(rangeNumber);
  if (match === null || numbers.includes("bad")) return failed(`${text} is no range of an array`);
  const [first, second, third] = numbers;
  if (parts.length === 1 && first === undefined) return failed("[] names no element");
  const end = parts.length === 1 ? first : parts.length === 2 ? second : third;
  const increment = parts.length === 3 ? second : undefined;
  const options = Object.entries({ s: first, i: increment, e: end });
  const entries = options.flatMap(([key, value]): JsonEntry[] =>
    typeof value === "bigint" ? [{ key, value: { kind: "integer", value } }] : [],
  );
  const filters: JsonEntry[] = [{ key: "arr", value: { kind: "map", entries } }];
  return ok({ filters, rest: text.slice(match[0].length) });
}

/** A number as C's strtol reads it, nothing, or neither. */
function rangeNumber(text: string): bigint | "bad" | undefined {
  if (text === "") return undefined;
  const parsed = parseInteger(text, { bits: 64, signed: true });
  if (!parsed.ok || parsed.value.rest !== "" || /\s$/.test(text)) return "bad";
  return BigInt.asIntN(32, parsed.value.value);
}
