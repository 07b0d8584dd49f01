import { bitshuffle } from "./bitshuffle.js";

/** What turns one block of bytes into LZ4's, and back into `size` of them. */
export interface Lz4 {
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  decompress(bytes: Uint8Array, size: number): Promise<Uint8Array>;
}

const view = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);

const bigEndian = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  view(bytes).setUint32(0, value);
  return bytes;
};

/** Reads what lies one after the other, and fails where there is less than promised. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number): Uint8Array {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    if (part.length < length) throw new Error("the compressed data end too soon");
    this.#at += length;
    return part;
  }

  number(): number {
    return view(this.take(4)).getUint32(0);
  }
}

/** The HDF5 filter's default. */
const LZ4HDF5_BLOCK = 2 ** 30;
/** No block of the filter's can be larger, whatever is asked for. */
const LZ4_MAX_BLOCK = 0x7e000000;

/** As the HDF5 filter for LZ4 has it: sizes in front, then blocks with their lengths; one that does not shrink is stored as it is. */
export async function compressLz4Hdf5(bytes: Uint8Array, lz4: Lz4, blockSize: number): Promise<Uint8Array> {
  const wanted = blockSize > 0 ? Math.min(blockSize, LZ4_MAX_BLOCK) : LZ4HDF5_BLOCK;
  const size = Math.max(1, Math.min(wanted, bytes.length));
  const parts = [bigEndian(0), bigEndian(bytes.length), bigEndian(size)];
  for (let at = 0; at < bytes.length; at += size) {
    const block = bytes.subarray(at, at + size);
    const small = await lz4.compress(block);
    const stored = small.length < block.length ? small : block;
    parts.push(bigEndian(stored.length), stored);
  }
  return Buffer.concat(parts);
}

export async function decompressLz4Hdf5(bytes: Uint8Array, lz4: Lz4, size: number): Promise<Uint8Array> {
  const reader = new Reader(bytes);
  if (reader.number() !== 0 || reader.number() !== size) throw new Error("the header tells of another size");
  const blockSize = reader.number();
  if (blockSize === 0 && size > 0) throw new Error("the header tells of blocks of no size");
  const parts: Uint8Array[] = [];
  for (let at = 0; at < size; at += blockSize) {
    const length = Math.min(blockSize, size - at);
    const stored = reader.take(reader.number());
    parts.push(stored.length === length ? stored : await lz4.decompress(stored, length));
  }
  return Buffer.concat(parts);
}

/** Elements of bitshuffle's blocks when nobody says how many: eight kilobytes, and at least 128. */
const shuffleBlock = (elementBytes: number): number => Math.max(128, Math.trunc(8192 / elementBytes / 8) * 8);

/** Blocks of elements, the last of a multiple of eight; what is left of the elements is stored as it is. */
function* shuffleBlocks(bytes: number, elementBytes: number): Iterable<number> {
  const whole = Math.trunc(bytes / elementBytes / 8) * 8;
  const block = shuffleBlock(elementBytes);
  for (let at = 0; at < whole; at += block) yield Math.min(block, whole - at) * elementBytes;
}

/** bshuf_compress_lz4's bytes: shuffled blocks, each with its length in front. */
export async function compressBslz4(bytes: Uint8Array, lz4: Lz4, elementBytes: number): Promise<Uint8Array> {
  const reader = new Reader(bytes);
  const parts: Uint8Array[] = [];
  let done = 0;
  for (const length of shuffleBlocks(bytes.length, elementBytes)) {
    const shuffled = new Uint8Array(length);
    bitshuffle(reader.take(length), shuffled, elementBytes, true);
    const small = await lz4.compress(shuffled);
    parts.push(bigEndian(small.length), small);
    done += length;
  }
  return Buffer.concat([...parts, bytes.subarray(done)]);
}

export async function decompressBslz4(
  bytes: Uint8Array,
  lz4: Lz4,
  size: number,
  elementBytes: number,
): Promise<Uint8Array> {
  const reader = new Reader(bytes);
  const plain = new Uint8Array(size);
  let done = 0;
  for (const length of shuffleBlocks(size, elementBytes)) {
    const shuffled = await lz4.decompress(reader.take(reader.number()), length);
    if (shuffled.length !== length) throw new Error(`${shuffled.length} bytes in a block of ${length}`);
    bitshuffle(shuffled, plain.subarray(done, done + length), elementBytes, false);
    done += length;
  }
  plain.set(reader.take(size - done), done);
  return plain;
}
