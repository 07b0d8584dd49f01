import h5wasm from "h5wasm/node";
import type { NDData } from "../ndarray/ndArray.js";
import { findDataset, type H5Dataset, type H5File, requiredDataset } from "./h5.js";
import { describeHdf5Error } from "./hdf5Error.js";

const DATA = "/exchange/data";
const DARK = "/exchange/data_dark";
const FLAT = "/exchange/data_white";
const THETA = "/exchange/theta";

/** Bytes that the library reads at once; it has 2 GB of memory. */
const BLOCK_BYTES = 64 * 1024 * 1024;

/** Counts of neighbouring detector rows: view after view, each `rows` rows of the detector's width. */
export type RowCounts = Exclude<NDData, BigInt64Array | BigUint64Array>;

/** A captured Data Exchange file, read a few detector rows at a time. Reading blocks on the disk. */
export interface ProjectionFile {
  readonly views: number;
  readonly height: number;
  readonly width: number;
  /** Bytes of a count. */
  readonly countBytes: number;
  /** Rotation angle of each view; undefined when the file has none. */
  readonly degrees: Float64Array | undefined;
  /** Rows `from` to `to`, that one left out. */
  rows(from: number, to: number): RowCounts;
  /** Mean dark or flat field of these rows; undefined when the file has none. */
  dark(from: number, to: number): Float32Array | undefined;
  flat(from: number, to: number): Float32Array | undefined;
  close(): void;
}

/** @throws Error naming the file when it is no Data Exchange file */
export async function openProjectionFile(path: string): Promise<ProjectionFile> {
  const hdf5 = await h5wasm.ready;
  hdf5.activate_throwing_error_handler();
  const file = opened(path);
  try {
    return projectionFile(file, path);
  } catch (error) {
    file.close();
    throw error;
  }
}

function opened(path: string): H5File {
  try {
    return new h5wasm.File(path, "r");
  } catch (error) {
    throw new Error(`${path}: ${describeHdf5Error(error)}`);
  }
}

function projectionFile(file: H5File, path: string): ProjectionFile {
  const data = requiredDataset(file, DATA);
  const [views = 0, height = 0, width = 0] = data.shape ?? [];
  if (data.shape?.length !== 3 || views * height * width === 0)
    throw new Error(`${path}: ${DATA} is no stack of images: ${data.shape?.join(" x ") ?? "no"} values`);
  const meanOf = (name: string, from: number, to: number): Float32Array | undefined => {
    const stack = findDataset(file, name);
    if (stack === undefined || (stack.shape?.[0] ?? 0) === 0) return undefined;
    const [, rows, columns] = stack.shape ?? [];
    if (rows !== height || columns !== width)
      throw new Error(`${path}: ${name} has images of ${columns} x ${rows}, ${DATA} of ${width} x ${height}`);
    return meanView(readRows(stack, path, from, to), (to - from) * width);
  };
  return {
    ...{ views, height, width, countBytes: data.metadata.size, degrees: anglesOf(file, path, views) },
    rows: (from, to) => readRows(data, path, from, to),
    dark: (from, to) => meanOf(DARK, from, to),
    flat: (from, to) => meanOf(FLAT, from, to),
    close: () => file.close(),
  };
}

function anglesOf(file: H5File, path: string, views: number): Float64Array | undefined {
  const theta = findDataset(file, THETA);
  if (theta === undefined) return undefined;
  const { value } = theta;
  if (!isCounts(value)) throw new Error(`${path}: ${THETA} holds no numbers`);
  if (value.length !== views)
    throw new Error(`${path}: ${THETA} has ${value.length} angles for ${views} projections`);
  return Float64Array.from(value);
}

function readRows(dataset: H5Dataset, path: string, from: number, to: number): RowCounts {
  const [views = 0, , width = 0] = dataset.shape ?? [];
  const size = (to - from) * width;
  const block = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(size * dataset.metadata.size, 1)));
  let out: RowCounts | undefined;
  for (let view = 0; view < views; view += block) {
    const part = partOf(dataset, path, view, Math.min(view + block, views), from, to);
    if (view === 0 && views <= block) return part;
    out ??= sameKind(part, views * size);
    out.set(part, view * size);
  }
  return out ?? new Float32Array(0);
}

function partOf(
  dataset: H5Dataset,
  path: string,
  view: number,
  viewEnd: number,
  from: number,
  to: number,
): RowCounts {
  let part: unknown;
  try {
    part = dataset.slice([[view, viewEnd], [from, to], []]);
  } catch (error) {
    throw new Error(`${path}: ${dataset.path}: ${describeHdf5Error(error)}`);
  }
  if (!isCounts(part)) throw new Error(`${path}: ${dataset.path} holds no counts`);
  return part;
}

function sameKind(part: RowCounts, length: number): RowCounts {
  if (part instanceof Uint8Array) return new Uint8Array(length);
  if (part instanceof Uint16Array) return new Uint16Array(length);
  if (part instanceof Float64Array) return new Float64Array(length);
  if (part instanceof Float32Array) return new Float32Array(length);
  if (part instanceof Int8Array) return new Int8Array(length);
  if (part instanceof Int16Array) return new Int16Array(length);
  if (part instanceof Int32Array) return new Int32Array(length);
  return new Uint32Array(length);
}

function meanView(stack: RowCounts, size: number): Float32Array {
  const sums = new Float64Array(size);
  for (let i = 0; i < stack.length; i++) sums[i % size] = (sums[i % size] as number) + (stack[i] as number);
  const views = Math.max(stack.length / Math.max(size, 1), 1);
  return Float32Array.from(sums, (sum) => sum / views);
}

const isCounts = (value: unknown): value is RowCounts =>
  ArrayBuffer.isView(value) &&
  !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array);
