import type { FileOptions } from "../../../src/drivers/hdf5/fileOptions.js";

/** Options for files of frames of 4 x 3 pixels, each flushed as it comes. */
export const smallFrames: FileOptions = {
  expectedFrames: 0,
  dimensions: [{ size: 0, chunk: 1, positionAttribute: "", indexAttribute: "" }],
  byPosition: false,
  frameChunk: [4, 3],
  filter: undefined,
  packed: false,
  bits: undefined,
  fillValue: 0,
  swmr: false,
  flushEvery: 1,
  storeAttributes: true,
  attributeChunk: 16,
  attributesFollowDimensions: false,
  storePerformance: true,
};
