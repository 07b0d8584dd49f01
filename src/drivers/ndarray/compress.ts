import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { lz4Block } from "./lz4Block.js";
import { compressBslz4, compressLz4Hdf5 } from "./lz4Blocks.js";

/** The settings of the codecs that have any, in NDPluginCodec's words. */
export interface CompressionSettings {
  readonly zlibLevel: number;
  readonly bloscCompressor: "blosclz" | "lz4" | "lz4hc" | "snappy" | "zlib" | "zstd";
  readonly bloscLevel: number;
  /** 0 none, 1 bytes, 2 bits. */
  readonly bloscShuffle: number;
  /** Of LZ4HDF5, in bytes; 0 for the default. */
  readonly blockSize: number;
}

type Compressor = (
  bytes: Uint8Array,
  elementBytes: number,
  settings: CompressionSettings,
) => Promise<Uint8Array>;

const deflated = promisify(deflate);

const compressors = {
  zlib: (bytes, _, { zlibLevel }) => deflated(bytes, { level: zlibLevel }),
  blosc: async (bytes, _, { bloscCompressor, bloscLevel, bloscShuffle }) => {
    const { default: Blosc } = await import("numcodecs/blosc");
    return new Blosc(bloscLevel, bloscCompressor, bloscShuffle).encode(bytes);
  },
  lz4: (bytes) => lz4Block.compress(bytes),
  lz4hdf5: (bytes, _, { blockSize }) => compressLz4Hdf5(bytes, lz4Block, blockSize),
  bslz4: (bytes, elementBytes) => compressBslz4(bytes, lz4Block, elementBytes),
} satisfies Record<string, Compressor>;

/** Codecs of arrays of any kind; `decompress.ts` has the other way. */
export type CodecName = keyof typeof compressors;

/** The bytes of an array compressed. */
export const compressed = (
  codec: CodecName,
  bytes: Uint8Array,
  elementBytes: number,
  settings: CompressionSettings,
): Promise<Uint8Array> => compressors[codec](bytes, elementBytes, settings);
