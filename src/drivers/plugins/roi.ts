import { clamp } from "../../libcom/clamp.js";
import { colorModeOf, layoutOf, NDColorMode } from "../ndarray/imageLayout.js";
import {
  infoOf,
  isBigData,
  type NDArray,
  type NDArrayInfo,
  type NDAttribute,
  type NDData,
  type NDDataType,
  type NDDimension,
} from "../ndarray/ndArray.js";
import type { NDArrayPool } from "../ndarray/ndArrayPool.js";
import { type BinnedRow, binRow } from "./binning.js";

/** What an operator asks of one axis; everything in pixels of the input frame. */
export interface RoiAxisRequest {
  readonly enable: boolean;
  readonly min: number;
  readonly size: number;
  readonly autoSize: boolean;
  readonly binning: number;
  readonly reverse: boolean;
}

export interface RoiRequest {
  /** x, y, and z or color; where they are in the image, its color mode says. */
  readonly axes: readonly RoiAxisRequest[];
  /** The divisor of the summed pixels; undefined when scaling is off. */
  readonly scale: number | undefined;
  /** Undefined keeps the input's type. */
  readonly dataType: NDDataType | undefined;
  readonly collapse: boolean;
}

/** One axis as it is cut from the input: `count` output pixels, each the sum of `binning` input pixels. */
export interface RoiAxis {
  readonly min: number;
  readonly size: number;
  readonly binning: number;
  readonly reverse: boolean;
  readonly count: number;
}

/** The request brought within an axis of `inputSize` pixels, as NDPluginROI does it. */
function fitAxis(request: RoiAxisRequest | undefined, inputSize: number): RoiAxis {
  if (request === undefined || !request.enable)
    return { min: 0, size: inputSize, binning: 1, reverse: request?.reverse ?? false, count: inputSize };
  const min = clamp(request.min, 0, Math.max(inputSize - 1, 0));
  const wanted = request.autoSize ? inputSize : request.size;
  const size = clamp(wanted, 1, Math.max(inputSize - min, 1));
  const binning = clamp(request.binning, 1, size);
  return { min, size, binning, reverse: request.reverse, count: Math.floor(size / binning) };
}

/** The dimension of an image that each of x, y and z is. */
export function userDimensions(info: NDArrayInfo): readonly number[] {
  const { x, y, color } = layoutOf(info);
  return [x, y, color];
}

/** The axes as they are cut, by dimension of the image. */
export function fitAxes(request: RoiRequest, info: NDArrayInfo): readonly RoiAxis[] {
  const user = userDimensions(info);
  return info.dimensions.map((dimension, index) => {
    const axis = user.indexOf(index);
    return fitAxis(request.axes[axis < 0 ? index : axis], dimension.size);
  });
}

const outputDimension = (input: NDDimension, axis: RoiAxis): NDDimension => ({
  size: axis.count,
  offset: input.offset + axis.min,
  binning: input.binning * axis.binning,
  reverse: input.reverse !== axis.reverse,
});

const isWhole = (axis: RoiAxis, dimension: NDDimension): boolean =>
  axis.min === 0 && axis.count === dimension.size && !axis.reverse;

/** A region that is to be copied: the facts of the frame that it makes, and what `copyRegion` needs beside pixels. */
export interface RoiPlan {
  readonly info: NDArrayInfo;
  readonly cut: Omit<RegionCopy, "from" | "to">;
}

/** Undefined when the region is the whole frame as it is. */
export function planRoi(input: NDArrayInfo, request: RoiRequest): RoiPlan | undefined {
  const axes = fitAxes(request, input);
  const scale = request.scale === 0 || request.scale === 1 ? undefined : request.scale;
  const dataType = request.dataType ?? input.dataType;
  const unchanged =
    scale === undefined &&
    dataType === input.dataType &&
    axes.every((axis, index) => {
      const dimension = input.dimensions[index];
      return dimension !== undefined && isWhole(axis, dimension);
    });
  const cut = input.dimensions.map((dimension, index) =>
    outputDimension(dimension, axes[index] ?? fitAxis(undefined, dimension.size)),
  );
  const isOneColor = colorModeOf(input) >= NDColorMode.RGB1 && cut[layoutOf(input).color]?.size === 1;
  const dimensions = request.collapse || isOneColor ? collapsed(cut) : cut;
  if (unchanged && dimensions.length === input.dimensions.length) return undefined;
  const attributes = isOneColor ? input.attributes.map(asMono) : input.attributes;
  return {
    info: { ...infoOf(input), dataType, dimensions, attributes },
    cut: { sizes: input.dimensions.map(({ size }) => size), axes, scale },
  };
}

/** The region of a frame as a frame, made in this call; the input itself, retained, where it is unchanged. Undefined when the pool is exhausted. */
export function extractRoi(input: NDArray, request: RoiRequest, pool: NDArrayPool): NDArray | undefined {
  const plan = planRoi(input, request);
  if (plan === undefined) return input.retain();
  const output = pool.allocate(plan.info);
  if (output !== undefined) copyRegion({ ...plan.cut, from: input.data, to: output.data });
  return output;
}

/** One color of an image is a monochrome image. */
const asMono = (attribute: NDAttribute): NDAttribute =>
  attribute.name === "ColorMode" ? { ...attribute, value: NDColorMode.Mono } : attribute;

/** Axes of one pixel dropped, though never the last one left. */
function collapsed(dimensions: readonly NDDimension[]): readonly NDDimension[] {
  const kept = dimensions.filter((dimension) => dimension.size !== 1);
  return kept.length > 0 ? kept : dimensions.slice(-1);
}

export interface RegionCopy {
  readonly from: NDData;
  /** The input's pixels along each of its dimensions. */
  readonly sizes: readonly number[];
  readonly axes: readonly RoiAxis[];
  readonly scale: number | undefined;
  readonly to: NDData;
}

/**
 * Copies a region: cut, binned by summing, reversed, divided by `scale`. Integer sums that do not fit the output type wrap, as
 * NDPluginROI's do, unless scaling is on.
 */
export function copyRegion({ from, sizes, axes, scale, to }: RegionCopy): void {
  if (to.length === 0) return;
  const [x, y, z] = [0, 1, 2].map((index) => axes[index] ?? fitAxis(undefined, 1));
  if (x === undefined || y === undefined || z === undefined) return;
  const [sizeX = 1, sizeY = 1] = sizes;
  const plainRows = x.binning === 1 && y.binning === 1 && z.binning === 1 && !x.reverse;
  const copyOnly = plainRows && scale === undefined && from.constructor === to.constructor;
  const rowStart = (plane: number, row: number) =>
    (firstInput(z, plane) * sizeY + firstInput(y, row)) * sizeX;
  const edge = x.reverse ? x.min + x.count * x.binning - 1 : x.min;
  const squares = {
    step: x.reverse ? -1 : 1,
    stride: sizeX,
    binX: x.binning,
    binY: y.binning,
    count: x.count,
    scale: scale ?? 1,
  };
  let written = 0;
  for (let plane = 0; plane < z.count; plane++) {
    for (let row = 0; row < y.count; row++, written += x.count) {
      const start = rowStart(plane, row) + edge;
      if (copyOnly) copyElements(to, from, start, x.count, written);
      else if (isBigData(to) || isBigData(from) || z.binning > 1)
        binBlocks(to, written, from, { ...squares, start, planes: z.binning, planeStride: sizeX * sizeY });
      else binRow(to, written, from, { ...squares, start });
    }
  }
}

/** The first of the `binning` input pixels that make output pixel `index`. */
const firstInput = (axis: RoiAxis, index: number): number =>
  axis.min + (axis.reverse ? axis.count - 1 - index : index) * axis.binning;

function copyElements(to: NDData, from: NDData, start: number, count: number, at: number): void {
  const part = from.subarray(start, start + count);
  if (isBigData(to)) {
    if (isBigData(part)) to.set(part, at);
  } else if (!isBigData(part)) to.set(part, at);
}

/** Sums over several planes, or of 64-bit integers, by way of doubles: rare, and so not fast. */
function binBlocks(
  to: NDData,
  at: number,
  from: NDData,
  row: BinnedRow & { readonly planes: number; readonly planeStride: number },
): void {
  for (let index = 0; index < row.count; index++) {
    let sum = 0;
    for (let plane = 0; plane < row.planes; plane++)
      for (let y = 0; y < row.binY; y++)
        for (let x = 0; x < row.binX; x++) {
          const across = (index * row.binX + x) * row.step;
          sum += Number(from[row.start + plane * row.planeStride + y * row.stride + across] ?? 0);
        }
    if (isBigData(to)) to[at + index] = BigInt(Math.trunc(sum / row.scale));
    else to[at + index] = sum / row.scale;
  }
}
