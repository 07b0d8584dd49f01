import { ALARM_SEVERITIES } from "../channel/alarm.js";
import { toPosixMilliseconds } from "../libcom/epicsTime.js";
import {
  type ArraySize,
  type BitSet,
  fieldOf,
  isPvStructure,
  type PvStructure,
  type PvType,
  PvUnion,
  type PvValue,
  PvVariant,
  type StructureType,
  structure,
  timeOf,
  type UnionType,
} from "../pva/index.js";

/** Names of the alarm status classes of pvAccess. */
const STATUS_CLASSES = ["NO_STATUS", "DEVICE", "DRIVER", "RECORD", "DB", "CONF", "UNDEFINED", "CLIENT"];

const INDENT = "    ";

/** The name of a type as pvinfo and pvget show it. */
export function typeName(type: PvType): string {
  switch (type.kind) {
    case "scalar":
      return type.bound === undefined ? type.scalar : `string(${type.bound})`;
    case "scalarArray":
      return `${type.element}${sizeText(type.size)}`;
    case "structure":
      return type.id === "" ? "structure" : type.id;
    case "union":
      return type.id === "" ? "union" : type.id;
    case "variant":
      return "any";
    case "variantArray":
      return "any[]";
    default:
      return `${typeName(type.element)}[]`;
  }
}

function sizeText(size: ArraySize): string {
  if (size.form === "variable") return "[]";
  return size.form === "fixed" ? `[${size.length}]` : `<${size.length}>`;
}

/** The lines that describe a type: name, then its fields below it. */
export function typeLines(type: PvType, name = "", depth = 0): string[] {
  const own = `${INDENT.repeat(depth)}${typeName(type)}${name === "" ? "" : ` ${name}`}`;
  const inner = type.kind === "structureArray" || type.kind === "unionArray" ? type.element : undefined;
  if (inner !== undefined) return [own, ...typeLines(inner, "", depth + 1)];
  if (type.kind !== "structure" && type.kind !== "union") return [own];
  return [own, ...type.fields.flatMap((field) => typeLines(field.type, field.name, depth + 1))];
}

/** One value without its fields: numbers, text, and arrays in brackets. */
export function valueText(value: PvValue | undefined): string {
  if (value === undefined || value === null) return "(none)";
  if (Array.isArray(value)) return `[${value.map((item) => elementText(item)).join(",")}]`;
  if (ArrayBuffer.isView(value)) return `[${value.join(",")}]`;
  return String(value);
}

/** Text with blanks or quotes is quoted within an array, so that the elements can be told apart. */
const elementText = (item: PvValue): string =>
  typeof item === "string" && /[\s,"[\]]|^$/.test(item) ? JSON.stringify(item) : String(item);

/** Every field on a line of its own: what `-v` and `-M raw` show. */
export function valueLines(type: PvType, value: PvValue | undefined, name = "", depth = 0): string[] {
  const head = `${INDENT.repeat(depth)}${typeName(type)}${name === "" ? "" : ` ${name}`}`;
  switch (type.kind) {
    case "structure":
      return [head, ...structureLines(type, value, depth)];
    case "union":
      return [head, ...unionLines(type, value, depth)];
    case "variant":
      return value instanceof PvVariant
        ? [head, ...valueLines(value.type, value.value, "", depth + 1)]
        : [head, `${INDENT.repeat(depth + 1)}(none)`];
    case "structureArray":
    case "unionArray": {
      const items: readonly PvValue[] = Array.isArray(value) ? value : [];
      return [head, ...items.flatMap((item) => valueLines(type.element, item, "", depth + 1))];
    }
    case "variantArray": {
      const items: readonly PvValue[] = Array.isArray(value) ? value : [];
      return [head, ...items.flatMap((item) => valueLines({ kind: "variant" }, item, "", depth + 1))];
    }
    default:
      return [`${head} ${valueText(value)}`];
  }
}

function structureLines(type: StructureType, value: PvValue | undefined, depth: number): string[] {
  const fields = isPvStructure(value) ? value : {};
  return type.fields.flatMap((field) => valueLines(field.type, fields[field.name], field.name, depth + 1));
}

function unionLines(type: UnionType, value: PvValue | undefined, depth: number): string[] {
  const chosen = value instanceof PvUnion ? fieldOf(type, value.field) : undefined;
  if (chosen === undefined || !(value instanceof PvUnion)) return [`${INDENT.repeat(depth + 1)}(none)`];
  return valueLines(chosen.type, value.value, chosen.name, depth + 1);
}

/** The structure without the fields that did not come: what a request for some fields is answered with. */
export function receivedFields(
  type: StructureType,
  value: PvStructure,
  received: BitSet,
  base = 0,
): { type: StructureType; value: PvStructure } {
  if (received.has(base)) return { type, value };
  const types: [string, PvType][] = [];
  const values: [string, PvValue][] = [];
  for (const { name, type: inner, offset } of type.fields) {
    const bit = base + offset;
    const present = value[name];
    if (present === undefined) continue;
    if (inner.kind === "structure" && isPvStructure(present)) {
      if (!received.hasAny(bit, bit + inner.bits)) continue;
      const below = receivedFields(inner, present, received, bit);
      types.push([name, below.type]);
      values.push([name, below.value]);
    } else if (received.has(bit)) {
      types.push([name, inner]);
      values.push([name, present]);
    }
  }
  return { type: structure(type.id, types), value: Object.fromEntries(values) };
}

/** Local time to the millisecond; `<undefined>` for a record that was never processed. */
export function timeText(value: PvStructure): string {
  const stamp = value["timeStamp"];
  const time = isPvStructure(stamp) ? timeOf(stamp) : undefined;
  if (time === undefined || time.seconds <= 0) return "<undefined>";
  const date = new Date(toPosixMilliseconds(time));
  const two = (number: number, width = 2) => String(number).padStart(width, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock}.${two(Math.floor(time.nanoseconds / 1e6), 3)}`;
}

/** Severity, class of status and message; empty without an alarm. */
export function alarmText(value: PvStructure): string {
  const alarm = value["alarm"];
  if (!isPvStructure(alarm) || Number(alarm["severity"] ?? 0) === 0) return "";
  const severity = ALARM_SEVERITIES[Number(alarm["severity"])] ?? String(alarm["severity"]);
  const status = STATUS_CLASSES[Number(alarm["status"])] ?? String(alarm["status"]);
  return [severity, status, alarm["message"]].filter((part) => part !== "").join(" ");
}

/** The value of a normative scalar, array or enum on one line; undefined for other structures. */
export function normativeText(type: StructureType, value: PvStructure): string | undefined {
  if (/^epics:nt\/NTScalar(Array)?:/.test(type.id)) return valueText(value["value"]);
  if (!/^epics:nt\/NTEnum:/.test(type.id)) return undefined;
  const choice = value["value"];
  if (!isPvStructure(choice)) return undefined;
  const { index, choices } = choice;
  const name = Array.isArray(choices) ? choices[Number(index)] : undefined;
  return `(${index})${typeof name === "string" ? ` ${name}` : ""}`;
}

/** A value as JSON would have it: TypedArrays as arrays, long as a number where one can hold it. */
export function jsonValue(value: PvValue | undefined): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value === null || value === undefined || typeof value !== "object") return value ?? null;
  if (value instanceof PvUnion || value instanceof PvVariant) return jsonValue(value.value);
  if (Array.isArray(value)) return value.map((item) => jsonValue(item));
  if (ArrayBuffer.isView(value))
    return Array.from<number | bigint, unknown>(value, (item) => jsonValue(item));
  if (!isPvStructure(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, jsonValue(item)]));
}
