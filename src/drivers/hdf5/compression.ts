import { failed, ok, type Result } from "../../libcom/result.js";
import { colorModeOf, NDColorMode } from "../ndarray/imageLayout.js";
import { bytesPerElement, elementsOf, type NDArrayHeader, type NDArrayInfo } from "../ndarray/ndArray.js";

/** An HDF5 filter by its registered number, with its parameters. */
export interface Filter {
  readonly id: number;
  readonly name: string;
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
  readonly bits: IntegerBits;
}

/** How many bits of an integer are stored, and from which on. */
export interface IntegerBits {
  readonly precision: number;
  readonly offset: number;
}

const SZIP_NEAREST_NEIGHBOUR = 32;
const BITSHUFFLE_WITH_LZ4 = 2;
const MONO = 0;
const RGB = 1;

/** Width, height and kind of an image that the JPEG filter takes. */
function jpegImage(frame: NDArrayInfo): readonly number[] | undefined {
  const [first = 0, second = 0, third = 0] = frame.dimensions.map(({ size }) => size);
  if (frame.dataType !== "UInt8") return undefined;
  if (frame.dimensions.length === 2) return [first, second, MONO];
  const hasColors = frame.dimensions.length === 3 && first === 3;
  return hasColors && colorModeOf(frame) === NDColorMode.RGB1 ? [second, third, RGB] : undefined;
}

const BLOSC = 32001;
const BITSHUFFLE = 32008;

type FilterMaker = (settings: CompressionSettings, frame: NDArrayInfo) => Filter;

/** By the choices of the Compression record. */
const filters: readonly (FilterMaker | undefined)[] = [
  undefined,
  // The library adds its parameters.
  () => ({ id: 5, name: "nbit", parameters: [] }),
  ({ szipPixels }) => ({ id: 4, name: "szip", parameters: [SZIP_NEAREST_NEIGHBOUR, szipPixels] }),
  ({ zlibLevel }) => ({ id: 1, name: "deflate", parameters: [zlibLevel] }),
  // The first four are the filter's own.
  ({ bloscLevel, bloscShuffle, bloscCompressor }) => ({
    id: BLOSC,
    name: "blosc",
    parameters: [0, 0, 0, 0, bloscLevel, bloscShuffle, bloscCompressor],
  }),
  () => ({ id: BITSHUFFLE, name: "bitshuffle", parameters: [0, BITSHUFFLE_WITH_LZ4] }),
  () => ({ id: 32004, name: "lz4", parameters: [0, 0] }),
  ({ jpegQuality }, frame) => ({
    id: 32019,
    name: "jpeg",
    parameters: [jpegQuality, ...(jpegImage(frame) ?? [])],
  }),
];

export const NBIT = 1;
export const JPEG = 7;

/** Why a choice of the Compression record cannot be had; undefined when it can. */
export function compressionProblem(type: number): string | undefined {
  return type >= 0 && type < filters.length ? undefined : `there is no compression ${type}`;
}

function bitsProblem({ precision, offset }: IntegerBits, { dataType }: NDArrayInfo): string | undefined {
  const bits = 8 * bytesPerElement(dataType);
  if (dataType.startsWith("Float")) return "N-bit compression needs integers";
  return precision >= 1 && offset >= 0 && precision + offset <= bits
    ? undefined
    : `N-bit compression: pixels of ${bits} bits have no ${precision} from bit ${offset} on`;
}

/** The filter for frames like this one; undefined for none. */
export function filterFor(settings: CompressionSettings, frame: NDArrayInfo): Result<Filter | undefined> {
  const problem = compressionProblem(settings.type);
  if (problem !== undefined) return failed(problem);
  if (settings.type === JPEG && jpegImage(frame) === undefined)
    return failed("JPEG compression needs images of 8-bit pixels");
  if (settings.type === NBIT) {
    const problem = bitsProblem(settings.bits, frame);
    if (problem !== undefined) return failed(problem);
  }
  return ok(filters[settings.type]?.(settings, frame));
}

/** By the codecs of NDPluginCodec: the Compression whose filter reads what they write. */
const typesOfCodecs: ReadonlyMap<string, number> = new Map([
  ["zlib", 3],
  ["blosc", 4],
  ["bslz4", 5],
  ["lz4", 6],
  ["lz4hdf5", 6],
  ["jpeg", JPEG],
]);

/** The Compression for frames that come compressed; undefined where no filter reads them. */
export const typeOfCodec = (codec: string): number | undefined => typesOfCodecs.get(codec);

/** zlib's filter is the library's own, which compresses anew what is unpacked before. */
export const isStoredAsItComes = ({ codec }: NDArrayHeader): boolean =>
  codec !== undefined && codec.name !== "zlib";

/** The parameters that a filter sets by itself when it compresses. */
export function withOwnParameters(filter: Filter, frame: NDArrayInfo): Filter {
  const { id, parameters } = filter;
  const elementBytes = bytesPerElement(frame.dataType);
  if (id === BLOSC) {
    const [, , , , ...settings] = parameters;
    return { ...filter, parameters: [2, 2, elementBytes, elementsOf(frame) * elementBytes, ...settings] };
  }
  return id === BITSHUFFLE ? { ...filter, parameters: [0, 4, elementBytes, ...parameters] } : filter;
}
