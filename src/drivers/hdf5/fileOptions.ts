import { bytesPerElement, elementsOf, type NDArrayInfo } from "../ndarray/ndArray.js";
import type { Filter, IntegerBits } from "./compression.js";

/** A dimension that frames are arranged along, besides their own. */
export interface FrameDimension {
  /** 0 where it is not known. */
  readonly size: number;
  readonly chunk: number;
  /** The NDAttribute with a frame's place along it, when frames name their places. */
  readonly positionAttribute: string;
  /** The NDAttribute that has one value for each place along it. */
  readonly indexAttribute: string;
}

/** How a file is written: the parameters of NDFileHDF5 as they are when it is opened. */
export interface FileOptions {
  /** 0 when it is not known how many frames will come. */
  readonly expectedFrames: number;
  /** Slowest first. None in Single mode: the dataset is the frame. */
  readonly dimensions: readonly FrameDimension[];
  /** Frames name their places by attributes instead of following one another. */
  readonly byPosition: boolean;
  /** Of the frame's own dimensions, x first. */
  readonly frameChunk: readonly number[];
  readonly filter: Filter | undefined;
  /** Frames come as the filter has them in the file. */
  readonly packed: boolean;
  /** The bits that integers have, where N-bit compression leaves the others out. */
  readonly bits: IntegerBits | undefined;
  /** Pixels that were not written. */
  readonly fillValue: number;
  /** Other processes read while the file is written. */
  readonly swmr: boolean;
  /** In SWMR mode: frames from one flush to the next. */
  readonly flushEvery: number;
  readonly storeAttributes: boolean;
  /** Elements in a chunk of an attribute's dataset; 0 to choose. */
  readonly attributeChunk: number;
  /** Attributes are arranged along the same dimensions as the frames. */
  readonly attributesFollowDimensions: boolean;
  readonly storePerformance: boolean;
}

/** Below this a frame goes through the library's memory for less. */
const PAST_THE_LIBRARY_FROM_BYTES = 64 * 1024;

/** Larger chunks are not read whole to get at one of their pixels. */
const CHUNK_CACHE_BYTES = 8 * 1024 * 1024;

/** What marks a frame's room in the file stands in its first row (`frameBypass.ts`). */
export const MARK_BYTES = 16;

/** Whether frames are chunks as they are, so that they need not go through the library. */
export function framesAreChunks(frame: NDArrayInfo, options: FileOptions): boolean {
  const elementBytes = bytesPerElement(frame.dataType);
  const isWhole =
    options.dimensions.every(({ chunk }) => chunk === 1) &&
    frame.dimensions.every(({ size }, index) => size === options.frameChunk[index]) &&
    (frame.dimensions[0]?.size ?? 0) * elementBytes >= MARK_BYTES;
  if (options.packed) return isWhole;
  return (
    isWhole && options.filter === undefined && elementsOf(frame) * elementBytes >= PAST_THE_LIBRARY_FROM_BYTES
  );
}

/**
 * Whether frames of a plain series find their room made and nothing in it, which spares the library clearing as many bytes for each; one
 * by one, as nothing is to stand for frames that do not come.
 */
export const allocatesEarly = (frame: NDArrayInfo, options: FileOptions): boolean =>
  framesAreChunks(frame, options) &&
  elementsOf(frame) * bytesPerElement(frame.dataType) <= CHUNK_CACHE_BYTES &&
  !options.packed &&
  !options.byPosition &&
  options.dimensions.length === 1 &&
  options.fillValue === 0;
