/** A set of small non-negative numbers: which fields of a structure a message carries. */
export class BitSet {
  private words: Uint32Array;

  constructor(bits: Iterable<number> = [], capacity = 64) {
    this.words = new Uint32Array(Math.max(1, Math.ceil(capacity / 32)));
    for (const bit of bits) this.set(bit);
  }

  has(bit: number): boolean {
    return (((this.words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  }

  set(bit: number): this {
    const word = bit >>> 5;
    this.grow(word + 1);
    this.words[word] = (this.words[word] ?? 0) | (1 << (bit & 31));
    return this;
  }

  setRange(from: number, to: number): this {
    for (let bit = from; bit < to; bit++) this.set(bit);
    return this;
  }

  get isEmpty(): boolean {
    return this.words.every((word) => word === 0);
  }

  copy(): BitSet {
    const copy = new BitSet();
    copy.words = this.words.slice();
    return copy;
  }

  /** This becomes the union of both. */
  or(other: BitSet): this {
    this.grow(other.words.length);
    for (const [index, word] of other.words.entries()) this.words[index] = (this.words[index] ?? 0) | word;
    return this;
  }

  /** This becomes what both have in common. */
  and(other: BitSet): this {
    for (const [index, word] of this.words.entries()) this.words[index] = word & (other.words[index] ?? 0);
    return this;
  }

  /** The first member at or after `from`, or -1. */
  next(from: number): number {
    for (let index = from >>> 5; index < this.words.length; index++) {
      const keep = index === from >>> 5 ? -1 << (from & 31) : -1;
      const word = (this.words[index] ?? 0) & keep;
      if (word !== 0) return index * 32 + (31 - Math.clz32(word & -word));
    }
    return -1;
  }

  /** Is a member in [from, to)? */
  hasAny(from: number, to: number): boolean {
    const bit = this.next(from);
    return bit >= 0 && bit < to;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let bit = this.next(0); bit >= 0; bit = this.next(bit + 1)) yield bit;
  }

  equals(other: BitSet): boolean {
    const length = Math.max(this.words.length, other.words.length);
    for (let index = 0; index < length; index++)
      if ((this.words[index] ?? 0) !== (other.words[index] ?? 0)) return false;
    return true;
  }

  toString(): string {
    return `{${[...this].join(",")}}`;
  }

  private grow(words: number): void {
    if (words <= this.words.length) return;
    const grown = new Uint32Array(Math.max(words, this.words.length * 2));
    grown.set(this.words);
    this.words = grown;
  }
}
