import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type ImageGrid, imageGrid } from "../../ndarray/imageLayout.js";
import type { NDArrayInfo, NDData } from "../../ndarray/ndArray.js";

/** An 8-bit image, grey or with red, green and blue. */
export interface JpegRequest extends ImageGrid {
  readonly data: NDData;
  /** 1 to 100. */
  readonly quality: number;
}

export interface JpegImage {
  readonly sizeX: number;
  readonly sizeY: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly pixels: Uint8ClampedArray;
}

/** The library's WebAssembly, from the package's own file: it would ask a web server for it. */
const wasmBinary = async (file: string): Promise<ArrayBuffer> =>
  Uint8Array.from(await readFile(createRequire(import.meta.url).resolve(`@jsquash/jpeg/codec/${file}`)))
    .buffer;

/** Loaded with the first image. */
const encoder = once(async () => {
  const { default: encode, init } = await import("@jsquash/jpeg/encode.js");
  await init({ wasmBinary: await wasmBinary("enc/mozjpeg_enc.wasm") });
  return encode;
});

const decoder = once(async () => {
  const { default: decode, init } = await import("@jsquash/jpeg/decode.js");
  await init({ wasmBinary: await wasmBinary("dec/mozjpeg_dec.wasm") });
  return decode;
});

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** @throws Error where a frame cannot be a JPEG image */
export function jpegRequest(frame: NDArrayInfo & { readonly data: NDData }, quality: number): JpegRequest {
  if (frame.dataType !== "UInt8" && frame.dataType !== "Int8")
    throw new Error("only 8-bit data is supported");
  const grid = imageGrid(frame);
  if (grid === undefined) throw new Error("unsupported array structure");
  return { ...grid, data: frame.data, quality: Math.max(1, Math.min(100, quality)) };
}

/** MozJPEG's numbers of color spaces. */
const ColorSpace = { grey: 1, yCbCr: 3 } as const;

/** A browser's ImageData, which is what the library speaks of: red, green, blue and opacity of each pixel. */
interface ImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

function opaquePixels({ data, sizeX, sizeY, strides }: JpegRequest): ImageData {
  const pixels = new Uint8ClampedArray(4 * sizeX * sizeY).fill(255);
  for (let y = 0, at = 0; y < sizeY; y++)
    for (let x = 0, from = y * strides.y; x < sizeX; x++, from += strides.x, at += 4)
      for (let color = 0; color < 3; color++)
        pixels[at + color] = Number(data[from + color * strides.color] ?? 0) & 0xff;
  return { data: pixels, width: sizeX, height: sizeY };
}

/**
 * The bytes of a baseline JPEG file, as libjpeg writes it unless told otherwise; only the Huffman tables are the image's own: with the standard
 * ones the library spoils colors.
 */
export async function encodeJpeg(request: JpegRequest): Promise<Uint8Array> {
  const encode = await encoder();
  const bytes = await encode(opaquePixels(request), {
    quality: request.quality,
    baseline: true,
    progressive: false,
    optimize_coding: true,
    quant_table: 0,
    color_space: request.strides.color === 0 ? ColorSpace.grey : ColorSpace.yCbCr,
  });
  return new Uint8Array(bytes);
}

export async function decodeJpeg(bytes: Uint8Array): Promise<JpegImage> {
  const decode = await decoder();
  const { width, height, data }: ImageData = await decode(Uint8Array.from(bytes).buffer);
  return { sizeX: width, sizeY: height, pixels: data };
}
