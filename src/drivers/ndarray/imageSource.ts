import { Observable } from "rxjs";
import { UNDEFINED_TIME } from "../../libcom/epicsTime.js";
import { logger } from "../../libcom/log.js";
import { type NtNdArrayImage, readNtNdArray, type SharedPvProvider } from "../../pva/index.js";
import type { ImageStreams } from "./arrayPorts.js";
import {
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

/** Frames of the channel `name`: straight from this process when it publishes them, else by pvAccess. */
export function images$(
  name: string,
  streams: ImageStreams,
  published: SharedPvProvider,
  remote: StructureMonitor | undefined,
): Observable<NDArray> {
  const local = streams.get(name);
  if (local !== undefined) return local;
  return new Observable((subscriber) => {
    const pool = new NDArrayPool(REMOTE_FRAMES_BYTES);
    return structure$(name, published, remote).subscribe((structure) => {
      const image = readNtNdArray(structure);
      const array = image && copied(image, pool, name);
      if (array === undefined) return;
      subscriber.next(array);
      array.release();
    });
  });
}

/** A received image as a frame of our own; undefined, with a line in the log, when it is none we can use. */
function copied(image: NtNdArrayImage, pool: NDArrayPool, name: string): NDArray | undefined {
  const [sizeX = 0, sizeY = 0, ...more] = image.sizes;
  const dataType = dataTypeOf(image);
  if (
    image.codec !== "" ||
    dataType === undefined ||
    more.length > 0 ||
    sizeX * sizeY !== image.data.length
  ) {
    log.warn(`${name}: image ${image.uniqueId} is compressed or not two-dimensional; left out`);
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
  if (array !== undefined) copyInto(array, image);
  return array;
}

function copyInto(array: NDArray, image: NtNdArrayImage): void {
  const { buffer, byteOffset, byteLength } = image.data;
  new Uint8Array(array.buffer, 0, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
}

const dataTypeOf = ({ data }: NtNdArrayImage): NDDataType | undefined => {
  const name = data.constructor.name.replace(/^Big|Array$/g, "").replace("Uint", "UInt");
  return ND_DATA_TYPES.find((type) => type === name);
};

/** Only text attributes matter here: where the frame belongs. */
const textAttribute = ([name, value]: [string, unknown]): NDAttribute[] =>
  typeof value === "string"
    ? [{ name, value, type: "String", description: "", source: "", sourceType: "Undefined" }]
    : [];
