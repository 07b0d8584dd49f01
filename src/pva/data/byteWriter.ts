import { endianness } from "node:os";
import type { NumericArray } from "../../channel/dbf.js";
import type { BitSet } from "./bitSet.js";

export const HOST_IS_LITTLE_ENDIAN = endianness() === "LE";

const NULL_SIZE = 0xff;
const LONG_SIZE = 0xfe;

/** Reverses the bytes of each element in place. */
export function swapElements(bytes: Buffer, elementBytes: number): void {
  if (elementBytes === 2) bytes.swap16();
  else if (elementBytes === 4) bytes.swap32();
  else if (elementBytes === 8) bytes.swap64();
}

/** pvData's primitives in either byte order, appended to a buffer that grows. */
export class ByteWriter {
  private buffer: Buffer;
  private view: DataView;
  length = 0;

  constructor(
    readonly littleEndian = true,
    memory: number | Buffer = 256,
  ) {
    this.buffer = typeof memory === "number" ? Buffer.allocUnsafeSlow(memory) : memory;
    this.view = viewOver(this.buffer);
  }

  /** What was written, not copied. */
  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** All the memory it writes into, which may be more than it was given. */
  get memory(): Buffer {
    return this.buffer;
  }

  u8(value: number): this {
    const at = this.take(1);
    this.view.setUint8(at, value);
    return this;
  }

  i8(value: number): this {
    const at = this.take(1);
    this.view.setInt8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.take(2);
    this.view.setUint16(at, value, this.littleEndian);
    return this;
  }

  i16(value: number): this {
    const at = this.take(2);
    this.view.setInt16(at, value, this.littleEndian);
    return this;
  }

  u32(value: number): this {
    const at = this.take(4);
    this.view.setUint32(at, value, this.littleEndian);
    return this;
  }

  i32(value: number): this {
    const at = this.take(4);
    this.view.setInt32(at, value, this.littleEndian);
    return this;
  }

  u64(value: bigint): this {
    const at = this.take(8);
    this.view.setBigUint64(at, value, this.littleEndian);
    return this;
  }

  i64(value: bigint): this {
    const at = this.take(8);
    this.view.setBigInt64(at, value, this.littleEndian);
    return this;
  }

  f32(value: number): this {
    const at = this.take(4);
    this.view.setFloat32(at, value, this.littleEndian);
    return this;
  }

  f64(value: number): this {
    const at = this.take(8);
    this.view.setFloat64(at, value, this.littleEndian);
    return this;
  }

  /** A size: one byte below 254, else 254 and four bytes. */
  size(size: number): this {
    return size < LONG_SIZE ? this.u8(size) : this.u8(LONG_SIZE).u32(size);
  }

  /** The size -1: a null string, a union without a choice. */
  nullSize(): this {
    return this.u8(NULL_SIZE);
  }

  string(text: string): this {
    const bytes = Buffer.byteLength(text);
    this.size(bytes);
    const at = this.take(bytes);
    this.buffer.write(text, at, "utf8");
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.take(bytes.length);
    this.buffer.set(bytes, at);
    return this;
  }

  zeros(bytes: number): this {
    const at = this.take(bytes);
    this.buffer.fill(0, at, at + bytes);
    return this;
  }

  /** The elements without their count, copied as a block and swapped only when the orders differ. */
  elements(array: NumericArray): this {
    const at = this.take(array.byteLength);
    this.buffer.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    if (this.littleEndian !== HOST_IS_LITTLE_ENDIAN)
      swapElements(this.buffer.subarray(at, at + array.byteLength), array.BYTES_PER_ELEMENT);
    return this;
  }

  /** Whole 64-bit words in the byte order, what remains as single bytes, lowest first. */
  bitSet(bits: BitSet): this {
    let highest = -1;
    for (const bit of bits) highest = bit;
    const bytes = (highest >> 3) + 1;
    this.size(bytes);
    const start = this.take(bytes);
    this.buffer.fill(0, start, start + bytes);
    const wholeWords = bytes & ~7;
    for (const bit of bits) {
      const byte = bit >> 3;
      const inWord = !this.littleEndian && byte < wholeWords ? byte ^ 7 : byte;
      this.view.setUint8(start + inWord, this.view.getUint8(start + inWord) | (1 << (bit & 7)));
    }
    return this;
  }

  /** Overwrites four bytes written before. */
  patchU32(at: number, value: number): void {
    this.view.setUint32(at, value, this.littleEndian);
  }

  patchU8(at: number, value: number): void {
    this.view.setUint8(at, value);
  }

  /** Makes room, so that a large value is copied once and not again by growing. */
  reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    // What follows a large array is small: the slack saves copying the array when it comes.
    const grown = Buffer.allocUnsafeSlow(Math.max(needed + (needed >> 3), this.buffer.length * 2));
    grown.set(this.bytes());
    this.buffer = grown;
    this.view = viewOver(grown);
  }

  private take(bytes: number): number {
    this.reserve(bytes);
    const at = this.length;
    this.length += bytes;
    return at;
  }
}

const viewOver = (buffer: Buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
