import { makeParameters } from "../asyn/defineDriver.js";
import { DriverParameter, float64, int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";

/** The parameters of NDFileHDF5.template that are not one of a row of dimensions; initial values are NDFileHDF5's. */
const parameterTable = {
  HDF5_layoutFilename: octet(""),
  HDF5_layoutValid: int32(1),
  HDF5_layoutErrorMsg: octet(""),
  HDF5_storeAttributes: int32(1),
  HDF5_storePerformance: int32(1),
  HDF5_totalRuntime: float64(0),
  HDF5_totalIoSpeed: float64(0),
  HDF5_chunkSizeAuto: int32(1),
  HDF5_nFramesChunks: int32(0),
  HDF5_NDAttributeChunk: int32(0),
  HDF5_nExtraDims: int32(0),
  HDF5_dimAttDatasets: int32(0),
  HDF5_posRunning: int32(0),
  HDF5_compressionType: int32(0),
  HDF5_zCompressLevel: int32(6),
  HDF5_szipNumPixels: int32(16),
  HDF5_bloscShuffleType: int32(1),
  HDF5_bloscCompressor: int32(0),
  HDF5_bloscCompressLevel: int32(5),
  HDF5_jpegQuality: int32(90),
  HDF5_flushNthFrame: int32(0),
  HDF5_SWMRMode: int32(0),
  HDF5_SWMRSupported: int32(1),
  HDF5_SWMRRunning: int32(0),
  HDF5_SWMRCbCounter: int32(0),
  HDF5_SWMRFlushNow: int32(0),
  HDF5_nbitsPrecision: int32(8),
  HDF5_nbitsOffset: int32(0),
  HDF5_fillValue: float64(0),
  // Without effect: the library cannot be told.
  HDF5_chunkBoundaryAlign: int32(0),
  HDF5_chunkBoundaryThreshold: int32(65536),
} as const;

/** The frame's dimensions, x first. */
const CHUNK_SIZES = [
  "HDF5_nColChunks",
  "HDF5_nRowChunks",
  ...[2, 3, 4, 5, 6, 7, 8, 9].map((dimension) => `HDF5_chunkSize${dimension}`),
];

/** The dimensions besides the frame's, the fastest first. */
const EXTRA_DIMENSIONS = ["N", "X", "Y", "3", "4", "5", "6", "7", "8", "9"];

/** The records of one extra dimension. */
export interface ExtraDimensionParameters {
  readonly size: DriverParameter<"Int32">;
  readonly chunk: DriverParameter<"Int32">;
  readonly positionName: DriverParameter<"Octet">;
  readonly indexName: DriverParameter<"Octet">;
}

export function makeHdf5Parameters() {
  const byName: Record<string, Parameter> = {};
  const number = (name: string, initial: number) =>
    (byName[name] = new DriverParameter(name, int32(initial)));
  const text = (name: string, initial: string) => (byName[name] = new DriverParameter(name, octet(initial)));
  const single = makeParameters(parameterTable);
  const chunkSizes = CHUNK_SIZES.map((name) => number(name, 0));
  const extraDimensions = EXTRA_DIMENSIONS.map((dimension, index): ExtraDimensionParameters => {
    text(`HDF5_extraDimName${dimension}`, `scan dimension ${index}`);
    return {
      size: number(`HDF5_extraDimSize${dimension}`, 1),
      chunk: number(`HDF5_extraDimChunk${dimension}`, 0),
      positionName: text(`HDF5_posNameDim${dimension}`, ""),
      indexName: text(`HDF5_posIndexDim${dimension}`, ""),
    };
  });
  return { ...single, chunkSizes, extraDimensions, byName: { ...byName, ...single } };
}

export type Hdf5Parameters = ReturnType<typeof makeHdf5Parameters>;
