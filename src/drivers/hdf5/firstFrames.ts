import { renameSync, rmSync } from "node:fs";
import h5wasm, { Module } from "h5wasm/node";
import { PROJECTIONS, projectionsAmong, readStoredFrames } from "./dataExchange.js";
import { withOpen } from "./fileEdit.js";
import { type H5Dataset, type H5File, isDataset } from "./h5.js";

/** Datasets here have a value for each frame. */
const OF_EACH_FRAME = "/defaults/";

/** Bytes that are copied at a time. */
const BLOCK_BYTES = 64 * 1024 * 1024;

/** How many rows are copied of a dataset. */
type RowsOf = (path: string, dataset: H5Dataset) => number;

/**
 * Writes a file with the first `count` frames of a captured one and with all that it says besides. It takes its name only when it is
 * whole; until then `.part` is behind it. Texts of variable length, which the file plugin does not write, are left out.
 */
export function copyFirstFrames(from: string, to: string, count: number): void {
  const stored = readStoredFrames(from);
  const projections = projectionsAmong(stored, count);
  const rowsOf: RowsOf = (path, { shape }) => {
    const [rows = 1] = shape ?? [];
    if (path === PROJECTIONS) return Math.min(projections, rows);
    return path.startsWith(OF_EACH_FRAME) && rows === stored.ids.length ? Math.min(count, rows) : rows;
  };
  const partial = `${to}.part`;
  try {
    withOpen(from, "r", (source) =>
      withOpen(partial, "w", (target) => copyGroup(source, target, "/", rowsOf)),
    );
    renameSync(partial, to);
  } finally {
    rmSync(partial, { force: true });
  }
}

function copyGroup(source: H5File, target: H5File, path: string, rowsOf: RowsOf): void {
  copyAttributes(source, target, path);
  for (const name of Module.get_names(source.file_id, path, false)) {
    const child = `${path === "/" ? "" : path}/${name}`;
    const entity = source.get(child);
    if (isDataset(entity)) {
      copyRows(entity, target, rowsOf(child, entity));
      copyAttributes(source, target, child);
    } else if (entity instanceof h5wasm.Group) {
      target.create_group(child.slice(1));
      copyGroup(source, target, child, rowsOf);
    }
  }
}

/** Lends memory of the library. */
function withMemory(bytes: number, work: (address: bigint) => void): void {
  const address = Module._malloc(Math.max(bytes, 1));
  if (address === 0) throw new Error(`no memory for ${bytes} bytes`);
  try {
    work(BigInt(address));
  } finally {
    Module._free(address);
  }
}

function copyRows(from: H5Dataset, target: H5File, rows: number): void {
  const { file_id: source, path, metadata } = from;
  const { shape, chunks, size, vlen } = metadata;
  if (shape === null || vlen) return;
  const [, ...rest] = shape;
  const rowBytes = rest.reduce((product, length) => product * length, size);
  const ones = shape.map(() => 1n);
  const start = shape.map(() => 0n);
  if (chunks === null) {
    const isScalar = shape.length === 0;
    const part = isScalar ? [] : [rows, ...rest].map(BigInt);
    withMemory(rows * rowBytes, (address) => {
      if (isScalar) Module.get_dataset_data(source, path, null, null, null, address);
      else Module.get_dataset_data(source, path, part, start, ones, address);
      Module.create_dataset(target.file_id, path, address, { ...metadata, shape: part, maxshape: part });
    });
    return;
  }
  createChunked(from, target).resize([rows, ...rest]);
  const block = Math.max(1, Math.floor(BLOCK_BYTES / Math.max(rowBytes, 1)));
  withMemory(Math.min(block, rows) * rowBytes, (address) => {
    for (let row = 0; row < rows; row += block) {
      const count = [Math.min(block, rows - row), ...rest].map(BigInt);
      const offset = start.with(0, BigInt(row));
      Module.get_dataset_data(source, path, count, offset, ones, address);
      Module.set_dataset_data(target.file_id, path, count, offset, ones, address);
    }
  });
}

/** The library tells of a dimension without a limit as of a very large one. */
const UNLIMITED = 2 ** 63;

/** An empty dataset like this one, with the same chunks and filter. */
function createChunked({ path, metadata, dtype, filters }: H5Dataset, target: H5File): H5Dataset {
  const { shape, maxshape, chunks } = metadata;
  const [filter] = filters;
  return target.create_dataset({
    name: path.slice(1),
    data: [],
    shape: (shape ?? []).map(() => 0),
    maxshape: (maxshape ?? shape ?? []).map((length) => (length >= UNLIMITED ? null : length)),
    chunks,
    dtype,
    ...(filter === undefined ? {} : { compression: filter.id, compression_opts: filter.cd_values }),
  });
}

function copyAttributes(source: H5File, target: H5File, path: string): void {
  for (const name of Module.get_attribute_names(source.file_id, path)) {
    const metadata = Module.get_attribute_metadata(source.file_id, path, name);
    if (metadata.vlen || metadata.shape === null) continue;
    const shape = metadata.shape.map(BigInt);
    withMemory(metadata.total_size * metadata.size, (address) => {
      Module.get_attribute_data(source.file_id, path, name, address);
      Module.create_attribute(target.file_id, path, name, address, { ...metadata, shape, maxshape: shape });
    });
  }
}
