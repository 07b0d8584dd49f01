const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");
const VERSION = 8;
const CONSISTENCY_FLAGS = 11;
const END_OF_FILE = 28;
const CHECKSUM = 44;
export const SUPERBLOCK_BYTES = 48;

/** Whether bytes from the beginning of a file are the superblock that HDF5 1.10 and later write. */
export const isSuperblock3 = (bytes: Uint8Array): boolean =>
  bytes.length >= SUPERBLOCK_BYTES && bytes[VERSION] === 3 && SIGNATURE.equals(bytes.subarray(0, VERSION));

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, SUPERBLOCK_BYTES);

/** Where the file ends, as its superblock says. */
export const storedEnd = (bytes: Uint8Array): number => Number(view(bytes).getBigUint64(END_OF_FILE, true));

/** Changes a superblock in place to one of a file that nobody writes and that ends at `end`. */
export function showClosed(bytes: Uint8Array, end: number): void {
  const superblock = view(bytes);
  superblock.setUint8(CONSISTENCY_FLAGS, 0);
  superblock.setBigUint64(END_OF_FILE, BigInt(end), true);
  superblock.setUint32(CHECKSUM, metadataChecksum(bytes.subarray(0, CHECKSUM)), true);
}

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** HDF5's checksum of its metadata: Bob Jenkins's hash, bytes that fill no word taken as one with zeros. */
export function metadataChecksum(bytes: Uint8Array): number {
  const { length } = bytes;
  let a = (0xdeadbeef + length) | 0;
  let b = a;
  let c = a;
  const at4 = (index: number) => bytes[index] ?? 0;
  const word = (index: number) =>
    at4(index) | (at4(index + 1) << 8) | (at4(index + 2) << 16) | (at4(index + 3) << 24);
  let at = 0;
  for (; length - at > 12; at += 12) {
    a = (a + word(at)) | 0;
    b = (b + word(at + 4)) | 0;
    c = (c + word(at + 8)) | 0;
    a = (a - c) ^ rotated(c, 4);
    c = (c + b) | 0;
    b = (b - a) ^ rotated(a, 6);
    a = (a + c) | 0;
    c = (c - b) ^ rotated(b, 8);
    b = (b + a) | 0;
    a = (a - c) ^ rotated(c, 16);
    c = (c + b) | 0;
    b = (b - a) ^ rotated(a, 19);
    a = (a + c) | 0;
    c = (c - b) ^ rotated(b, 4);
    b = (b + a) | 0;
  }
  a = (a + word(at)) | 0;
  b = (b + word(at + 4)) | 0;
  c = (c + word(at + 8)) | 0;
  c = (c ^ b) - rotated(b, 14);
  a = (a ^ c) - rotated(c, 11);
  b = (b ^ a) - rotated(a, 25);
  c = (c ^ b) - rotated(b, 16);
  a = (a ^ c) - rotated(c, 4);
  b = (b ^ a) - rotated(a, 14);
  c = (c ^ b) - rotated(b, 24);
  return c >>> 0;
}
