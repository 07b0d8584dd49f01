import { promisify } from "node:util";
import { inflate } from "node:zlib";
import type { NtNdArrayImage } from "../../pva/index.js";
import { lz4Block } from "./lz4Block.js";
import { decompressBslz4, decompressLz4Hdf5 } from "./lz4Blocks.js";
import { bytesOf } from "./ndArray.js";

const inflated = promisify(inflate);

/** Bytes of a compressed image as its codec gives them back, `size` of them where it is sound. */
type Decoder = (bytes: Uint8Array, size: number, elementBytes: number) => Promise<Uint8Array>;

/** What comes of bytes beyond `size` is cut off where the library can, and refused afterwards where it cannot. */
const decoders: Readonly<Record<string, Decoder>> = {
  zlib: (bytes, size) => inflated(bytes, { maxOutputLength: Math.max(size, 1) }),
  blosc: async (bytes, size) => {
    // The header has the size; who lies about it gets no memory.
    const told = bytes.length >= 16 ? viewOf(bytes).getUint32(4, true) : 0;
    if (told !== size) throw new Error(`the header tells of ${told} bytes instead of ${size}`);
    if (viewOf(bytes).getUint32(12, true) !== bytes.length)
      throw new Error("the compressed data end too soon");
    const { default: Blosc } = await import("numcodecs/blosc");
    return new Blosc().decode(bytes);
  },
  lz4: (bytes, size) => lz4Block.decompress(bytes, size),
  lz4hdf5: (bytes, size) => decompressLz4Hdf5(bytes, lz4Block, size),
  bslz4: (bytes, size, elementBytes) => decompressBslz4(bytes, lz4Block, size, elementBytes),
};

/** Compressors whose images can be used. */
export const CODECS: readonly string[] = Object.keys(decoders);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** @throws Error saying why an image cannot be decompressed */
export async function decompressed(
  { codec, data }: Pick<NtNdArrayImage, "codec" | "data">,
  size: number,
  elementBytes: number,
): Promise<Uint8Array> {
  const decode = decoders[codec];
  if (decode === undefined) throw new Error(`compressed by ${codec}, which is none of ${CODECS.join(", ")}`);
  const plain = await decode(bytesOf(data), size, elementBytes);
  if (plain.length !== size) throw new Error(`${plain.length} bytes instead of ${size} after ${codec}`);
  return plain;
}
