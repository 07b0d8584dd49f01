import type { DbRecord } from "./dbRecord.js";

/** A record at which processing of its lock set was begun while breakpoints are set. */
export interface EntryPoint {
  readonly record: DbRecord;
  count: number;
  readonly since: number;
  scheduled: boolean;
}

/** The debugging of one lock set. */
export interface DebuggedSet {
  readonly id: number;
  readonly members: readonly DbRecord[];
  readonly breakpoints: DbRecord[];
  readonly entryPoints: EntryPoint[];
  /** The record that is next when the set is told to go on. */
  stopped: DbRecord | undefined;
}

interface Running extends DebuggedSet {
  /** Every record stops, not only those with breakpoints. */
  stepping: boolean;
  current: EntryPoint | undefined;
  /** Processing is under way on behalf of the debugger. */
  working: boolean;
  /** The record that stopped and now goes on. */
  released: DbRecord | undefined;
  /** Records whose processing was asked for and waits behind the stopped one. */
  waiting: DbRecord[];
}

const AUTO_PRINT = 2;

/**
 * Breakpoints on records. A record of a lock set with breakpoints does not process at once: what asks for it becomes an
 * entry point, and the chain from there runs until it reaches a breakpoint. A chain that is running cannot be held in
 * the middle, so a record that stops is left out, and it and what comes after it process when told to go on; a link that
 * processes its source and reads it gets the value from before.
 */
export class Breakpoints {
  readonly #sets = new Map<number, Running>();
  readonly #setOf = new Map<DbRecord, Running>();
  readonly #printed = new Set<DbRecord>();

  /** Told when a record stops; called outside of anything that runs. */
  onStop: (stopped: DbRecord, entryPoint: DbRecord) => void = () => undefined;
  /** Told when a record that is to be printed was processed. */
  onProcessed: (record: DbRecord) => void = () => undefined;
  /** Told when the last breakpoint of a set is gone and what it held back has run. */
  onEnd: (id: number) => void = () => undefined;

  /** The sets being debugged, those that stopped last first. */
  sets(): readonly DebuggedSet[] {
    const all = [...this.#sets.values()];
    return [
      ...all.filter(({ stopped }) => stopped !== undefined),
      ...all.filter(({ stopped }) => stopped === undefined),
    ];
  }

  setOf(record: DbRecord): DebuggedSet | undefined {
    return this.#setOf.get(record);
  }

  /** The bits of the field BKPT: 1 a breakpoint, 2 automatic printing. */
  bits(record: DbRecord): number {
    const set = this.#setOf.get(record)?.breakpoints.includes(record) === true ? 1 : 0;
    return set | (this.#printed.has(record) ? AUTO_PRINT : 0);
  }

  /** True when printing is now on. */
  toggleAutoPrint(record: DbRecord): boolean {
    if (this.#printed.delete(record)) return false;
    this.#printed.add(record);
    return true;
  }

  /** Sets a breakpoint; `members` are the records of its lock set, which has the number `id`. */
  add(record: DbRecord, id: number, members: readonly DbRecord[]): void {
    let set = this.#setOf.get(record);
    if (set === undefined) {
      set = {
        id,
        members,
        breakpoints: [],
        entryPoints: [],
        stopped: undefined,
        stepping: false,
        current: undefined,
        working: false,
        released: undefined,
        waiting: [],
      };
      this.#sets.set(id, set);
      for (const member of members) this.#hold(member, set);
    }
    set.breakpoints.push(record);
  }

  remove(record: DbRecord): void {
    const set = this.#setOf.get(record);
    if (set === undefined) return;
    set.breakpoints.splice(set.breakpoints.indexOf(record), 1);
    if (set.breakpoints.length === 0 && set.stopped === undefined) this.#end(set);
  }

  /** Goes on to the next record (`step`) or the next breakpoint. */
  proceed(set: DebuggedSet, step: boolean): void {
    const running = this.#sets.get(set.id);
    if (running?.stopped === undefined) return;
    running.stepping = step;
    setImmediate(() => this.#advance(running));
  }

  /** From now on the record asks here before it processes. */
  #hold(record: DbRecord, set: Running): void {
    this.#setOf.set(record, set);
    const begin = record.beginProcessing.bind(record);
    record.beginProcessing = () => (this.#takes(set, record) ? "rest" : begin());
  }

  #end(set: Running): void {
    this.#sets.delete(set.id);
    for (const member of set.members) {
      this.#setOf.delete(member);
      Reflect.deleteProperty(member, "beginProcessing");
    }
    for (const record of set.waiting.splice(0)) record.process();
    this.onEnd(set.id);
  }

  /** Whether the debugger takes care of this processing. */
  #takes(set: Running, record: DbRecord): boolean {
    if (set.released === record) {
      set.released = undefined;
      return false;
    }
    if (set.working) return this.#takesWithin(set, record);
    this.#enter(set, record);
    return true;
  }

  #enter(set: Running, record: DbRecord): void {
    let entry = set.entryPoints.find((each) => each.record === record);
    if (entry === undefined) {
      entry = { record, count: 0, since: performance.now(), scheduled: false };
      set.entryPoints.push(entry);
    }
    entry.count++;
    if (record.record.PACT !== 0) return;
    entry.scheduled = true;
    if (set.stopped === undefined) setImmediate(() => this.#run(set));
  }

  /** A record of the chain that runs: it stops, waits behind one that stopped, or processes. */
  #takesWithin(set: Running, record: DbRecord): boolean {
    if (set.stopped !== undefined) {
      set.waiting.push(record);
      return true;
    }
    const { PACT, DISA, DISV } = record.record;
    if (PACT !== 0 || DISA === DISV) return false;
    if (set.breakpoints.includes(record)) set.stepping = true;
    if (!set.stepping) return false;
    set.stopped = record;
    this.onStop(record, set.current?.record ?? record);
    return true;
  }

  /** Runs the entry points that wait, one after the other, until one stops. */
  #run(set: Running): void {
    while (set.stopped === undefined) {
      const entry = set.entryPoints.find(({ scheduled }) => scheduled);
      if (entry === undefined) break;
      set.current = entry;
      this.#work(set, () => void entry.record.process());
      if (set.stopped === undefined) this.#finish(set);
    }
    if (set.breakpoints.length === 0 && set.stopped === undefined && this.#sets.has(set.id)) this.#end(set);
  }

  #finish(set: Running): void {
    if (set.current !== undefined) set.current.scheduled = false;
    set.current = undefined;
    set.stepping = false;
  }

  /** Processes the record that stopped, then what waited behind it; what they lead to comes first. */
  #advance(set: Running): void {
    const { stopped } = set;
    if (stopped === undefined) return;
    const later = set.waiting.splice(0);
    set.stopped = undefined;
    this.#work(set, () => this.#release(set, stopped));
    while (set.stopped === undefined && later.length > 0) {
      const next = later.shift();
      if (next !== undefined) this.#work(set, () => void next.process());
    }
    set.waiting.push(...later);
    if (set.stopped !== undefined) return;
    this.#finish(set);
    this.#run(set);
  }

  #release(set: Running, record: DbRecord): void {
    set.released = record;
    record.process();
    if (this.#printed.has(record)) this.onProcessed(record);
  }

  #work(set: Running, action: () => void): void {
    set.working = true;
    try {
      action();
    } finally {
      set.working = false;
    }
  }
}
