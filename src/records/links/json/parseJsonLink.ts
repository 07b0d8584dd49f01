import { type JsonMap, type JsonNode, parseJson5 } from "../../../libcom/json5.js";
import { failed, ok, type Result } from "../../../libcom/result.js";
import type { LinkDirection } from "../linkDirection.js";
import type { JsonLink } from "./jsonLink.js";
import { parseCalc } from "./parseCalc.js";
import { parseConst } from "./parseConst.js";
import { parsePva } from "./pvaLink.js";

type ParseType = (node: JsonNode, direction: LinkDirection) => Result<JsonLink>;

const debug =
  (kind: "debug" | "trace"): ParseType =>
  (node, direction) => {
    if (node.kind !== "map") return failed(`${kind}: needs another link`);
    if (node.entries.length === 0) return ok({ kind: "empty" });
    const child = linkOf(node, direction === "INLINK" ? "INLINK" : "OUTLINK");
    return child.ok ? ok({ kind, link: child.value }) : child;
  };

const linkTypes: Readonly<Record<string, ParseType>> = {
  const: (node, direction) => {
    if (direction !== "INLINK") return failed("const: only works with input links");
    const constant = parseConst(node);
    return constant.ok ? ok({ kind: "const", constant: constant.value }) : constant;
  },
  calc: (node, direction) => parseCalc(node, direction, linkOf),
  state: (node, direction) => {
    if (direction === "FWDLINK") return failed("state: no support for forward links");
    if (node.kind !== "string") return failed("state: needs the name of a state");
    const inverted = node.value.length > 1 && node.value.startsWith("!");
    return ok({ kind: "state", name: inverted ? node.value.slice(1) : node.value, inverted });
  },
  debug: debug("debug"),
  trace: debug("trace"),
  pva: parsePva,
};

/** The names of the link types, as a JSON link begins with one. */
export const jsonLinkTypes: readonly string[] = Object.keys(linkTypes);

function linkOf({ entries }: JsonMap, direction: LinkDirection): Result<JsonLink> {
  const [entry, second] = entries;
  if (entry === undefined) return failed("a JSON link names its type");
  if (second !== undefined) return failed(`illegal second link key '${second.key}'`);
  const parse = Object.hasOwn(linkTypes, entry.key) ? linkTypes[entry.key] : undefined;
  return parse === undefined ? failed(`link type '${entry.key}' not found`) : parse(entry.value, direction);
}

/** Understands a link that is given in JSON. */
export function parseJsonLink(text: string, direction: LinkDirection): Result<JsonLink> {
  const json = parseJson5(text);
  if (!json.ok) return json;
  if (json.value.kind !== "map") return failed("a JSON link is a map");
  return json.value.entries.length === 0 ? ok({ kind: "empty" }) : linkOf(json.value, direction);
}
