import type { NDArrayInfo, NDData, NDDimension } from "../ndarray/ndArray.js";
import type { FileOptions } from "./fileOptions.js";
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

  /** `frame` tells shape and type of all frames. */
  constructor(skeleton: SkeletonFile, path: string, frame: NDArrayInfo, options: FileOptions) {
    this.path = path;
    this.#file = skeleton.file;
    this.grid = new FrameGrid(options.dimensions.map(({ size }) => size));
    this.#frameShape = slowestFirst(frame);
    const extent = [...this.grid.extent, ...this.#frameShape];
    this.#dataset = skeleton.dataset(path, () => createDataset(skeleton.file, path, frame, options, extent));
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
    if (this.grid.grow(offset)) this.#resize();
    const start = [...offset, ...this.#frameShape.map(() => 0)];
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    try {
      await bypass.write(this.#file.file_id, this.path, start, bytes);
    } catch (error) {
      this.grid.shrink(before);
      this.#resize();
      throw error;
    }
  }

  #resize(): void {
    if (this.#dataset.resize([...this.grid.extent, ...this.#frameShape]) < 0)
      throw new Error(`cannot extend ${this.path}`);
  }
}

function createDataset(
  file: H5File,
  path: string,
  frame: NDArrayInfo,
  options: FileOptions,
  extent: readonly number[],
): void {
  const dataset = file.create_dataset({
    name: path.slice(1),
    data: [],
    // The library is made to write what a new dataset has: nothing yet.
    shape: extent.map(() => 0),
    maxshape: [...options.dimensions.map(() => null), ...slowestFirst(frame)],
    chunks: [...options.dimensions.map(({ chunk }) => chunk), ...options.frameChunk.toReversed()],
    dtype: numericDtype[frame.dataType],
    ...(options.filter === undefined
      ? {}
      : { compression: options.filter.id, compression_opts: [...options.filter.parameters] }),
  });
  if (dataset.resize([...extent]) < 0) throw new Error(`cannot extend ${path}`);
  describe(dataset, frame.dimensions);
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
