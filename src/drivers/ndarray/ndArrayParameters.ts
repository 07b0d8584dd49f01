import type { ParametersOf } from "../asyn/defineDriver.js";
import { float64, int32, int32Array, octet } from "../asyn/driverParameter.js";
import { layoutOf } from "./imageLayout.js";
import { bytesPerElement, elementsOf, ND_DATA_TYPES, type NDArray, type NDArrayInfo } from "./ndArray.js";
import type { NDArrayPool } from "./ndArrayPool.js";

/** areaDetector's limit: elements of the Dimensions records. */
const MAX_DIMENSIONS = 10;
const MEGABYTE = 1024 * 1024;

/** The version of areaDetector's core whose records and behaviour these drivers follow. */
const ADCORE_VERSION = "3.13.0";

/**
 * What every port that handles NDArrays has: the parameters of NDArrayBase.template. Those without a value here take the
 * database's; a value here goes before it.
 */
export const ndArrayParameters = {
  PORT_NAME_SELF: octet(""),
  ADCORE_VERSION: octet(ADCORE_VERSION),
  DRIVER_VERSION: octet(ADCORE_VERSION),
  MANUFACTURER: octet(),
  MODEL: octet(),
  SERIAL_NUMBER: octet(),
  SDK_VERSION: octet(""),
  FIRMWARE_VERSION: octet(""),
  ACQUIRE: int32(0),
  ACQUIRE_BUSY: int32(0),
  WAIT_FOR_PLUGINS: int32(),
  ARRAY_NDIMENSIONS: int32(0),
  ARRAY_DIMENSIONS: int32Array(new Int32Array(MAX_DIMENSIONS)),
  BAYER_PATTERN: int32(0),
  ARRAY_SIZE_X: int32(0),
  ARRAY_SIZE_Y: int32(0),
  ARRAY_SIZE_Z: int32(0),
  ARRAY_SIZE: int32(0),
  CODEC: octet(""),
  COMPRESSED_SIZE: int32(0),
  DATA_TYPE: int32(),
  COLOR_MODE: int32(0),
  UNIQUE_ID: int32(0),
  TIME_STAMP: float64(0),
  EPICS_TS_SEC: int32(0),
  EPICS_TS_NSEC: int32(0),
  ARRAY_COUNTER: int32(0),
  ARRAY_CALLBACKS: int32(),
  ND_ATTRIBUTES_FILE: octet(""),
  ND_ATTRIBUTES_MACROS: octet(""),
  ND_ATTRIBUTES_STATUS: int32(1),
  POOL_MAX_MEMORY: float64(0),
  POOL_USED_MEMORY: float64(0),
  POOL_ALLOC_BUFFERS: int32(0),
  POOL_FREE_BUFFERS: int32(0),
  POOL_POLL_STATS: int32(0),
  POOL_EMPTY_FREELIST: int32(0),
  POOL_PRE_ALLOC_BUFFERS: int32(0),
  POOL_NUM_PRE_ALLOC_BUFFERS: int32(),
  NUM_QUEUED_ARRAYS: int32(0),
} as const;

export type NDArrayParameters = ParametersOf<typeof ndArrayParameters>;

interface Settable<V> {
  readonly value: V | undefined;
  set(value: V): void;
}

/** Publishes a value only when it differs, as asyn's callParamCallbacks does. */
export function setIfChanged<V>(parameter: Settable<V>, value: V): void {
  if (!Object.is(parameter.value, value)) parameter.set(value);
}

/** Shows what a frame is in the parameters, as a driver does when it emits and a plugin when it receives. */
export function showArray(params: NDArrayParameters, frame: NDArrayInfo & Partial<NDArray>): void {
  const [x, y, z] = frame.dimensions;
  const attribute = (name: string): number =>
    Number(frame.attributes.find((candidate) => candidate.name === name)?.value ?? 0) || 0;
  setIfChanged(params.ARRAY_NDIMENSIONS, frame.dimensions.length);
  setIfChanged(params.ARRAY_SIZE_X, x?.size ?? 0);
  setIfChanged(params.ARRAY_SIZE_Y, y?.size ?? 0);
  setIfChanged(params.ARRAY_SIZE_Z, z?.size ?? 0);
  const bytes = elementsOf(frame) * bytesPerElement(frame.dataType);
  setIfChanged(params.ARRAY_SIZE, bytes);
  setIfChanged(params.COMPRESSED_SIZE, frame.codec === undefined ? bytes : (frame.data?.byteLength ?? bytes));
  setIfChanged(params.CODEC, frame.codec?.name ?? "");
  setIfChanged(params.DATA_TYPE, ND_DATA_TYPES.indexOf(frame.dataType));
  setIfChanged(params.COLOR_MODE, attribute("ColorMode"));
  setIfChanged(params.BAYER_PATTERN, attribute("BayerPattern"));
  setIfChanged(params.UNIQUE_ID, frame.uniqueId);
  setIfChanged(params.TIME_STAMP, frame.timeStamp);
  setIfChanged(params.EPICS_TS_SEC, frame.epicsTimestamp.seconds);
  setIfChanged(params.EPICS_TS_NSEC, frame.epicsTimestamp.nanoseconds);
  const shown = params.ARRAY_DIMENSIONS.value;
  const changed = frame.dimensions.some(({ size }, index) => shown?.[index] !== size);
  if (changed || shown?.[frame.dimensions.length] !== 0) {
    const sizes = new Int32Array(MAX_DIMENSIONS);
    sizes.set(frame.dimensions.slice(0, MAX_DIMENSIONS).map(({ size }) => size));
    params.ARRAY_DIMENSIONS.set(sizes);
  }
}

/** The size of an image that a plugin makes, wherever its color mode puts the dimensions. */
export function showImageSize(params: NDArrayParameters, image: NDArrayInfo): void {
  const { x, y, color } = layoutOf(image);
  const sizeOf = (dimension: number) => image.dimensions[dimension]?.size ?? 0;
  setIfChanged(params.ARRAY_SIZE_X, sizeOf(x));
  setIfChanged(params.ARRAY_SIZE_Y, sizeOf(y));
  setIfChanged(params.ARRAY_SIZE_Z, sizeOf(color));
}

/** The pool's figures, in megabytes and buffers. */
export function showPool(params: NDArrayParameters, pool: NDArrayPool): void {
  setIfChanged(params.POOL_MAX_MEMORY, pool.maximumBytes / MEGABYTE);
  setIfChanged(params.POOL_USED_MEMORY, pool.allocatedBytes / MEGABYTE);
  setIfChanged(params.POOL_ALLOC_BUFFERS, pool.inUse + pool.freeBuffers);
  setIfChanged(params.POOL_FREE_BUFFERS, pool.freeBuffers);
}
