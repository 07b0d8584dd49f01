import type { TypedValue } from "../../../channel/dbf.js";
import type { JsonNode } from "../../../libcom/json5.js";
import { failed, ok, type Result } from "../../../libcom/result.js";
import type { Constant } from "./jsonLink.js";

/** A number or a text of JSON; integers stay exact. */
export function jsonScalar(node: JsonNode): TypedValue | undefined {
  switch (node.kind) {
    case "integer":
      return { type: "INT64", value: node.value };
    case "double":
      return { type: "DOUBLE", value: node.value };
    case "string":
      return { type: "STRING", value: node.value };
    default:
      return undefined;
  }
}

const scalarOf = (node: JsonNode): TypedValue | undefined =>
  node.kind === "boolean" ? { type: "INT64", value: node.value ? 1n : 0n } : jsonScalar(node);

/** An array is of integers, of doubles (with integers among them), or of texts. */
function arrayOf(items: readonly JsonNode[]): Result<Constant> {
  const elements = items.flatMap((item) => scalarOf(item) ?? []);
  const texts = elements.filter(({ type }) => type === "STRING").length;
  if (elements.length < items.length || (texts > 0 && texts < items.length))
    return failed("const: an array is all numbers or all strings");
  const hasDoubles = elements.some(({ type }) => type === "DOUBLE");
  const asDouble = ({ value }: TypedValue): TypedValue => ({ type: "DOUBLE", value: Number(value) });
  return ok({ isArray: true, elements: hasDoubles ? elements.map(asDouble) : elements });
}

/** The value in `{const: ...}`; true and false are 1 and 0. */
export function parseConst(node: JsonNode): Result<Constant> {
  if (node.kind === "array") return arrayOf(node.items);
  const scalar = scalarOf(node);
  return scalar === undefined
    ? failed("const: a number, a string or an array of them")
    : ok({ isArray: false, elements: [scalar] });
}
