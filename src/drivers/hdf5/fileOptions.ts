import type { Filter } from "./compression.js";

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
