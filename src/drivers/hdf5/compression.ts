import { failed, ok, type Result } from "../../libcom/result.js";
import type { NDArrayInfo } from "../ndarray/ndArray.js";

/** An HDF5 filter by its registered number, with its parameters. */
export interface Filter {
  readonly id: number;
  readonly parameters: readonly number[];
}

/** What the records say of compression. */
export interface CompressionSettings {
  readonly type: number;
  readonly szipPixels: number;
  readonly zlibLevel: number;
  readonly bloscLevel: number;
  readonly bloscShuffle: number;
  readonly bloscCompressor: number;
  readonly jpegQuality: number;
}

const SZIP_NEAREST_NEIGHBOUR = 32;
const BITSHUFFLE_WITH_LZ4 = 2;
const MONO = 0;

type FilterMaker = (settings: CompressionSettings, frame: NDArrayInfo) => Filter;

/** By the choices of the Compression record; a string says why there is none. */
const filters: readonly (FilterMaker | string | undefined)[] = [
  undefined,
  "N-bit compression is not available: the HDF5 library cannot be told the precision",
  ({ szipPixels }) => ({ id: 4, parameters: [SZIP_NEAREST_NEIGHBOUR, szipPixels] }),
  ({ zlibLevel }) => ({ id: 1, parameters: [zlibLevel] }),
  // The first four are the filter's own.
  ({ bloscLevel, bloscShuffle, bloscCompressor }) => ({
    id: 32001,
    parameters: [0, 0, 0, 0, bloscLevel, bloscShuffle, bloscCompressor],
  }),
  () => ({ id: 32008, parameters: [0, BITSHUFFLE_WITH_LZ4] }),
  () => ({ id: 32004, parameters: [0, 0] }),
  ({ jpegQuality }, { dimensions: [x, y] }) => ({
    id: 32019,
    parameters: [jpegQuality, x?.size ?? 1, y?.size ?? 1, MONO],
  }),
];

export const JPEG = 7;

/** Why a choice of the Compression record cannot be had; undefined when it can. */
export function compressionProblem(type: number): string | undefined {
  const maker = filters[type];
  if (typeof maker === "string") return maker;
  return type >= 0 && type < filters.length ? undefined : `there is no compression ${type}`;
}

/** The filter for frames like this one; undefined for none. */
export function filterFor(settings: CompressionSettings, frame: NDArrayInfo): Result<Filter | undefined> {
  const problem = compressionProblem(settings.type);
  if (problem !== undefined) return failed(problem);
  if (settings.type === JPEG && (frame.dataType !== "UInt8" || frame.dimensions.length !== 2))
    return failed("JPEG compression needs images of 8-bit pixels");
  const maker = filters[settings.type];
  return ok(typeof maker === "function" ? maker(settings, frame) : undefined);
}
