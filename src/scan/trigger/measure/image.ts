import type { NumericArray } from "../../../channel/dbf.js";

/** What a measure looks at: a region of a frame or of the reconstructed slices, row by row. */
export interface TriggerImage {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
  readonly uniqueId: number;
}

/** Pixels from MinX and MinY on; a size of 0 reaches to the edge. What lies outside the image is left away. */
export interface Region {
  readonly minX: number;
  readonly minY: number;
  readonly sizeX: number;
  readonly sizeY: number;
}

interface Span {
  readonly from: number;
  readonly size: number;
}

function spanOf(from: number, size: number, whole: number): Span {
  const begin = Math.min(Math.max(0, Math.trunc(from)), Math.max(0, whole - 1));
  const room = whole - begin;
  return { from: begin, size: size > 0 ? Math.min(Math.trunc(size), room) : room };
}

/** The region of an image of `width` x `height` as numbers. */
export function cut(
  { data, width, height, uniqueId }: Omit<TriggerImage, "data"> & { readonly data: NumericArray },
  region: Region,
): TriggerImage {
  const x = spanOf(region.minX, region.sizeX, width);
  const y = spanOf(region.minY, region.sizeY, height);
  const pixels = new Float32Array(x.size * y.size);
  for (let row = 0; row < y.size; row++) {
    const begin = (y.from + row) * width + x.from;
    const line = data.subarray(begin, begin + x.size);
    if (line instanceof BigInt64Array || line instanceof BigUint64Array)
      line.forEach((pixel, column) => {
        pixels[row * x.size + column] = Number(pixel);
      });
    else pixels.set(line, row * x.size);
  }
  return { data: pixels, width: x.size, height: y.size, uniqueId };
}
