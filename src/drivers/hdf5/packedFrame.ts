import { inflateSync } from "node:zlib";
import { bytesPerElement, elementsOf, type NDArrayInfo, type NDData, viewOf } from "../ndarray/ndArray.js";

/** What bitshuffle's filter has for a block, whatever the size of elements. */
const BITSHUFFLE_BLOCK_BYTES = 8192;

/** What is stored of a compressed frame: the chunk as its filter reads it, and of zlib's the pixels. */
export function storedForm(frame: NDArrayInfo, codec: string, bytes: Uint8Array): NDData {
  const size = elementsOf(frame) * bytesPerElement(frame.dataType);
  switch (codec) {
    case "zlib":
      return inflated(frame, bytes, size);
    case "lz4":
      return Buffer.concat([bigEndian(0, size, size, bytes.length), bytes]);
    case "bslz4":
      return Buffer.concat([bigEndian(0, size, BITSHUFFLE_BLOCK_BYTES), bytes]);
    default:
      return bytes;
  }
}

function bigEndian(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
}

function inflated(frame: NDArrayInfo, bytes: Uint8Array, size: number): NDData {
  const pixels = inflateSync(bytes, { maxOutputLength: size });
  if (pixels.length < size) throw new Error("the compressed frame ends too soon");
  const buffer = new SharedArrayBuffer(size);
  new Uint8Array(buffer).set(pixels);
  return viewOf(frame.dataType, buffer, elementsOf(frame));
}
