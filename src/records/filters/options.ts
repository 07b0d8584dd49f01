import type { JsonMap, JsonNode } from "../../libcom/json5.js";
import { parseDouble, parseInteger } from "../../libcom/parseNumber.js";
import { failed, ok, type Result } from "../../libcom/result.js";

/** One option of a filter. Several may set the same `target`. */
export interface FilterOption {
  readonly name: string;
  readonly target: string;
  readonly kind: "int32" | "double" | "string" | "choice";
  /** Names and numbers of the choices. */
  readonly choices?: Readonly<Record<string, number>>;
  /** The longest text of a string. */
  readonly maximumLength?: number;
  /** Values of other JSON types are converted. */
  readonly converts?: boolean;
  /** A filter without any option for the target is none. */
  readonly required?: boolean;
  /** What naming this option chooses besides. */
  readonly tag?: { readonly target: string; readonly value: number };
}

/** The values by target. */
export type FilterOptions = ReadonlyMap<string, number | string>;

export const numberOption = (options: FilterOptions, target: string, absent: number): number => {
  const value = options.get(target);
  return typeof value === "number" ? value : absent;
};

/** Takes options from JSON. A key may be the beginning of an option's name; the first that it fits counts. */
export function filterOptions(specs: readonly FilterOption[], given: JsonNode): Result<FilterOptions> {
  if (given.kind !== "map") return failed("options are a JSON map");
  const values = new Map<string, number | string>();
  const named = new Set<string>();
  const problem = takeEntries(specs, given, values, named);
  if (problem !== undefined) return failed(problem);
  const missing = specs.find(({ required, target }) => required === true && !named.has(target));
  return missing === undefined ? ok(values) : failed(`option ${missing.name} is missing`);
}

/** What is wrong, if anything. A map inside the map is as if its entries stood outside. */
function takeEntries(
  specs: readonly FilterOption[],
  given: JsonMap,
  values: Map<string, number | string>,
  named: Set<string>,
): string | undefined {
  for (const { key, value } of given.entries) {
    const spec = specs.find(({ name }) => name.startsWith(key));
    if (spec === undefined) return `unknown option ${key}`;
    if (spec.tag !== undefined) values.set(spec.tag.target, spec.tag.value);
    named.add(spec.target);
    if (spec.tag !== undefined) named.add(spec.tag.target);
    if (value.kind === "map") {
      const problem = takeEntries(specs, value, values, named);
      if (problem !== undefined) return problem;
      continue;
    }
    const taken = optionValue(spec, value);
    if (taken === undefined) return `bad value for option ${spec.name}`;
    values.set(spec.target, taken);
  }
  return undefined;
}

const INT32 = { bits: 32, signed: true } as const;
const isInt32 = (value: number): boolean => !(value < -(2 ** 31) || value > 2 ** 31 - 1);

/** As a processor does it: what is no number becomes the lowest integer. */
const truncate = (value: number): number => (Number.isNaN(value) ? -(2 ** 31) : Math.trunc(value));

const nativeKinds: Readonly<Record<FilterOption["kind"], JsonNode["kind"]>> = {
  int32: "integer",
  double: "double",
  string: "string",
  choice: "string",
};

function optionValue(spec: FilterOption, node: JsonNode): number | string | undefined {
  if (spec.converts !== true && node.kind !== nativeKinds[spec.kind]) return undefined;
  switch (node.kind) {
    case "string":
      return fromText(spec, node.value);
    case "integer":
      return isInt32(Number(node.value)) ? fromNumber(spec, Number(node.value)) : undefined;
    case "double":
      if (spec.kind === "choice" || (spec.kind === "int32" && !isInt32(node.value))) return undefined;
      return fromNumber(spec, spec.kind === "int32" ? truncate(node.value) : node.value);
    case "boolean":
      return spec.kind === "choice" ? undefined : fromNumber(spec, node.value ? 1 : 0);
    default:
      return undefined;
  }
}

function fromNumber({ kind, choices = {} }: FilterOption, value: number): number | undefined {
  if (kind === "string") return undefined;
  return kind !== "choice" || Object.values(choices).includes(value) ? value : undefined;
}

function fromText({ kind, choices = {}, maximumLength }: FilterOption, text: string) {
  switch (kind) {
    case "string":
      return text.slice(0, maximumLength);
    case "choice":
      return Object.entries(choices).find(([name]) => name.startsWith(text))?.[1];
    case "int32": {
      const parsed = parseInteger(text, INT32);
      return parsed.ok ? Number(parsed.value.value) : undefined;
    }
    case "double": {
      const parsed = parseDouble(text);
      return parsed.ok ? parsed.value.value : undefined;
    }
  }
}
