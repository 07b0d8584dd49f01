import { isPvStructure, type PvStructure, type PvValue } from "../data/values.js";
import type { PathPart } from "./groupDefinition.js";

/** `value` put over what is there: structures field by field. */
export function overlay(present: PvValue | undefined, value: PvValue): PvValue {
  if (!isPvStructure(present) || !isPvStructure(value)) return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, overlay(present[name], inner)] as const);
  return { ...present, ...Object.fromEntries(fields) };
}

/** A structure with `value` at a path, in arrays of structures as well, which become as long as it needs. */
export function placed(
  present: PvStructure,
  [next, ...rest]: readonly PathPart[],
  value: PvValue,
): PvStructure {
  if (next === undefined) {
    const whole = overlay(present, value);
    return isPvStructure(whole) ? whole : present;
  }
  const { name, index } = next;
  const below = present[name];
  if (index === undefined) {
    const inner =
      rest.length === 0 ? overlay(below, value) : placed(isPvStructure(below) ? below : {}, rest, value);
    return { ...present, [name]: inner };
  }
  const elements = structuresOf(below);
  while (elements.length <= index) elements.push(null);
  elements[index] = placed(elements[index] ?? {}, rest, value);
  return { ...present, [name]: elements };
}

const structuresOf = (value: PvValue | undefined): (PvStructure | null)[] =>
  Array.isArray(value) ? value.map((each: PvValue) => (isPvStructure(each) ? each : null)) : [];

/** What stands at a path; undefined where there is nothing. */
export function valueAt(
  value: PvValue | undefined,
  [next, ...rest]: readonly PathPart[],
): PvValue | undefined {
  if (next === undefined) return value;
  const field = isPvStructure(value) ? value[next.name] : undefined;
  if (next.index === undefined) return valueAt(field, rest);
  return valueAt(structuresOf(field)[next.index] ?? undefined, rest);
}

/** The array of structures that a path goes through, by its name; undefined where there is none. */
export function arrayOf(path: readonly PathPart[]): string | undefined {
  const end = path.findIndex(({ index }) => index !== undefined);
  return end < 0
    ? undefined
    : path
        .slice(0, end + 1)
        .map(({ name }) => name)
        .join(".");
}
