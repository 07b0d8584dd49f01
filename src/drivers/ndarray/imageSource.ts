import { concatMap, defer, filter, finalize, from, map, Observable, of } from "rxjs";
import { UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { errorMessage } from "../../libcom/errorMessage.js";
import { logger } from "../../libcom/log.js";
import {
  ND_SCALAR_NAMES,
  type NtNdArrayImage,
  readNtNdArray,
  type SharedPvProvider,
} from "../../pva/index.js";
import type { ImageStreams } from "./arrayPorts.js";
import { decompressed } from "./decompress.js";
import {
  bytesOf,
  bytesPerElement,
  imageDimensions,
  ND_DATA_TYPES,
  type NDArray,
  type NDAttribute,
  type NDDataType,
} from "./ndArray.js";
import { NDArrayPool } from "./ndArrayPool.js";
import { type StructureMonitor, structure$ } from "./structureSource.js";

const log = logger("recon.images");

/** Frames of remote cameras wait here for the reconstruction. */
const REMOTE_FRAMES_BYTES = 256 * 1024 * 1024;

/** Compressed images of which one is being decompressed; more are left out. */
const MOST_COMPRESSED_WAITING = 8;

/** Frames of the channel `name`: straight from this process when it publishes them, else by pvAccess. */
export function images$(
  name: string,
  streams: ImageStreams,
  published: SharedPvProvider,
  remote: StructureMonitor | undefined,
): Observable<NDArray> {
  const local = streams.get(name);
  if (local !== undefined)
    return local.pipe(
      filter(({ codec, uniqueId }) => {
        if (codec !== undefined) log.warn(`${name}: image ${uniqueId} left out: compressed in this process`);
        return codec === undefined;
      }),
    );
  return defer(() => {
    const pool = new NDArrayPool(REMOTE_FRAMES_BYTES);
    let waiting = 0;
    return structure$(name, published, remote).pipe(
      map(readNtNdArray),
      filter((image) => image !== undefined),
      filter(({ codec, uniqueId }) => {
        const isKept = codec === "" || waiting < MOST_COMPRESSED_WAITING;
        if (!isKept) log.warn(`${name}: image ${uniqueId} left out: decompression is too slow`);
        return isKept;
      }),
      concatMap((image) => {
        if (image.codec === "") return of({ image, bytes: bytesOf(image.data) });
        waiting += 1;
        return from(unpacked(image, name)).pipe(finalize(() => (waiting -= 1)));
      }),
      concatMap((unpackedImage) => passed(unpackedImage, pool, name)),
    );
  });
}

interface PlainImage {
  readonly image: NtNdArrayImage;
  readonly bytes: Uint8Array | undefined;
}

async function unpacked(image: NtNdArrayImage, name: string): Promise<PlainImage> {
  const dataType = dataTypeOf(image);
  const pixels = image.sizes.reduce((product, size) => product * size, 1);
  try {
    if (dataType === undefined) throw new Error("the type of its pixels is not told");
    const elementBytes = bytesPerElement(dataType);
    return { image, bytes: await decompressed(image, pixels * elementBytes, elementBytes) };
  } catch (error) {
    log.warn(`${name}: image ${image.uniqueId} left out: ${errorMessage(error)}`);
    return { image, bytes: undefined };
  }
}

/** The frame, which is valid while it is passed on. */
const passed = ({ image, bytes }: PlainImage, pool: NDArrayPool, name: string): Observable<NDArray> =>
  new Observable((subscriber) => {
    const array = bytes && copied(image, bytes, pool, name);
    if (array !== undefined) {
      subscriber.next(array);
      array.release();
    }
    subscriber.complete();
  });

/** A received image as a frame of our own; undefined, with a line in the log, when it is none we can use. */
function copied(
  image: NtNdArrayImage,
  bytes: Uint8Array,
  pool: NDArrayPool,
  name: string,
): NDArray | undefined {
  const [sizeX = 0, sizeY = 0, ...more] = image.sizes;
  const dataType = dataTypeOf(image);
  const isWhole = dataType !== undefined && sizeX * sizeY * bytesPerElement(dataType) === bytes.length;
  if (!isWhole || more.length > 0) {
    log.warn(`${name}: image ${image.uniqueId} is not two-dimensional or not of numbers; left out`);
    return undefined;
  }
  const time = image.timeStamp ?? image.dataTimeStamp ?? UNDEFINED_TIME;
  const array = pool.allocate({
    uniqueId: image.uniqueId,
    timeStamp: time.seconds + time.nanoseconds / 1e9,
    epicsTimestamp: time,
    dataType,
    dimensions: imageDimensions(sizeX, sizeY),
    attributes: [...image.attributes].flatMap(textAttribute),
  });
  if (array !== undefined) new Uint8Array(array.buffer, 0, bytes.length).set(bytes);
  return array;
}

const dataTypeOf = ({ elementType }: NtNdArrayImage): NDDataType | undefined =>
  ND_DATA_TYPES.find((type) => ND_SCALAR_NAMES[type] === elementType);

/** Only text attributes matter here: where the frame belongs. */
const textAttribute = ([name, value]: [string, unknown]): NDAttribute[] =>
  typeof value === "string"
    ? [{ name, value, type: "String", description: "", source: "", sourceType: "Undefined" }]
    : [];
