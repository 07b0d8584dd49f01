import { isBigData, type NDData } from "../ndarray/ndArray.js";

/** A pixel of the sensor that is not to be believed, and what stands in its place. */
export type BadPixel = { readonly x: number; readonly y: number } & (
  | { readonly mode: "set"; readonly value: number }
  | { readonly mode: "replace"; readonly dx: number; readonly dy: number }
  /** The median of the pixels so far away at most, itself left out. */
  | { readonly mode: "median"; readonly halfX: number; readonly halfY: number }
);

/** A pixel as a key. */
export const placeOf = ({ x, y }: { readonly x: number; readonly y: number }): string => `${x},${y}`;

/** One axis of the frame: how the pixels of the sensor lie on it. */
export interface BadPixelAxis {
  readonly size: number;
  readonly offset: number;
  readonly binning: number;
}

export interface BadPixelRequest {
  readonly from: NDData;
  readonly to: NDData;
  readonly pixels: readonly BadPixel[];
  readonly x: BadPixelAxis;
  readonly y: BadPixelAxis;
}

/** Copies a frame without its bad pixels. What stands in their place is taken from good pixels of the frame alone. */
export function fixBadPixels({ from, to, pixels, x, y }: BadPixelRequest): void {
  copy(from, to);
  const bad = new Set(pixels.map(placeOf));
  /** Where a pixel of the sensor lies in the frame; undefined when it was not read out. */
  const indexOf = (sensorX: number, sensorY: number): number | undefined => {
    const column = Math.floor((sensorX - x.offset) / x.binning);
    const row = Math.floor((sensorY - y.offset) / y.binning);
    const isInside = column >= 0 && row >= 0 && column < x.size && row < y.size;
    return isInside ? row * x.size + column : undefined;
  };
  /** The value of a pixel that is so many pixels of the frame away; undefined when that is bad too. */
  const neighbor = (pixel: BadPixel, dx: number, dy: number): number | undefined => {
    const place = { x: pixel.x + dx * x.binning, y: pixel.y + dy * y.binning };
    const index = bad.has(placeOf(place)) ? undefined : indexOf(place.x, place.y);
    return index === undefined ? undefined : Number(from[index]);
  };
  for (const pixel of pixels) {
    const index = indexOf(pixel.x, pixel.y);
    const value = index === undefined ? undefined : substitute(pixel, (dx, dy) => neighbor(pixel, dx, dy));
    if (index !== undefined && value !== undefined) store(to, index, value);
  }
}

function substitute(
  pixel: BadPixel,
  neighbor: (dx: number, dy: number) => number | undefined,
): number | undefined {
  if (pixel.mode === "set") return pixel.value;
  if (pixel.mode === "replace") return neighbor(pixel.dx, pixel.dy);
  const values: number[] = [];
  for (let dy = -pixel.halfY; dy <= pixel.halfY; dy++)
    for (let dx = -pixel.halfX; dx <= pixel.halfX; dx++) {
      const value = dx === 0 && dy === 0 ? undefined : neighbor(dx, dy);
      if (value !== undefined) values.push(value);
    }
  return median(values);
}

function median(values: readonly number[]): number | undefined {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}

function copy(from: NDData, to: NDData): void {
  if (!isBigData(from) && !isBigData(to)) to.set(from);
  else if (isBigData(from) && isBigData(to)) to.set(from);
}

function store(data: NDData, index: number, value: number): void {
  if (isBigData(data)) data[index] = BigInt(Math.trunc(value));
  else data[index] = value;
}
