import { BitSet } from "./bitSet.js";
import { HOST_IS_LITTLE_ENDIAN, swapElements } from "./byteWriter.js";
import { arrayConstructorOf, type NumericScalarName } from "./values.js";

/** Bytes that are not what the protocol says they should be. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Bits in the largest bit set that is believed: no structure has more fields. */
const MAX_BITS = 1 << 16;

/** pvData's primitives in either byte order, read from the start of a block; throws DecodeError at its end. */
export class ByteReader {
  private readonly view: DataView;
  offset = 0;

  constructor(
    private readonly bytes: Uint8Array,
    readonly littleEndian = true,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  i8(): number {
    return this.view.getInt8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2), this.littleEndian);
  }

  i16(): number {
    return this.view.getInt16(this.take(2), this.littleEndian);
  }

  u32(): number {
    return this.view.getUint32(this.take(4), this.littleEndian);
  }

  i32(): number {
    return this.view.getInt32(this.take(4), this.littleEndian);
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8), this.littleEndian);
  }

  i64(): bigint {
    return this.view.getBigInt64(this.take(8), this.littleEndian);
  }

  f32(): number {
    return this.view.getFloat32(this.take(4), this.littleEndian);
  }

  f64(): number {
    return this.view.getFloat64(this.take(8), this.littleEndian);
  }

  /** A size in any of its forms; -1 is null. */
  size(): number {
    const short = this.u8();
    if (short < 0xfe) return short;
    if (short === 0xff) return -1;
    const long = this.u32();
    if (long !== 0x7fff_ffff) return long;
    const huge = this.u64();
    if (huge > BigInt(Number.MAX_SAFE_INTEGER)) throw new DecodeError(`size ${huge} is too large`);
    return Number(huge);
  }

  /** The count of elements that take at least `elementBytes` each: never more than the bytes left can hold. */
  count(elementBytes: number): number {
    const count = this.size();
    if (count < 0) return 0;
    if (count * elementBytes > this.remaining)
      throw new DecodeError(`${count} elements cannot lie in the ${this.remaining} bytes left`);
    return count;
  }

  string(): string {
    const length = this.size();
    if (length <= 0) return "";
    const at = this.take(length);
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + at, length).toString("utf8");
  }

  /** A view of the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** `count` numbers in an array of their own. */
  elements(element: NumericScalarName, count: number) {
    const TypedArray = arrayConstructorOf(element);
    const length = count * TypedArray.BYTES_PER_ELEMENT;
    const at = this.take(length);
    const own = Buffer.allocUnsafeSlow(length);
    own.set(this.bytes.subarray(at, at + length));
    if (this.littleEndian !== HOST_IS_LITTLE_ENDIAN) swapElements(own, TypedArray.BYTES_PER_ELEMENT);
    return new TypedArray(own.buffer, 0, count);
  }

  bitSet(): BitSet {
    const bytes = this.count(1);
    if (bytes * 8 > MAX_BITS) throw new DecodeError(`a bit set of ${bytes} bytes`);
    const start = this.take(bytes);
    const wholeWords = bytes & ~7;
    const bits = new BitSet([], bytes * 8);
    for (let byte = 0; byte < bytes; byte++) {
      const inWord = !this.littleEndian && byte < wholeWords ? byte ^ 7 : byte;
      const value = this.view.getUint8(start + inWord);
      for (let bit = 0; bit < 8; bit++) if ((value >> bit) & 1) bits.set(byte * 8 + bit);
    }
    return bits;
  }

  private take(bytes: number): number {
    const at = this.offset;
    if (bytes > this.bytes.length - at)
      throw new DecodeError(`${bytes} bytes needed at ${at}, ${this.bytes.length - at} left`);
    this.offset = at + bytes;
    return at;
  }
}
