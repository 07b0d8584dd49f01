import type { PlainData } from "../ndarray/ndArray.js";
import { editFile, withOpen } from "./fileEdit.js";
import { findDataset, type H5Dataset, requiredDataset } from "./h5.js";

/** What a capture wrote: for each frame, in the order it was stored, its id and the dataset it went to. */
export interface StoredFrames {
  readonly ids: readonly number[];
  /** Empty where the file has no HDF5FrameLocation. */
  readonly locations: readonly string[];
}

/** The mean of a stack of frames, row by row. */
export interface MeanFrame {
  readonly mean: Float32Array;
  readonly sizeX: number;
  readonly sizeY: number;
  readonly frames: number;
}

export const PROJECTIONS = "/exchange/data";

/** Attribute of the projections: so many of the first ones are from before the capture began. */
const PRE_COUNT = "pre_count";

/** Bytes of frames that are read or copied at a time. */
const BLOCK_BYTES = 64 * 1024 * 1024;

const isBigPixels = (value: unknown): value is BigInt64Array | BigUint64Array =>
  value instanceof BigInt64Array || value instanceof BigUint64Array;

const isPixels = (value: unknown): value is PlainData =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBigPixels(value);

const asList = (value: unknown): readonly unknown[] =>
  isPixels(value) || isBigPixels(value) || Array.isArray(value) ? Array.from<unknown>(value) : [];

export const readStoredFrames = (path: string): StoredFrames =>
  withOpen(path, "r", (file) => ({
    ids: asList(requiredDataset(file, "/defaults/NDArrayUniqueId").value).map(Number),
    locations: asList(findDataset(file, "/defaults/HDF5FrameLocation")?.value).map(String),
  }));

/** Stores the angle of each frame in degrees as `/exchange/theta`, in the place of those that are there. */
export function writeTheta(path: string, degrees: Float64Array): void {
  editFile(path, (file) => {
    const present = findDataset(file, "/exchange/theta");
    if (present !== undefined) {
      if (present.resize([degrees.length]) < 0) throw new Error(`${path}: /exchange/theta has a fixed size`);
      present.write_slice([[0, degrees.length]], degrees);
      return;
    }
    const theta = file.create_dataset({
      name: "exchange/theta",
      data: degrees,
      shape: [degrees.length],
      maxshape: [null],
      chunks: [Math.max(degrees.length, 1)],
      dtype: "<d",
    });
    theta.create_attribute("units", "deg", [], "S4");
  });
}

/** How many of the first `count` stored frames are projections. */
export const projectionsAmong = ({ locations }: StoredFrames, count: number): number =>
  locations.length === 0 ? count : locations.slice(0, count).filter((place) => place === PROJECTIONS).length;

/** Notes in a file that its first `count` stored frames are from before the capture began, in the place of what was noted. */
export function writePreCount(path: string, count: number): void {
  const before = projectionsAmong(readStoredFrames(path), count);
  editFile(path, (file) => {
    const projections = requiredDataset(file, PROJECTIONS);
    if (PRE_COUNT in projections.attrs) projections.delete_attribute(PRE_COUNT);
    projections.create_attribute(PRE_COUNT, before, [], "<i");
  });
}

interface StackShape {
  readonly frames: number;
  readonly sizeY: number;
  readonly sizeX: number;
  /** Frames that fit in a block. */
  readonly block: number;
}

function shapeOf(dataset: H5Dataset): StackShape {
  const [frames = 0, sizeY = 0, sizeX = 0] = dataset.shape ?? [];
  const frameBytes = Math.max(sizeX * sizeY * dataset.metadata.size, 1);
  return { frames, sizeY, sizeX, block: Math.max(1, Math.floor(BLOCK_BYTES / frameBytes)) };
}

export const meanOfStack = (path: string, datasetPath: string): MeanFrame =>
  withOpen(path, "r", (file) => {
    const dataset = requiredDataset(file, datasetPath);
    const { frames, sizeX, sizeY, block } = shapeOf(dataset);
    const sums = new Float64Array(sizeX * sizeY);
    for (let start = 0; start < frames; start += block) {
      const data = dataset.slice([[start, Math.min(start + block, frames)], [], []]);
      if (!isPixels(data)) throw new Error(`${path}: no mean of what ${datasetPath} holds`);
      addFrames(sums, data);
    }
    return { mean: Float32Array.from(sums, (sum) => sum / Math.max(frames, 1)), sizeX, sizeY, frames };
  });

function addFrames(sums: Float64Array, pixels: PlainData): void {
  for (let index = 0, pixel = 0; index < pixels.length; index++) {
    sums[pixel] = (sums[pixel] ?? 0) + (pixels[index] ?? 0);
    pixel = pixel + 1 === sums.length ? 0 : pixel + 1;
  }
}

/**
 * Replaces a stack of frames by that of the same name in another file; the attributes stay. Throws when the frames differ in
 * shape or type.
 */
export function copyStack(from: string, to: string, datasetPath: string): number {
  return withOpen(from, "r", (source) =>
    editFile(to, (target) => {
      const read = requiredDataset(source, datasetPath);
      const written = requiredDataset(target, datasetPath);
      const shape = shapeOf(read);
      const present = shapeOf(written);
      const differs =
        present.sizeX !== shape.sizeX || present.sizeY !== shape.sizeY || read.dtype !== written.dtype;
      if (differs) throw new Error(`${datasetPath} of ${from} has other frames than that of ${to}`);
      if (written.resize([shape.frames, shape.sizeY, shape.sizeX]) < 0)
        throw new Error(`${to}: ${datasetPath} has a fixed size`);
      for (let start = 0; start < shape.frames; start += shape.block) {
        const end = Math.min(start + shape.block, shape.frames);
        written.write_slice([[start, end], [], []], read.slice([[start, end], [], []]));
      }
      return shape.frames;
    }),
  );
}
