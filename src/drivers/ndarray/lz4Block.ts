import type { Lz4 } from "./lz4Blocks.js";

/** The library has the size in front of a block, which areaDetector tells beside. */
const SIZE_BYTES = 4;

/** Single blocks of LZ4, without any header; the library is loaded with the first. */
export const lz4Block: Lz4 = {
  compress: async (bytes) => (await (await codec()).encode(bytes)).subarray(SIZE_BYTES),
  decompress: async (bytes, size) => {
    const sized = new Uint8Array(SIZE_BYTES + bytes.length);
    new DataView(sized.buffer).setUint32(0, size, true);
    sized.set(bytes, SIZE_BYTES);
    return (await codec()).decode(sized);
  },
};

const codec = async () => {
  const { default: LZ4 } = await import("numcodecs/lz4");
  return new LZ4();
};
