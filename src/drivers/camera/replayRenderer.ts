import { closeSync, openSync, readSync } from "node:fs";
import { type Dataset, File as H5File, ready } from "h5wasm/node";
import type { NDDataType } from "../ndarray/ndArray.js";
import type { FrameRenderer, FrameRequest, PixelArray, SourceInfo } from "./frameSource.js";

/** Frames of one dataset are read once while they fit; larger datasets are read frame by frame. */
const PRELOAD_BYTES = 256 * 1024 * 1024;

const DATA_TYPES: Readonly<Record<string, NDDataType>> = {
  B: "UInt8",
  h: "Int16",
  H: "UInt16",
  i: "Int32",
  I: "UInt32",
  f: "Float32",
  d: "Float64",
};

/** A stack of frames in a file. */
class FrameStack {
  readonly count: number;
  readonly #dataset: Dataset;
  readonly #pixels: number;
  #all: PixelArray | undefined;

  constructor(dataset: Dataset, pixels: number) {
    this.count = dataset.shape?.[0] ?? 0;
    this.#dataset = dataset;
    this.#pixels = pixels;
    const bytes = this.count * pixels * dataset.metadata.size;
    if (bytes <= PRELOAD_BYTES) this.#all = asPixels(dataset.value);
  }

  frame(index: number): PixelArray {
    if (this.#all !== undefined) return this.#all.subarray(index * this.#pixels, (index + 1) * this.#pixels);
    return asPixels(this.#dataset.slice([[index, index + 1], [], []]));
  }
}

function asPixels(value: unknown): PixelArray {
  if (
    value instanceof Uint8Array ||
    value instanceof Uint16Array ||
    value instanceof Int16Array ||
    value instanceof Uint32Array ||
    value instanceof Int32Array ||
    value instanceof Float32Array ||
    value instanceof Float64Array
  )
    return value;
  throw new Error("the dataset does not hold numbers a camera can deliver");
}

function datasetOf(file: H5File, path: string): Dataset | undefined {
  const entity = file.get(path);
  return entity !== null && "shape" in entity && "slice" in entity ? (entity as Dataset) : undefined;
}

const HDF5_SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/** Looked at before the library does, which prints a page about every file that is something else. */
function isHdf5(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, "r");
    const start = Buffer.alloc(HDF5_SIGNATURE.length);
    readSync(descriptor, start, 0, start.length, 0);
    return start.equals(HDF5_SIGNATURE);
  } catch {
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Degrees between two angles on the circle. */
const apart = (a: number, b: number): number => Math.abs(((((a - b) % 360) + 540) % 360) - 180);

const nearest = (angles: Float64Array, theta: number): number =>
  angles.reduce(
    (best, angle, index) => (apart(angle, theta) < apart(angles[best] ?? Infinity, theta) ? index : best),
    0,
  );

/** Half a turn was recorded when no angle of the other half is nearer than this to its opposite. */
const HALF_TURN_TOLERANCE_DEGREES = 2;

/**
 * Replays a Data Exchange file: `/exchange/data`, `data_white`, `data_dark`, `theta`. A projection is the one recorded nearest to the
 * asked angle, its values unchanged; beyond a recorded half turn it is the opposite one mirrored about the rotation axis.
 */
export class ReplayRenderer implements FrameRenderer {
  readonly info: SourceInfo;
  readonly #file: H5File;
  readonly #data: FrameStack;
  readonly #flats: FrameStack | undefined;
  readonly #darks: FrameStack | undefined;
  readonly #angles: Float64Array;
  readonly #center: number;

  private constructor(file: H5File, path: string, center: number | undefined) {
    const data = datasetOf(file, "exchange/data");
    const [count = 0, sizeY = 0, sizeX = 0] = data?.shape ?? [];
    if (data === undefined || count * sizeX * sizeY === 0)
      throw new Error(`${path}: /exchange/data is not a stack of projections`);
    const dataType = DATA_TYPES[typeCharacter(data)];
    if (dataType === undefined) throw new Error(`${path}: /exchange/data has type ${String(data.dtype)}`);
    const stack = (name: string) => {
      const dataset = datasetOf(file, `exchange/${name}`);
      return dataset === undefined ? undefined : new FrameStack(dataset, sizeX * sizeY);
    };
    this.#file = file;
    this.#data = new FrameStack(data, sizeX * sizeY);
    this.#flats = stack("data_white");
    this.#darks = stack("data_dark");
    this.#angles = anglesOf(file, count);
    this.info = { sizeX, sizeY, dataTypes: [dataType], thetaDegrees: this.#angles };
    this.#center = center ?? this.#findCenter();
  }

  /** Rejects with a message that names the file. */
  static async open(path: string, center?: number): Promise<ReplayRenderer> {
    await ready;
    if (!isHdf5(path)) throw new Error(`${path}: not a readable HDF5 file`);
    const file = new H5File(path, "r");
    if (file.file_id <= 0n) throw new Error(`${path}: not a readable HDF5 file`);
    return new ReplayRenderer(file, path, center);
  }

  get center(): number {
    return this.#center;
  }

  close(): void {
    this.#file.close();
  }

  render({ illumination, thetaDegrees, sequence }: FrameRequest, out: PixelArray): void {
    const stack = illumination === "dark" ? this.#darks : illumination === "flat" ? this.#flats : undefined;
    if (illumination !== "projection") {
      if (stack === undefined || stack.count === 0) out.fill(illumination === "dark" ? 0 : 1);
      else out.set(stack.frame(sequence % stack.count));
      return;
    }
    const direct = nearest(this.#angles, thetaDegrees);
    const opposite = nearest(this.#angles, thetaDegrees + 180);
    const directError = apart(this.#angles[direct] ?? 0, thetaDegrees);
    const oppositeError = apart(this.#angles[opposite] ?? 0, thetaDegrees + 180);
    if (directError <= Math.max(oppositeError, HALF_TURN_TOLERANCE_DEGREES))
      out.set(this.#data.frame(direct));
    else this.#mirror(this.#data.frame(opposite), out);
  }

  #mirror(frame: PixelArray, out: PixelArray): void {
    const { sizeX, sizeY } = this.info;
    const reflection = Math.round(2 * this.#center);
    // Columns whose mirror image is in the frame; the others get the nearest pixel.
    const first = Math.min(Math.max(reflection - sizeX + 1, 0), sizeX);
    const end = Math.max(Math.min(reflection + 1, sizeX), first);
    // A row is turned in memory of its own: filling and reversing are slow on shared memory.
    const mirrored = frame.slice(0, sizeX);
    for (let row = 0; row < sizeY; row++) {
      const start = row * sizeX;
      const source = start + reflection + 1;
      mirrored.fill(frame[start + sizeX - 1] ?? 0, 0, first);
      mirrored.set(frame.subarray(source - end, source - first), first);
      mirrored.subarray(first, end).reverse();
      mirrored.fill(frame[start] ?? 0, end);
      out.set(mirrored, start);
    }
  }

  /** The axis is where the first projection and the one opposite to it are best each other's mirror images, to half a pixel. */
  #findCenter(): number {
    const { sizeX, sizeY } = this.info;
    const first = this.#angles[0] ?? 0;
    const opposite = nearest(this.#angles, first + 180);
    if (apart(this.#angles[opposite] ?? 0, first + 180) > HALF_TURN_TOLERANCE_DEGREES) return sizeX / 2;
    const a = this.#normalized(0);
    const b = this.#normalized(opposite);
    let best = { mismatch: Infinity, center: sizeX / 2 };
    for (let reflection = Math.ceil(sizeX / 2); reflection <= Math.floor((3 * sizeX) / 2); reflection++) {
      const begin = Math.max(0, reflection - sizeX + 1);
      const end = Math.min(sizeX - 1, reflection);
      let sum = 0;
      for (let row = 0; row < sizeY; row += Math.ceil(sizeY / 16))
        for (let column = begin; column <= end; column++)
          sum += Math.abs((a[row * sizeX + column] ?? 0) - (b[row * sizeX + reflection - column] ?? 0));
      const mismatch = sum / (end - begin + 1);
      if (mismatch < best.mismatch) best = { mismatch, center: reflection / 2 };
    }
    return best.center;
  }

  #normalized(index: number): Float32Array {
    const frame = Float32Array.from(this.#data.frame(index));
    const flat = this.#flats?.frame(0);
    const dark = this.#darks?.frame(0);
    if (flat === undefined || dark === undefined) return frame;
    return frame.map((value, i) => (value - (dark[i] ?? 0)) / Math.max((flat[i] ?? 1) - (dark[i] ?? 0), 1));
  }
}

function typeCharacter(dataset: Dataset): string {
  return typeof dataset.dtype === "string" ? dataset.dtype.slice(-1) : "";
}

/** `/exchange/theta` in degrees; half a turn in equal steps where it is missing or of another length. */
function anglesOf(file: H5File, count: number): Float64Array {
  const value: unknown = datasetOf(file, "exchange/theta")?.value;
  if ((value instanceof Float64Array || value instanceof Float32Array) && value.length === count)
    return Float64Array.from(value);
  return Float64Array.from({ length: count }, (_, index) => (180 * index) / count);
}
