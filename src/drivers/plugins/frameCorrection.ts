import { isBigData, type NDData } from "../ndarray/ndArray.js";
import { type FilterStep, filterPixels } from "./recursiveFilter.js";

/** What NDPluginProcess does to the pixels of a frame, in this order; what is undefined is left out. */
export interface CorrectionRequest {
  readonly from: NDData;
  readonly background: NDData | undefined;
  /** Pixels are multiplied by `scale` / flat field; where that is 0 they are left. */
  readonly flatField: { readonly pixels: NDData; readonly scale: number } | undefined;
  readonly offsetScale: { readonly offset: number; readonly scale: number } | undefined;
  readonly highClip: Clip | undefined;
  readonly lowClip: Clip | undefined;
  readonly filter: FilterStep | undefined;
  /** Undefined when no frame comes out of the filter this time. */
  readonly to: NDData | undefined;
  readonly wantsRange: boolean;
}

/** Pixels beyond the threshold become the value. */
export interface Clip {
  readonly threshold: number;
  readonly value: number;
}

/** The input's least and greatest pixel, where they are wanted. */
export type PixelRange = readonly [number, number];

/** As many pixels as stay in the processor's nearest cache while all steps are taken. */
const BLOCK = 2048;

/** Computes in doubles. Storing truncates towards zero and wraps as the type does. */
export function correctFrame(request: CorrectionRequest): PixelRange {
  const { from, background, flatField, filter, to } = request;
  const block = new Float64Array(BLOCK);
  const other = new Float64Array(BLOCK);
  let range: PixelRange = [Number(from[0] ?? 0), Number(from[0] ?? 1)];
  for (let start = 0; start < from.length; start += BLOCK) {
    const values = load(block, from, start);
    if (request.wantsRange) range = widened(range, values);
    if (background !== undefined) subtract(values, load(other, background, start));
    if (flatField !== undefined) divide(values, load(other, flatField.pixels, start), flatField.scale);
    scaleAndClip(values, request);
    if (filter !== undefined) filterPixels(filter, values, start);
    if (to !== undefined) store(to, values, start);
  }
  return range;
}

/** The pixels from `start` on that fit the block, as doubles. */
function load(block: Float64Array, data: NDData, start: number): Float64Array {
  const part = data.subarray(start, start + block.length);
  const values = block.subarray(0, part.length);
  if (isBigData(part)) for (let i = 0; i < part.length; i++) values[i] = Number(part[i] ?? 0n);
  else values.set(part);
  return values;
}

function store(data: NDData, values: Float64Array, start: number): void {
  if (isBigData(data))
    for (let i = 0; i < values.length; i++) data[start + i] = BigInt(Math.trunc(values[i] ?? 0) || 0);
  else for (let i = 0; i < values.length; i++) data[start + i] = values[i] ?? 0;
}

function widened([least, greatest]: PixelRange, values: Float64Array): PixelRange {
  let [minimum, maximum] = [least, greatest];
  for (const value of values) {
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  return [minimum, maximum];
}

function subtract(values: Float64Array, background: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) - (background[i] ?? 0);
}

function divide(values: Float64Array, flatField: Float64Array, scale: number): void {
  for (let i = 0; i < values.length; i++) {
    const flat = flatField[i] ?? 0;
    if (flat !== 0) values[i] = (values[i] ?? 0) * (scale / flat);
  }
}

function scaleAndClip(values: Float64Array, { offsetScale, highClip, lowClip }: CorrectionRequest): void {
  if (offsetScale !== undefined) {
    const { offset, scale } = offsetScale;
    for (let i = 0; i < values.length; i++) values[i] = ((values[i] ?? 0) + offset) * scale;
  }
  if (highClip !== undefined)
    for (let i = 0; i < values.length; i++)
      if ((values[i] ?? 0) > highClip.threshold) values[i] = highClip.value;
  if (lowClip !== undefined)
    for (let i = 0; i < values.length; i++)
      if ((values[i] ?? 0) < lowClip.threshold) values[i] = lowClip.value;
}
