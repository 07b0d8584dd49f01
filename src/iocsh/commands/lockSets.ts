import type { DbRecord } from "../../records/dbRecord.js";
import type { ShellEngine } from "../host.js";
import { instancesNamed } from "./recordNames.js";

/** Records that database links tie together: what is processed as one. */
export interface LockSet {
  readonly id: number;
  readonly records: readonly DbRecord[];
}

/** The database links of a record, by field, with the record at the other end. */
export function* databaseLinks(
  engine: ShellEngine,
  record: DbRecord,
): Iterable<{ readonly field: string; readonly target: DbRecord }> {
  for (const field of record.type.linkNames) {
    if (record.linkState(field) !== "local") continue;
    const { parsed } = record.linkOf(field);
    const target = parsed.kind === "pv" ? engine.instance(parsed.target.split(".")[0] ?? "") : undefined;
    if (target !== undefined) yield { field, target };
  }
}

/** The number of the first set: EPICS Base has used one before. */
const FIRST_ID = 2;

/** Numbers the sets and joins them, link by link, in the order in which EPICS Base's iocInit does. */
export function lockSets(engine: ShellEngine): readonly LockSet[] {
  const sets = new Map<number, DbRecord[]>();
  const setOf = new Map<DbRecord, number>();
  const records = instancesNamed(engine);
  for (const [index, record] of records.entries()) {
    sets.set(index + FIRST_ID, [record]);
    setOf.set(record, index + FIRST_ID);
  }
  for (const record of records) {
    for (const { target } of databaseLinks(engine, record)) {
      const [from, to] = [setOf.get(record) ?? 0, setOf.get(target) ?? 0];
      if (from === to) continue;
      const joining = sets.get(to) ?? [];
      for (const each of joining) {
        sets.get(from)?.push(each);
        setOf.set(each, from);
      }
      sets.delete(to);
    }
  }
  return [...sets].map(([id, members]) => ({ id, records: members }));
}
