import { failed, ok, type Result } from "../../libcom/result.js";
import type { DriverParameter } from "../asyn/driverParameter.js";
import type { NDArrayHeader, NDArrayInfo, NDCodec } from "../ndarray/ndArray.js";
import { setIfChanged } from "../ndarray/ndArrayParameters.js";
import {
  type CompressionSettings,
  compressionProblem,
  filterFor,
  isStoredAsItComes,
  NBIT,
  typeOfCodec,
  withOwnParameters,
} from "./compression.js";
import { type FileOptions, type FrameDimension, framesAreChunks } from "./fileOptions.js";
import type { Hdf5Parameters } from "./hdf5Parameters.js";

/** What the HDF5 parameters need to know of the file plugin. */
export interface FileState {
  readonly isOpen: () => boolean;
  readonly numCapture: DriverParameter<"Int32">;
}

const LARGEST_EXTRA_DIMENSION = 9;

/** Refuses values as NDFileHDF5 does: those out of range, and many while a file is open. */
export function guardWrites(params: Hdf5Parameters, file: FileState): void {
  const closed = (what: string) => {
    if (file.isOpen()) throw new Error(`${what} cannot be changed while a file is open`);
  };
  const within = (parameter: DriverParameter<"Int32">, low: number, high = Number.POSITIVE_INFINITY) =>
    parameter.handleWrites((value) => {
      closed(parameter.name);
      if (value < low || value > high) throw new Error(`${parameter.name} ${value} is out of range`);
      return value;
    });
  for (const parameter of [...params.chunkSizes, params.HDF5_nFramesChunks]) within(parameter, 0);
  for (const { chunk } of params.extraDimensions) within(chunk, 0);
  within(params.HDF5_storeAttributes, 0);
  within(params.HDF5_storePerformance, 0);
  within(params.HDF5_szipNumPixels, 0, 32);
  within(params.HDF5_zCompressLevel, 0, 9);
  within(params.HDF5_nbitsPrecision, 0);
  within(params.HDF5_nbitsOffset, 0);
  params.HDF5_SWMRSupported.handleWrites(() => {
    throw new Error("SWMRSupported is read-only");
  });
  params.HDF5_flushNthFrame.handleWrites((frames) => {
    if (frames < (params.HDF5_nFramesChunks.value ?? 0))
      throw new Error(`NumFramesFlush ${frames} is less than NumFramesChunks`);
    return frames;
  });
  params.HDF5_compressionType.handleWrites((type) => {
    closed("Compression");
    const problem = compressionProblem(type);
    if (problem !== undefined) throw new Error(problem);
    return type;
  });
  guardDimensions(params, file, closed);
}

/** NumCapture follows the extra dimensions: they have no room for more frames, and none for a number that is not known. */
function guardDimensions(params: Hdf5Parameters, file: FileState, closed: (what: string) => void): void {
  const { HDF5_nExtraDims, HDF5_posRunning, extraDimensions } = params;
  const capacity = (
    extra: number,
    changed?: { readonly size: DriverParameter<"Int32">; readonly value: number },
  ) =>
    extraDimensions
      .slice(0, extra + 1)
      .reduce(
        (product, { size }) => product * (size === changed?.size ? changed.value : (size.value ?? 1)),
        1,
      );
  HDF5_nExtraDims.handleWrites((extra) => {
    closed("NumExtraDims");
    if (extra < 0 || extra > LARGEST_EXTRA_DIMENSION)
      throw new Error(`NumExtraDims ${extra} is out of range`);
    if (extra > 0) file.numCapture.set(capacity(extra));
    return extra;
  });
  for (const { size } of extraDimensions)
    size.handleWrites((value) => {
      closed(size.name);
      if (value <= 0) throw new Error(`${size.name} ${value} is out of range`);
      const extra = HDF5_nExtraDims.value ?? 0;
      if (extra > 0) file.numCapture.set(capacity(extra, { size, value }));
      return value;
    });
  file.numCapture.handleWrites((frames) => {
    if (frames < 0) throw new Error(`NumCapture ${frames} is negative`);
    const extra = HDF5_nExtraDims.value ?? 0;
    if (frames === 0 && HDF5_posRunning.value !== 1) HDF5_nExtraDims.set(0);
    return frames > 0 && extra > 0 ? Math.min(frames, capacity(extra)) : frames;
  });
  HDF5_posRunning.handleWrites((on) => {
    if (on === 0 && file.numCapture.value === 0) HDF5_nExtraDims.set(0);
    return on;
  });
}

const compressionSettings = (params: Hdf5Parameters): CompressionSettings => ({
  type: params.HDF5_compressionType.value ?? 0,
  szipPixels: params.HDF5_szipNumPixels.value ?? 16,
  zlibLevel: params.HDF5_zCompressLevel.value ?? 6,
  bloscLevel: params.HDF5_bloscCompressLevel.value ?? 5,
  bloscShuffle: params.HDF5_bloscShuffleType.value ?? 1,
  bloscCompressor: params.HDF5_bloscCompressor.value ?? 0,
  jpegQuality: params.HDF5_jpegQuality.value ?? 90,
  bits: { precision: params.HDF5_nbitsPrecision.value ?? 8, offset: params.HDF5_nbitsOffset.value ?? 0 },
});

/** The records take the settings of frames that come compressed. */
export function showCodec(params: Hdf5Parameters, { name, level, shuffle, compressor }: NDCodec): void {
  const type = typeOfCodec(name);
  if (type !== undefined) setIfChanged(params.HDF5_compressionType, type);
  if (name === "zlib") setIfChanged(params.HDF5_zCompressLevel, level);
  if (name !== "blosc") return;
  setIfChanged(params.HDF5_bloscCompressLevel, level);
  setIfChanged(params.HDF5_bloscShuffleType, shuffle);
  setIfChanged(params.HDF5_bloscCompressor, compressor);
}

/** Chunks along the frame's own dimensions: all of it where nothing else is asked for. */
function frameChunk(params: Hdf5Parameters, frame: NDArrayInfo): readonly number[] {
  return frame.dimensions.map(({ size }, index) => {
    const wanted = params.chunkSizes[index]?.value ?? 0;
    return params.HDF5_chunkSizeAuto.value === 1 || wanted < 1 ? size : Math.min(wanted, size);
  });
}

/** The dimensions that frames are stacked along, slowest first; the last one takes its chunk from NumFramesChunks. */
function frameDimensions(params: Hdf5Parameters, expectedFrames: number): readonly FrameDimension[] {
  const framesChunk = Math.max(params.HDF5_nFramesChunks.value ?? 0, 1);
  const count = Math.max(params.HDF5_nExtraDims.value ?? 0, 0) + 1;
  return params.extraDimensions
    .slice(0, count)
    .map(({ size, chunk, positionName, indexName }, index) => {
      const isSeries = count === 1 && params.HDF5_posRunning.value !== 1;
      const length = isSeries ? expectedFrames : (size.value ?? 1);
      const wanted = index === 0 ? framesChunk : Math.max(chunk.value ?? 0, 1);
      return {
        size: length,
        chunk: index === 0 ? wanted : Math.min(wanted, Math.max(length, 1)),
        positionAttribute: positionName.value ?? "",
        indexAttribute: indexName.value ?? "",
      };
    })
    .reverse();
}

/** How a file for frames like `frame` is written. */
export function fileOptions(
  params: Hdf5Parameters,
  frame: NDArrayHeader,
  expectedFrames: number | "single",
): Result<FileOptions> {
  if (frame.codec !== undefined && typeOfCodec(frame.codec.name) === undefined)
    return failed(`frames compressed by ${frame.codec.name} cannot be stored`);
  const compression = compressionSettings(params);
  const filter = filterFor(compression, frame);
  if (!filter.ok) return filter;
  const isSingle = expectedFrames === "single";
  const dimensions = isSingle ? [] : frameDimensions(params, expectedFrames);
  const flushEvery = Math.max(params.HDF5_flushNthFrame.value ?? 0, params.HDF5_nFramesChunks.value ?? 0, 1);
  const packed = isStoredAsItComes(frame);
  const options: FileOptions = {
    expectedFrames: isSingle ? 1 : expectedFrames,
    dimensions,
    byPosition: !isSingle && params.HDF5_posRunning.value === 1,
    frameChunk: frameChunk(params, frame),
    filter: packed && filter.value !== undefined ? withOwnParameters(filter.value, frame) : filter.value,
    packed,
    bits: compression.type === NBIT ? compression.bits : undefined,
    fillValue: params.HDF5_fillValue.value ?? 0,
    swmr: params.HDF5_SWMRMode.value === 1,
    flushEvery,
    storeAttributes: params.HDF5_storeAttributes.value === 1,
    attributeChunk: Math.max(params.HDF5_NDAttributeChunk.value ?? 0, 0),
    attributesFollowDimensions: params.HDF5_dimAttDatasets.value === 1,
    storePerformance: params.HDF5_storePerformance.value === 1,
  };
  return packed && !framesAreChunks(frame, options)
    ? failed("compressed frames need chunks of one frame each, and rows of 16 bytes at least")
    : ok(options);
}

/** Records show what was chosen for a file. */
export function showOptions(params: Hdf5Parameters, options: FileOptions): void {
  const framesChunk = options.dimensions.at(-1)?.chunk;
  if (framesChunk === undefined) setIfChanged(params.HDF5_nExtraDims, 0);
  else setIfChanged(params.HDF5_nFramesChunks, framesChunk);
  setIfChanged(params.HDF5_flushNthFrame, options.flushEvery);
  for (const [index, chunk] of options.frameChunk.entries()) {
    const parameter = params.chunkSizes[index];
    if (parameter !== undefined) setIfChanged(parameter, chunk);
  }
}
