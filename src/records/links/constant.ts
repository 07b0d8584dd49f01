import type { TypedValue } from "../../channel/dbf.js";
import type { FieldAddress } from "../recordType.js";
import type { Link } from "./link.js";

/**
 * The value of a constant link: a number in any C notation, a JSON array, or `{const: ...}`. Undefined for links that
 * are empty or no constants.
 */
export function constantValue(link: Link): TypedValue | undefined {
  const { parsed } = link;
  if (parsed.kind === "json") return jsonConstant(parsed.text);
  if (parsed.kind !== "constant" || parsed.text === "") return undefined;
  if (parsed.text.startsWith("[")) return fromJson(parseRelaxed(parsed.text));
  return { type: "STRING", value: parsed.text };
}

/** The value of a constant link for a field; undefined where a field of its kind cannot take it. */
export function constantFor(link: Link, field: FieldAddress): TypedValue | undefined {
  const constant = constantValue(link);
  if (constant === undefined) return undefined;
  const isText = constant.type === "STRING";
  const isList = link.text.startsWith("[");
  // A text without quotes is a number.
  if (field.bytes !== undefined)
    return isText && (isList || link.parsed.kind === "json") ? constant : undefined;
  return isList && isText && field.type !== "STRING" ? undefined : constant;
}

function jsonConstant(text: string): TypedValue | undefined {
  const value = parseRelaxed(text);
  if (typeof value !== "object" || value === null || !("const" in value)) return undefined;
  return fromJson(value.const);
}

/** Database files may leave out the quotes of keys and end lists with a comma, as JSON5 does. */
function parseRelaxed(text: string): unknown {
  const quoted = text.replace(/([{,]\s*)([A-Za-z_]\w*)(\s*:)/g, '$1"$2"$3').replace(/,(\s*[\]}])/g, "$1");
  try {
    return JSON.parse(quoted);
  } catch {
    return undefined;
  }
}

function fromJson(value: unknown): TypedValue | undefined {
  if (typeof value === "string") return { type: "STRING", value };
  if (typeof value === "number") return { type: "DOUBLE", value };
  if (typeof value === "boolean") return { type: "LONG", value: value ? 1 : 0 };
  if (!Array.isArray(value)) return undefined;
  if (value.every((item) => typeof item === "number"))
    return { type: "DOUBLE", value: Float64Array.from(value) };
  return { type: "STRING", value: value.map(String) };
}
