import type { NumericArray } from "../../channel/dbf.js";
import type { Timestamp } from "../../libcom/epicsTime.js";

/** NDDataType_t of areaDetector in its order: the index is the value of DataType_RBV. */
export const ND_DATA_TYPES = [
  "Int8",
  "UInt8",
  "Int16",
  "UInt16",
  "Int32",
  "UInt32",
  "Int64",
  "UInt64",
  "Float32",
  "Float64",
] as const;

export type NDDataType = (typeof ND_DATA_TYPES)[number];

/** The pixels of a frame. */
export type NDData = NumericArray;

interface NDDataConstructor {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NDData;
  readonly BYTES_PER_ELEMENT: number;
}

const constructors: Readonly<Record<NDDataType, NDDataConstructor>> = {
  Int8: Int8Array,
  UInt8: Uint8Array,
  Int16: Int16Array,
  UInt16: Uint16Array,
  Int32: Int32Array,
  UInt32: Uint32Array,
  Int64: BigInt64Array,
  UInt64: BigUint64Array,
  Float32: Float32Array,
  Float64: Float64Array,
};

export const bytesPerElement = (type: NDDataType): number => constructors[type].BYTES_PER_ELEMENT;

export const isWholeNumberType = (type: NDDataType): boolean => type !== "Float32" && type !== "Float64";

/** A typed view of `length` elements at the start of a buffer. */
export const viewOf = (type: NDDataType, buffer: SharedArrayBuffer, length: number): NDData =>
  new constructors[type](buffer, 0, length);

/** The same memory as bytes. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Pixels that plain numbers cannot hold, and those that they can. */
export type BigData = BigInt64Array | BigUint64Array;
export type PlainData = Exclude<NDData, BigData>;

export const isBigData = (data: NDData): data is BigData =>
  data instanceof BigInt64Array || data instanceof BigUint64Array;

/** Sets every pixel; whole numbers are truncated towards zero, and wrap as their type does. */
export function fillPixels(data: NDData, valueAt: (index: number) => number): void {
  if (isBigData(data))
    for (let index = 0; index < data.length; index++) data[index] = BigInt(Math.trunc(valueAt(index)) || 0);
  else for (let index = 0; index < data.length; index++) data[index] = valueAt(index);
}

/** All pixels as doubles, in memory of their own. */
export const toDoubles = (data: NDData): Float64Array =>
  isBigData(data) ? Float64Array.from(data, Number) : new Float64Array(data);

/** Stores numbers as `fillPixels` does, at the speed of a copy where the type allows. */
export function storePixels(data: NDData, numbers: PlainData): void {
  if (isBigData(data)) fillPixels(data, (index) => numbers[index] ?? 0);
  else data.set(numbers);
}

/** One axis, fastest (x) first. Offset and binning are relative to the full sensor. */
export interface NDDimension {
  readonly size: number;
  readonly offset: number;
  readonly binning: number;
  readonly reverse: boolean;
}

/** NDAttrSource_t of areaDetector. */
export type NDAttributeSource = "Driver" | "Param" | "EPICSPV" | "Function" | "Constant" | "Undefined";

export type NDAttributeType = NDDataType | "String";

/** Metadata that travels with one frame. */
export interface NDAttribute {
  readonly name: string;
  readonly description: string;
  readonly sourceType: NDAttributeSource;
  readonly source: string;
  readonly type: NDAttributeType;
  readonly value: string | number | bigint;
}

/** What tells one frame from the next; the data stand beside it. */
export interface NDArrayInfo {
  readonly uniqueId: number;
  /** Seconds since the EPICS epoch, as NDArrayTimeStamp. */
  readonly timeStamp: number;
  readonly epicsTimestamp: Timestamp;
  readonly dataType: NDDataType;
  readonly dimensions: readonly NDDimension[];
  readonly attributes: readonly NDAttribute[];
}

/** How a frame is compressed (NDCodec_t); a setting that the codec has not is -1. */
export interface NDCodec {
  readonly name: string;
  readonly level: number;
  readonly shuffle: number;
  readonly compressor: number;
}

const withoutSettings = { level: -1, shuffle: -1, compressor: -1 } as const;

export const ndCodec = (name: string, settings: Partial<NDCodec> = {}): NDCodec => ({
  ...withoutSettings,
  ...settings,
  name,
});

/**
 * One frame. The data lie on shared memory of a pool and must not be changed after the frame was published.
 * A receiver that keeps the frame beyond the call that delivered it calls `retain()` in that call and `release()`
 * when done; the pool reuses the memory once nobody holds the frame.
 */
export interface NDArray extends NDArrayInfo {
  readonly data: NDData;
  /** The codec of a compressed frame, whose `data` are then bytes; what it would be without is told by type and dimensions. */
  readonly codec?: NDCodec;
  readonly buffer: SharedArrayBuffer;
  retain(): NDArray;
  release(): void;
}

/** A frame's facts, and how it is compressed. */
export type NDArrayHeader = NDArrayInfo & Pick<NDArray, "codec">;

/** A frame's facts alone, as plain values: what a frame that is made from it has in common with it. */
export const infoOf = (frame: NDArrayInfo): NDArrayInfo => ({
  uniqueId: frame.uniqueId,
  timeStamp: frame.timeStamp,
  epicsTimestamp: frame.epicsTimestamp,
  dataType: frame.dataType,
  dimensions: frame.dimensions,
  attributes: frame.attributes,
});

/** What is written on a frame beside its pixels. */
export type NDStamps = Pick<NDArrayInfo, "uniqueId" | "timeStamp" | "epicsTimestamp" | "attributes">;

/** The same frame, with its memory and references, under other stamps. */
export const withStamps = (frame: NDArray, stamps: Partial<NDStamps>): NDArray =>
  sharing(frame, { ...infoOf(frame), ...stamps }, frame.data, frame.codec);

/** A compressed frame: the facts of what it was made from, and its bytes in the memory of another, whose references it has. */
export const compressedFrame = (info: NDArrayInfo, codec: NDCodec, memory: NDArray, bytes: number): NDArray =>
  sharing(memory, infoOf(info), new Uint8Array(memory.buffer, 0, bytes), codec);

function sharing(frame: NDArray, info: NDArrayInfo, data: NDData, codec: NDCodec | undefined): NDArray {
  const view: NDArray = {
    ...info,
    data,
    buffer: frame.buffer,
    ...(codec === undefined ? {} : { codec }),
    retain: () => {
      frame.retain();
      return view;
    },
    release: () => frame.release(),
  };
  return view;
}

export const elementsOf = (info: Pick<NDArrayInfo, "dimensions">): number =>
  info.dimensions.reduce((product, dimension) => product * dimension.size, 1);

/** An axis that is neither cut nor binned. */
export const wholeAxis = (size: number): NDDimension => ({ size, offset: 0, binning: 1, reverse: false });

/** A two-dimensional frame's axes without offset or binning: x fastest, then y. */
export const imageDimensions = (sizeX: number, sizeY: number): readonly NDDimension[] => [
  wholeAxis(sizeX),
  wholeAxis(sizeY),
];
