import type { ClientIdentity } from "../../channel/provider.js";
import { BitSet } from "../data/bitSet.js";
import { coerce, merge, PvValueError } from "../data/coerce.js";
import type { StructureType } from "../data/types.js";
import { isPvStructure, type PvStructure } from "../data/values.js";
import { MemoryPool } from "../protocol/block.js";
import { type Borrowed, Snapshot } from "./snapshot.js";

/** What a client wrote: the fields in `changed` of `value` are its, the others are at their defaults. */
export interface PvPut {
  readonly value: PvStructure;
  readonly changed: BitSet;
  /** Only the written fields, nested as in the structure: ready for `post`. */
  readonly partial: PvStructure;
  readonly client: ClientIdentity;
}

export interface SharedPvOptions {
  /**
   * Called for each put; a rejection is what the client reads. Absent: the PV is read-only. `"post"`: a mailbox, what
   * is written is posted.
   */
  readonly put?: "post" | ((put: PvPut) => void | Promise<void>);
  /** Answers remote procedure calls; a rejection is what the client reads. Absent: the PV cannot be called. */
  readonly call?: (argument: PvStructure, client: ClientIdentity) => RpcAnswer | Promise<RpcAnswer>;
}

/** What a remote procedure call gives back. */
export interface RpcAnswer {
  readonly type: StructureType;
  readonly value: PvStructure;
}

export type SnapshotListener = (snapshot: Snapshot) => void;

/**
 * A structure served by pvAccess. Its value is replaced by `post`, atomically: one monitor event with the bits of the
 * fields posted.
 */
export class SharedPV {
  private current: Snapshot;
  /** Makes what was posted last, while nobody has looked at it. */
  private unmade: (() => PvStructure) | undefined;
  /** Whose memory the value lies on. */
  private owner: Borrowed | undefined;
  private readonly pool = new MemoryPool();
  private readonly listeners = new Set<SnapshotListener>();

  /** Throws PvValueError when `initial` does not fit `type`. */
  constructor(
    readonly type: StructureType,
    initial: PvStructure = {},
    readonly options: SharedPvOptions = {},
  ) {
    this.current = new Snapshot(structureOf(type, initial), new BitSet([0]), undefined, this.pool);
  }

  get value(): PvStructure {
    return this.snapshot.value;
  }

  get snapshot(): Snapshot {
    const { unmade } = this;
    this.unmade = undefined;
    if (unmade !== undefined) this.current = this.with(unmade(), this.owner);
    return this.current;
  }

  /** Number of monitors that listen now. */
  get subscribers(): number {
    return this.listeners.size;
  }

  /**
   * Replaces the fields given; the others stay. Arrays are taken without a copy and must not change while they are
   * the PV's value; when they lie on memory of a pool, pass its owner as `borrowed` (an NDArray): it is retained until
   * the next post of such a value. Throws PvValueError, and changes nothing, for fields or shapes the type lacks.
   *
   * A value that costs something to make is given as a function. While no monitor listens it is called when somebody gets the value, and
   * of several in a row only the last, which therefore gives all fields that the others do.
   */
  post(posted: PvStructure | (() => PvStructure), borrowed?: Borrowed): void {
    const before = this.owner;
    const owner = borrowed ?? before;
    const isForLater = typeof posted === "function" && this.subscribers === 0;
    if (isForLater) this.unmade = posted;
    else this.current = this.with(typeof posted === "function" ? posted() : posted, owner);
    borrowed?.retain();
    this.owner = owner;
    if (!isForLater) for (const listener of [...this.listeners]) listener(this.current);
    if (borrowed !== undefined) before?.release();
  }

  private with(partial: PvStructure, owner: Borrowed | undefined): Snapshot {
    const { value, changed } = merge(this.type, this.snapshot.value, partial);
    return new Snapshot(value, changed, owner, this.pool);
  }

  /** Hears of each post, not of the present value. */
  subscribe(listener: SnapshotListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function structureOf(type: StructureType, initial: PvStructure): PvStructure {
  const value = coerce(type, initial);
  if (!isPvStructure(value)) throw new PvValueError("", "the top of a PV is a structure");
  return value;
}

/** Structure PVs by name. Adding and removing works while servers run. */
export class SharedPvProvider {
  private readonly pvs = new Map<string, SharedPV>();
  private readonly removalListeners = new Set<(name: string, pv: SharedPV) => void>();

  /** Throws when the name is taken. */
  add(name: string, pv: SharedPV): void {
    if (this.pvs.has(name)) throw new Error(`${name}: a structure of this name is served already`);
    this.pvs.set(name, pv);
  }

  /** Clients that have the channel are told that it is gone. */
  remove(name: string): boolean {
    const pv = this.pvs.get(name);
    if (pv === undefined) return false;
    this.pvs.delete(name);
    for (const listener of this.removalListeners) listener(name, pv);
    return true;
  }

  get(name: string): SharedPV | undefined {
    return this.pvs.get(name);
  }

  has(name: string): boolean {
    return this.pvs.has(name);
  }

  names(): Iterable<string> {
    return this.pvs.keys();
  }

  onRemove(listener: (name: string, pv: SharedPV) => void): () => void {
    this.removalListeners.add(listener);
    return () => this.removalListeners.delete(listener);
  }
}
