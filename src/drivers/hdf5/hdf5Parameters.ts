import { makeParameters } from "../asyn/defineDriver.js";
import { DriverParameter, float64, int32, octet } from "../asyn/driverParameter.js";
import type { Parameter } from "../asyn/portDriver.js";

/** The parameters of NDFileHDF5.template that do something here. */
export const activeParameters = {
  HDF5_layoutFilename: octet(""),
  HDF5_layoutValid: int32(1),
  HDF5_layoutErrorMsg: octet(""),
  HDF5_storeAttributes: int32(1),
  HDF5_compressionType: int32(0),
  HDF5_zCompressLevel: int32(6),
  HDF5_SWMRMode: int32(0),
  HDF5_SWMRSupported: int32(1),
  HDF5_SWMRRunning: int32(0),
  HDF5_SWMRCbCounter: int32(0),
  HDF5_SWMRFlushNow: int32(0),
  HDF5_totalRuntime: float64(0),
  HDF5_totalIoSpeed: float64(0),
} as const;

export const makeActiveParameters = () => makeParameters(activeParameters);

/** Accepted and shown, without effect: a chunk is always one frame and there are no extra dimensions. */
const passiveNumbers: Readonly<Record<string, number>> = {
  HDF5_chunkSizeAuto: 1,
  HDF5_nRowChunks: 0,
  HDF5_nColChunks: 0,
  HDF5_nFramesChunks: 1,
  HDF5_NDAttributeChunk: 0,
  HDF5_chunkBoundaryAlign: 0,
  HDF5_chunkBoundaryThreshold: 65536,
  HDF5_nExtraDims: 0,
  HDF5_storePerformance: 0,
  HDF5_flushNthFrame: 0,
  HDF5_nbitsPrecision: 8,
  HDF5_nbitsOffset: 0,
  HDF5_szipNumPixels: 16,
  HDF5_bloscShuffleType: 1,
  HDF5_bloscCompressor: 0,
  HDF5_bloscCompressLevel: 5,
  HDF5_jpegQuality: 90,
  HDF5_dimAttDatasets: 0,
  HDF5_posRunning: 0,
};

const EXTRA_DIMENSIONS = ["N", "X", "Y", "3", "4", "5", "6", "7", "8", "9"];
const CHUNK_DIMENSIONS = ["2", "3", "4", "5", "6", "7", "8", "9"];

/** By drvInfo name. */
export function makePassiveParameters(): Readonly<Record<string, Parameter>> {
  const number = (name: string, initial: number): [string, Parameter] => [
    name,
    new DriverParameter(name, int32(initial)),
  ];
  const text = (name: string, initial: string): [string, Parameter] => [
    name,
    new DriverParameter(name, octet(initial)),
  ];
  return Object.fromEntries<Parameter>([
    ...Object.entries(passiveNumbers).map(([name, initial]) => number(name, initial)),
    ["HDF5_fillValue", new DriverParameter("HDF5_fillValue", float64(0))],
    ...CHUNK_DIMENSIONS.map((dimension) => number(`HDF5_chunkSize${dimension}`, 0)),
    ...EXTRA_DIMENSIONS.flatMap((dimension) => [
      number(`HDF5_extraDimSize${dimension}`, 1),
      number(`HDF5_extraDimChunk${dimension}`, 0),
      text(`HDF5_extraDimName${dimension}`, `extra dimension ${dimension}`),
      text(`HDF5_posNameDim${dimension}`, ""),
      text(`HDF5_posIndexDim${dimension}`, ""),
    ]),
  ]);
}
