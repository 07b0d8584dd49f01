import type { BitSet } from "../data/bitSet.js";
import type { PvStructure } from "../data/values.js";

/** Memory that a value borrows: an NDArray of a pool fits as it is. */
export interface Borrowed {
  retain(): unknown;
  release(): void;
}

/**
 * One complete, immutable state of a structure and the fields that made it differ from the one before. Several
 * subscriptions share it, and with it the bytes it was once encoded to.
 */
export class Snapshot {
  private readonly encodings = new Map<string, Uint8Array>();

  constructor(
    readonly value: PvStructure,
    readonly changed: BitSet,
    readonly borrowed?: Borrowed,
  ) {}

  /** The bytes that `encode` makes, made once for each `key`. */
  encoded(key: string, encode: () => Uint8Array): Uint8Array {
    const known = this.encodings.get(key);
    if (known !== undefined) return known;
    const bytes = encode();
    this.encodings.set(key, bytes);
    return bytes;
  }
}
