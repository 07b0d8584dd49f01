import type { DbRecord } from "../../records/dbRecord.js";
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

/** No name, an empty one and `*` mean all records. */
export const isAll = (name: string | undefined): boolean => name === undefined || name === "" || name === "*";

/** The record of a name, or all, by type and in the order of loading. */
export function instancesNamed(engine: ShellEngine, name?: string): readonly DbRecord[] {
  const names =
    name === undefined || isAll(name) ? allNames(engine).filter((each) => !isAlias(each)) : [{ name }];
  return names.flatMap((each) => engine.instance(each.name) ?? []);
}

/** Undefined and empty patterns match everything. */
export const matches = (pattern: string | undefined, text: string): boolean =>
  pattern === undefined || pattern === "" || globMatches(pattern, text);
