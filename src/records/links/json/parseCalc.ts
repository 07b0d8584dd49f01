import type { JsonMap, JsonNode } from "../../../libcom/json5.js";
import { failed, ok, type Result } from "../../../libcom/result.js";
import { ARGUMENT_NAMES, compileCalc } from "../../calc/index.js";
import type { LinkDirection } from "../linkDirection.js";
import type { CalcLink, Expression, JsonLink } from "./jsonLink.js";

export type ParseChild = (node: JsonMap, direction: LinkDirection) => Result<JsonLink>;

interface Draft {
  expr?: Expression;
  major?: Expression;
  minor?: Expression;
  args?: (number | JsonLink)[];
  out?: JsonLink;
  prec?: number;
  units?: string;
  time?: number;
}

type Key = keyof Draft;
type TakeValue = (draft: Draft, node: JsonNode, parseChild: ParseChild) => string | undefined;

const expression =
  (key: "expr" | "major" | "minor"): TakeValue =>
  (draft, node) => {
    if (node.kind !== "string") return `calc: ${key} is a string`;
    const program = compileCalc(node.value);
    if (!program.ok) return `calc: ${key} "${node.value}": ${program.error}`;
    draft[key] = { text: node.value, program: program.value };
    return undefined;
  };

function takeArguments(
  into: (number | JsonLink)[],
  node: JsonNode,
  parseChild: ParseChild,
): string | undefined {
  if (node.kind === "array") {
    for (const item of node.items) {
      const problem = takeArguments(into, item, parseChild);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (into.length === ARGUMENT_NAMES.length) return `calc: more than ${ARGUMENT_NAMES.length} args`;
  if (node.kind === "integer" || node.kind === "double") {
    into.push(Number(node.value));
    return undefined;
  }
  if (node.kind !== "map") return "calc: args are numbers and links";
  const child = parseChild(node, "INLINK");
  if (!child.ok) return child.error;
  into.push(child.value);
  return undefined;
}

const values: Readonly<Record<Key, TakeValue>> = {
  expr: expression("expr"),
  major: expression("major"),
  minor: expression("minor"),
  args: (draft, node, parseChild) => {
    draft.args ??= [];
    return takeArguments(draft.args, node, parseChild);
  },
  out: (draft, node, parseChild) => {
    const child = node.kind === "map" ? parseChild(node, "OUTLINK") : failed("calc: out is a link");
    if (!child.ok) return child.error;
    draft.out = child.value;
    return undefined;
  },
  prec: (draft, node) => {
    if (node.kind !== "integer") return "calc: prec is an integer";
    draft.prec = Number(BigInt.asIntN(16, node.value));
    return undefined;
  },
  units: (draft, node) => {
    if (node.kind !== "string") return "calc: units is a string";
    draft.units = node.value;
    return undefined;
  },
  time: (draft, node) => {
    const letter = node.kind === "string" && node.value.length === 1 ? node.value.toUpperCase() : "";
    const input = letter === "" ? -1 : ARGUMENT_NAMES.indexOf(letter);
    if (input < 0) return "calc: time is the letter of an input";
    draft.time = input;
    return undefined;
  },
};

/** Keys that may come again. */
const repeatable: ReadonlySet<string> = new Set(["prec", "time"]);

const isKey = (key: string): key is Key => key in values;

/** Understands what stands behind `calc`. */
export function parseCalc(
  node: JsonNode,
  direction: LinkDirection,
  parseChild: ParseChild,
): Result<CalcLink> {
  if (direction === "FWDLINK") return failed("calc: no support for forward links");
  if (node.kind !== "map") return failed("calc: needs a map");
  const draft: Draft = {};
  for (const { key, value } of node.entries) {
    const isKnown = isKey(key) && (key !== "out" || direction === "OUTLINK");
    if (!isKnown) return failed(`calc: unknown key "${key}"`);
    const isTaken = key === "args" ? (draft.args?.length ?? 0) > 0 : draft[key] !== undefined;
    if (isTaken && !repeatable.has(key)) return failed(`calc: key "${key}" comes twice`);
    const problem = values[key](draft, value, parseChild);
    if (problem !== undefined) return failed(problem);
  }
  if (direction === "INLINK" && draft.expr === undefined) return failed("calc: no expression ('expr' key)");
  if (direction === "OUTLINK" && draft.out === undefined) return failed("calc: no output link ('out' key)");
  return ok({
    kind: "calc",
    expression: draft.expr,
    major: draft.major,
    minor: draft.minor,
    inputs: draft.args ?? [],
    out: draft.out,
    precision: draft.prec ?? DEFAULT_PRECISION,
    units: draft.units,
    timeInput: draft.time,
  });
}

/** As many digits as a double has. */
const DEFAULT_PRECISION = 15;
