import type { ArrayValue, NumericArray, Value } from "../../channel/dbf.js";
import type { ByteWriter } from "./byteWriter.js";
import { fixedText, putFixedText } from "./dbrText.js";
import type { DbrBase, DbrType } from "./dbrTypes.js";

type NumericBase = Exclude<DbrBase, "STRING">;

interface NumericCodec {
  readonly array: (length: number) => NumericArray;
  readonly part: (buffer: ArrayBufferLike, offset: number, length: number) => NumericArray;
  readonly isArray: (value: NumericArray) => boolean;
  /** Reverses the bytes of each element in place. */
  readonly swap: (bytes: Buffer) => void;
}

/** One number. A switch, as most values are single ones and V8 makes instructions of this in the place of a call. */
function writeNumber(view: DataView, offset: number, base: NumericBase, value: number): void {
  switch (base) {
    case "DOUBLE":
      view.setFloat64(offset, value);
      break;
    case "LONG":
      view.setInt32(offset, value);
      break;
    case "ENUM":
      view.setUint16(offset, value);
      break;
    case "FLOAT":
      view.setFloat32(offset, value);
      break;
    case "SHORT":
      view.setInt16(offset, value);
      break;
    case "UCHAR":
      view.setUint8(offset, value);
  }
}

function readNumber(view: DataView, offset: number, base: NumericBase): number {
  switch (base) {
    case "DOUBLE":
      return view.getFloat64(offset);
    case "LONG":
      return view.getInt32(offset);
    case "ENUM":
      return view.getUint16(offset);
    case "FLOAT":
      return view.getFloat32(offset);
    case "SHORT":
      return view.getInt16(offset);
    case "UCHAR":
      return view.getUint8(offset);
  }
}

const codecs: Readonly<Record<NumericBase, NumericCodec>> = {
  SHORT: {
    array: (length) => new Int16Array(length),
    part: (buffer, offset, length) => new Int16Array(buffer, offset, length),
    isArray: (value) => value instanceof Int16Array,
    swap: (bytes) => bytes.swap16(),
  },
  ENUM: {
    array: (length) => new Uint16Array(length),
    part: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
    isArray: (value) => value instanceof Uint16Array,
    swap: (bytes) => bytes.swap16(),
  },
  UCHAR: {
    array: (length) => new Uint8Array(length),
    part: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
    isArray: (value) => value instanceof Uint8Array || value instanceof Int8Array,
    swap: () => {},
  },
  LONG: {
    array: (length) => new Int32Array(length),
    part: (buffer, offset, length) => new Int32Array(buffer, offset, length),
    isArray: (value) => value instanceof Int32Array,
    swap: (bytes) => bytes.swap32(),
  },
  FLOAT: {
    array: (length) => new Float32Array(length),
    part: (buffer, offset, length) => new Float32Array(buffer, offset, length),
    isArray: (value) => value instanceof Float32Array,
    swap: (bytes) => bytes.swap32(),
  },
  DOUBLE: {
    array: (length) => new Float64Array(length),
    part: (buffer, offset, length) => new Float64Array(buffer, offset, length),
    isArray: (value) => value instanceof Float64Array,
    swap: (bytes) => bytes.swap64(),
  },
};

/** Below this many elements a loop beats the set-up of the bulk byte swap. */
const BULK_ELEMENTS = 16;
const hostIsBigEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

const isText = (value: ArrayValue): value is readonly string[] => Array.isArray(value);

function putStrings(out: ByteWriter, offset: number, size: number, value: Value, count: number): void {
  const list = typeof value === "object" && isText(value) ? value : [String(value)];
  for (let index = 0; index < count; index++)
    putFixedText(out, offset + index * size, size, list[index] ?? "");
}

function putNumericArray(
  out: ByteWriter,
  offset: number,
  base: NumericBase,
  elementSize: number,
  value: NumericArray,
): void {
  const length = value.length;
  const codec = codecs[base];
  if (length >= BULK_ELEMENTS && codec.isArray(value)) {
    const target = out.bytes.subarray(offset, offset + value.byteLength);
    target.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (!hostIsBigEndian) codec.swap(target);
    return;
  }
  for (let index = 0; index < length; index++)
    writeNumber(out.view, offset + index * elementSize, base, Number(value[index]));
}

/**
 * Writes `count` elements of a value that is already of the type's base into reserved bytes at `offset`; elements the
 * value does not have are zero, as RSRV answers a client that asks for more than there are.
 */
export function putElements(
  out: ByteWriter,
  offset: number,
  type: DbrType,
  value: Value,
  count: number,
): void {
  const { base, elementSize } = type;
  if (base === "STRING") {
    putStrings(out, offset, elementSize, value, count);
    return;
  }
  if (typeof value !== "object") {
    if (count > 0) writeNumber(out.view, offset, base, typeof value === "number" ? value : Number(value));
    if (count > 1) out.bytes.fill(0, offset + elementSize, offset + count * elementSize);
    return;
  }
  if (isText(value)) throw new TypeError(`strings where ${type.name} is to be written`);
  const present = Math.min(value.length, count);
  putNumericArray(
    out,
    offset,
    base,
    elementSize,
    present < value.length ? value.subarray(0, present) : value,
  );
  if (present < count) out.bytes.fill(0, offset + present * elementSize, offset + count * elementSize);
}

/** Reads one element. A string may end with the buffer instead of a NUL. */
export function getElement(view: DataView, offset: number, type: DbrType, end: number): number | string {
  if (type.base === "STRING")
    return fixedText(view, offset, Math.max(0, Math.min(type.elementSize, end - offset)));
  return readNumber(view, offset, type.base);
}

/** Where the elements of an array go: into one of their own, or into one that is given. Or they stay in their buffer, which is then theirs. */
export type ArrayPlace = "new" | "stay" | NumericArray;

/** Reads `count` elements; `end` is where the payload ends. An array that is given is of their type, and has room for them. */
export function getElements(
  view: DataView,
  offset: number,
  type: DbrType,
  count: number,
  end: number,
  place: ArrayPlace = "new",
): ArrayValue {
  if (type.base === "STRING") {
    const list: string[] = [];
    for (let index = 0; index < count; index++)
      list.push(String(getElement(view, offset + index * type.elementSize, type, end)));
    return list;
  }
  const codec = codecs[type.base];
  const start = view.byteOffset + offset;
  const size = count * type.elementSize;
  if (place === "stay" && start % type.elementSize === 0) {
    if (!hostIsBigEndian) codec.swap(Buffer.from(view.buffer, start, size));
    return codec.part(view.buffer, start, count);
  }
  const array = typeof place === "object" ? place.subarray(0, count) : codec.array(count);
  const bytes = Buffer.from(array.buffer, array.byteOffset, size);
  bytes.set(new Uint8Array(view.buffer, start, size));
  if (!hostIsBigEndian) codec.swap(bytes);
  return array;
}
