import { globMatches } from "../glob.js";
import type { ShellEngine } from "../host.js";

const byName = (a: string, b: string): number => a.toLowerCase().localeCompare(b.toLowerCase());

/** A record or an alias of one. */
export interface ListedName {
  readonly name: string;
  readonly record: string;
}

export const isAlias = ({ name, record }: ListedName): boolean => name !== record;

/** Record types in the order in which EPICS lists them. */
export const typeNames = (engine: ShellEngine): readonly string[] =>
  [...engine.recordTypes.keys()].sort(byName);

/** Records and aliases in the order of loading, by record type. */
export function namesByType(engine: ShellEngine): ReadonlyMap<string, readonly ListedName[]> {
  const groups = new Map<string, ListedName[]>(typeNames(engine).map((type) => [type, []]));
  for (const listed of engine.allNames())
    groups.get(engine.record(listed.record)?.recordType ?? "")?.push(listed);
  return groups;
}

export const allNames = (engine: ShellEngine): readonly ListedName[] =>
  [...namesByType(engine).values()].flat();

/** The records themselves, in the same order, or the one that is named; a pattern of `*` means all. */
export function recordsNamed(engine: ShellEngine, name: string | undefined): readonly string[] {
  if (name !== undefined && name !== "" && name !== "*")
    return engine.record(name) === undefined ? [] : [name];
  return allNames(engine).flatMap((listed) => (isAlias(listed) ? [] : [listed.name]));
}

/** Undefined and empty patterns match everything. */
export const matches = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined || pattern === "" || globMatches(pattern, text);
