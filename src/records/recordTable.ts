import type { Logger } from "../libcom/log.js";
import { failed, ok, type Result } from "../libcom/result.js";
import { type FieldName, parseFieldName, parseFilters, splitName } from "./channelName.js";
import type { DbRecord } from "./dbRecord.js";
import type { DbStates } from "./dbStates.js";
import { isText } from "./fieldAccess.js";
import type { FoundChannel } from "./fieldView.js";
import type { Filter } from "./filters/filter.js";
import { makeFilters } from "./filters/filterChain.js";

/** What a name means whatever filters it goes on to name. */
export type FoundField = Omit<FoundChannel, "filters">;

const noFilters: readonly Filter[] = [];

/** The records of an IOC, and what names of records, fields and channels mean there. */
export class RecordTable {
  readonly #byName = new Map<string, DbRecord>();
  readonly #records = new Set<DbRecord>();
  readonly #states: DbStates;
  readonly #log: Logger;

  constructor(states: DbStates, log: Logger) {
    this.#states = states;
    this.#log = log;
  }

  /** In the order of loading. */
  get records(): ReadonlySet<DbRecord> {
    return this.#records;
  }

  add(instance: DbRecord): void {
    this.#byName.set(instance.name, instance);
    this.#records.add(instance);
  }

  /** Removes a record with all its names, or an alias alone. */
  remove(name: string): void {
    const instance = this.#byName.get(name);
    if (instance === undefined) return;
    if (instance.name !== name) {
      this.#byName.delete(name);
      return;
    }
    this.#records.delete(instance);
    for (const [key, value] of this.#byName) if (value === instance) this.#byName.delete(key);
  }

  /** Gives a record one more name, without a look at what the name is now. */
  setAlias(instance: DbRecord, alias: string): void {
    this.#byName.set(alias, instance);
  }

  addAlias(record: string, alias: string): Result<void> {
    const instance = this.#byName.get(record);
    if (instance === undefined) return failed(`record "${record}" not found`);
    if (alias === "") return failed("an alias needs a name");
    if (this.#byName.has(alias)) return failed(`"${alias}" is the name of a record already`);
    this.setAlias(instance, alias);
    return ok(undefined);
  }

  /** By name or alias. */
  find(name: string): DbRecord | undefined {
    return this.#byName.get(name);
  }

  /** Names and aliases. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  *allNames(): Iterable<{ name: string; record: string }> {
    for (const [name, instance] of this.#byName) yield { name, record: instance.name };
  }

  *aliases(): Iterable<{ alias: string; record: string }> {
    for (const [alias, { name }] of this.#byName) if (alias !== name) yield { alias, record: name };
  }

  /** By type in the order of `types`, then in the order of loading. */
  *byType(types: Iterable<string>): Iterable<DbRecord> {
    const groups = new Map<string, DbRecord[]>([...types].map((type) => [type, []]));
    for (const instance of this.#records) groups.get(instance.recordType)?.push(instance);
    for (const instances of groups.values()) yield* instances;
  }

  /** Record and field of a name, whatever filters it goes on to name. */
  findField(name: string): FoundField | undefined {
    return this.#at(parseFieldName(name));
  }

  #at(address: FieldName): FoundField | undefined {
    const instance = this.#byName.get(address.record);
    if (instance === undefined) return undefined;
    const spec = instance.type.fields[address.field];
    if (spec === undefined || (spec.dbf === "NOACCESS" && spec.special !== "dbaddr")) return undefined;
    return address.asChars && !isText(instance, address.field) ? undefined : { instance, address, spec };
  }

  /** A whole name with its filters; undefined when any part of it is wrong. */
  findChannel(name: string): FoundChannel | undefined {
    const { address, modifiers } = splitName(name);
    const found = this.#at(address);
    if (found === undefined) return undefined;
    const { instance, spec } = found;
    // Most names ask for no filters. (A copy of `found` with one more property would be of a hidden class of its own.)
    if (modifiers === "") return { instance, address, spec, filters: noFilters };
    const parsed = parseFilters(name, modifiers);
    const filters = parsed.ok ? makeFilters(parsed.value, { states: this.#states }) : parsed;
    if (filters.ok) return { instance, address, spec, filters: filters.value };
    this.#log.info(filters.error);
    return undefined;
  }
}
