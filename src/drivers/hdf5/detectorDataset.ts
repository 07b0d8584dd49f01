import {
  bytesOf,
  bytesPerElement,
  fillPixels,
  type NDArrayInfo,
  type NDData,
  type NDDataType,
  type NDDimension,
  viewOf,
} from "../ndarray/ndArray.js";
import { giveTraits } from "./datasetHeader.js";
import { allocatesEarly, type FileOptions } from "./fileOptions.js";
import type { SkeletonFile } from "./fileSkeleton.js";
import type { FrameBypass } from "./frameBypass.js";
import { FrameGrid } from "./frameGrid.js";
import { type H5Dataset, type H5File, numericDtype } from "./h5.js";

const slowestFirst = (frame: NDArrayInfo): readonly number[] =>
  frame.dimensions.map(({ size }) => size).reverse();

/** A dataset of frames that grows as they come. */
export class DetectorDataset {
  readonly path: string;
  readonly grid: FrameGrid;
  readonly #file: H5File;
  readonly #dataset: H5Dataset;
  readonly #frameShape: readonly number[];
  readonly #isEarly: boolean;

  /** `frame` tells shape and type of all frames. An early one is given room for a frame when it grows (`finishDatasets`). */
  constructor(
    skeleton: SkeletonFile,
    path: string,
    frame: NDArrayInfo,
    options: FileOptions,
    isEarly: boolean,
  ) {
    this.path = path;
    this.#file = skeleton.file;
    this.grid = new FrameGrid(options.dimensions.map(({ size }) => size));
    this.#frameShape = slowestFirst(frame);
    this.#isEarly = isEarly;
    this.#dataset = skeleton.dataset(path, () => createDataset(skeleton.file, path, frame, options));
    if (isEarly ? !skeleton.isDraft : skeleton.isDraft) this.#resize();
  }

  /** Writes a frame at a place of the grid. */
  write(offset: readonly number[], data: NDData): void {
    if (this.grid.grow(offset)) this.#resize();
    const one = offset.map((place): [number, number] => [place, place + 1]);
    this.#dataset.write_slice([...one, ...this.#frameShape.map((): [] => [])], data);
  }

  /** Writes it past the library, which goes on meanwhile. What fails leaves the dataset as it was, without the frames after it too. */
  async writePast(bypass: FrameBypass, offset: readonly number[], data: NDData): Promise<void> {
    const before = [...this.grid.extent];
    const chunk = {
      fileId: this.#file.file_id,
      path: this.path,
      offset: [...offset, ...this.#frameShape.map(() => 0)],
      hasRoom: this.#isEarly,
      grow: () => {
        if (this.grid.grow(offset)) this.#resize();
      },
    };
    try {
      await bypass.write(chunk, bytesOf(data));
    } catch (error) {
      this.grid.shrink(before);
      this.#resize();
      throw error;
    }
  }

  /** Gives up the room for the fill value in the header of a dataset that has all its attributes. */
  leaveRoom({ fillValue }: FileOptions): void {
    if (fillValue !== 0) this.#dataset.delete_attribute(ROOM);
  }

  #resize(): void {
    if (this.#dataset.resize([...this.grid.extent, ...this.#frameShape]) < 0)
      throw new Error(`cannot extend ${this.path}`);
  }
}

const chunkOf = ({ dimensions, frameChunk }: FileOptions): number[] => [
  ...dimensions.map(({ chunk }) => chunk),
  ...frameChunk.toReversed(),
];

function createDataset(file: H5File, path: string, frame: NDArrayInfo, options: FileOptions): void {
  const dataset = file.create_dataset({
    name: path.slice(1),
    data: [],
    // The library is made to write what a new dataset has: nothing yet.
    shape: [...options.dimensions, ...frame.dimensions].map(() => 0),
    maxshape: [...options.dimensions.map(() => null), ...slowestFirst(frame)],
    chunks: chunkOf(options),
    dtype: numericDtype[frame.dataType],
    ...(options.filter === undefined
      ? {}
      : { compression: options.filter.id, compression_opts: [...options.filter.parameters] }),
  });
  if (options.fillValue !== 0) dataset.create_attribute(ROOM, new Uint8Array(ROOM_BYTES));
  describe(dataset, frame.dimensions);
}

/** An attribute that leaves room in the header for the fill value. */
const ROOM = "room";
const ROOM_BYTES = 32;

/** Gives the datasets of frames in a closed file, so many, what the library cannot be told when it makes them. */
export function finishDatasets(file: Buffer, count: number, frame: NDArrayInfo, options: FileOptions): void {
  const { bits, fillValue } = options;
  const early = allocatesEarly(frame, options);
  if (!early && bits === undefined && fillValue === 0) return;
  const traits = {
    allocatesEarly: early,
    ...(bits && { bits }),
    ...(fillValue !== 0 && { fillValue: bytesOf(pixelOf(frame.dataType, fillValue)) }),
  };
  const chunk = [...chunkOf(options), bytesPerElement(frame.dataType)];
  if (giveTraits(file, chunk, traits) !== count)
    throw new Error("the HDF5 library has made another kind of dataset");
}

function pixelOf(type: NDDataType, value: number): NDData {
  const pixel = viewOf(type, new SharedArrayBuffer(bytesPerElement(type)), 1);
  fillPixels(pixel, () => value);
  return pixel;
}

function describe(dataset: H5Dataset, dimensions: readonly NDDimension[]): void {
  const perAxis = (of: (dimension: NDDimension) => number) => Int32Array.from(dimensions, of);
  dataset.create_attribute("NDArrayNumDims", dimensions.length, [], "<i");
  const axes = {
    NDArrayDimOffset: perAxis(({ offset }) => offset),
    NDArrayDimBinning: perAxis(({ binning }) => binning),
    NDArrayDimReverse: perAxis(({ reverse }) => (reverse ? 1 : 0)),
  };
  for (const [name, values] of Object.entries(axes)) dataset.create_attribute(name, values);
}
