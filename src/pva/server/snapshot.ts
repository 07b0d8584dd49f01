import type { BitSet } from "../data/bitSet.js";
import { ByteWriter } from "../data/byteWriter.js";
import type { PvStructure } from "../data/values.js";
import { Block, type MemoryPool } from "../protocol/block.js";

/** Memory that a value borrows: an NDArray of a pool fits as it is. */
export interface Borrowed {
  retain(): unknown;
  release(): void;
}

/** Messages below this size are not worth a buffer of their own. */
const SMALL_BYTES = 16 * 1024;

/**
 * One complete, immutable state of a structure and the fields that made it differ from the one before. Several
 * subscriptions share it, and with it the bytes it was once encoded to.
 */
export class Snapshot {
  private readonly encodings = new Map<string, Block>();

  constructor(
    readonly value: PvStructure,
    readonly changed: BitSet,
    readonly borrowed?: Borrowed,
    private readonly pool?: MemoryPool,
  ) {}

  /** The bytes that `encode` writes, made once for each `key` as long as somebody is still sending them. */
  encoded(key: string, littleEndian: boolean, encode: (out: ByteWriter) => void): Block {
    const known = this.encodings.get(key);
    if (known !== undefined) return known;
    const out = new ByteWriter(littleEndian, this.pool?.take() ?? 256);
    encode(out);
    const block = this.blockOf(key, out);
    this.encodings.set(key, block);
    return block;
  }

  private blockOf(key: string, out: ByteWriter): Block {
    const { pool } = this;
    if (pool === undefined) return new Block(out.bytes());
    if (out.length < SMALL_BYTES) {
      const own = Buffer.from(out.bytes());
      pool.give(out.memory);
      return new Block(own);
    }
    return new Block(out.bytes(), () => {
      this.encodings.delete(key);
      pool.give(out.memory);
    });
  }
}
