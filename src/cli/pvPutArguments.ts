import { failed, ok, type Result } from "../libcom/result.js";
import {
  fieldAt,
  type PvStructure,
  type PvType,
  PvUnion,
  type PvValue,
  type StructureType,
} from "../pva/index.js";

/**
 * What the words after the name of the PV say to write: one value, several values of an array, `field=value` pairs,
 * or JSON. `present` is the structure as it is now: an enum's choices come from there.
 */
export function putFields(
  type: StructureType,
  present: PvStructure,
  words: readonly string[],
): Result<PvStructure> {
  const [first = ""] = words;
  if (words.length === 0) return failed("no value given");
  if (words.every((word) => /^[A-Za-z_][\w.]*=/.test(word))) return pairs(type, present, words);
  const json = words.length === 1 ? parseJson(first) : undefined;
  if (isRecord(json)) return ok(fromJsonObject(json));
  const field = fieldAt(type, "value");
  if (field === undefined) return failed("the structure has no field value: use field=value or JSON");
  const value = fieldValue(field.type, Array.isArray(json) ? json.map(String) : words, present["value"]);
  return value.ok ? ok({ value: value.value }) : value;
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function fromJson(value: unknown): PvValue {
  if (Array.isArray(value))
    return value.some(isRecord) ? value.filter(isRecord).map(fromJsonObject) : value.map(String);
  if (isRecord(value)) return fromJsonObject(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

const fromJsonObject = (object: Record<string, unknown>): PvStructure =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, fromJson(value)]));

function pairs(type: StructureType, present: PvStructure, words: readonly string[]): Result<PvStructure> {
  const fields: Record<string, PvValue> = {};
  for (const word of words) {
    const at = word.indexOf("=");
    const path = word.slice(0, at);
    const text = word.slice(at + 1);
    const field = fieldAt(type, path);
    if (field === undefined) return failed(`no field ${path}`);
    const json = parseJson(text);
    const items = Array.isArray(json) ? json.map(String) : [text];
    const value = fieldValue(field.type, items, valueAt(present, path));
    if (!value.ok) return failed(`${path}: ${value.error}`);
    insert(fields, path.split("."), value.value);
  }
  return ok(fields);
}

const valueAt = (structure: PvStructure, path: string): PvValue | undefined =>
  path
    .split(".")
    .reduce<PvValue | undefined>(
      (value, name) => (isRecord(value) ? Reflect.get(value, name) : undefined),
      structure,
    );

function insert(
  fields: Record<string, PvValue>,
  [name = "", ...rest]: readonly string[],
  value: PvValue,
): void {
  if (rest.length === 0) {
    fields[name] = value;
    return;
  }
  const present = fields[name];
  const inner: Record<string, PvValue> = isRecord(present) ? { ...present } : {};
  insert(inner, rest, value);
  fields[name] = inner;
}

function fieldValue(type: PvType, words: readonly string[], present: PvValue | undefined): Result<PvValue> {
  switch (type.kind) {
    case "scalar":
      return words.length === 1 ? ok(words[0] ?? "") : failed(`one value is needed, not ${words.length}`);
    case "scalarArray":
      return ok(words.map(String));
    case "structure":
      return type.id === "enum_t" || fieldAt(type, "choices") !== undefined
        ? enumValue(words.join(" "), present)
        : failed("name the fields of a structure: field=value");
    case "union":
      return unionValue(type.fields, words);
    default:
      return failed("use JSON for this type");
  }
}

/** An enum by the text of a choice, else by its index. */
function enumValue(text: string, present: PvValue | undefined): Result<PvValue> {
  const choices = isRecord(present) ? present["choices"] : undefined;
  const byName = Array.isArray(choices) ? choices.indexOf(text) : -1;
  const index = byName >= 0 ? byName : Number(text);
  if (text === "" || !Number.isInteger(index)) return failed(`"${text}" is not one of ${String(choices)}`);
  return ok({ index });
}

function unionValue(
  fields: readonly { readonly name: string; readonly type: PvType }[],
  words: readonly string[],
): Result<PvValue> {
  const wanted = words.length > 1 ? "scalarArray" : "scalar";
  const field = fields.find(({ type }) => type.kind === wanted);
  if (field === undefined) return failed("no field of the union takes this");
  const value = fieldValue(field.type, words, undefined);
  return value.ok ? ok(new PvUnion(field.name, value.value)) : value;
}
