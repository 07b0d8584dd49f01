import type { ArrayValue, NumericArray, Value } from "../../channel/dbf.js";
import type { ByteWriter } from "./byteWriter.js";
import { fixedText, putFixedText } from "./dbrText.js";
import type { DbrBase, DbrType } from "./dbrTypes.js";

type NumericBase = Exclude<DbrBase, "STRING">;

interface NumericCodec {
  readonly write: (view: DataView, offset: number, value: number) => void;
  readonly read: (view: DataView, offset: number) => number;
  readonly array: (length: number) => NumericArray;
  readonly part: (buffer: ArrayBufferLike, offset: number, length: number) => NumericArray;
  readonly isArray: (value: NumericArray) => boolean;
  /** Reverses the bytes of each element in place. */
  readonly swap: (bytes: Buffer) => void;
}

const codecs: Readonly<Record<NumericBase, NumericCodec>> = {
  SHORT: {
    write: (view, offset, value) => view.setInt16(offset, value),
    read: (view, offset) => view.getInt16(offset),
    array: (length) => new Int16Array(length),
    part: (buffer, offset, length) => new Int16Array(buffer, offset, length),
    isArray: (value) => value instanceof Int16Array,
    swap: (bytes) => bytes.swap16(),
  },
  ENUM: {
    write: (view, offset, value) => view.setUint16(offset, value),
    read: (view, offset) => view.getUint16(offset),
    array: (length) => new Uint16Array(length),
    part: (buffer, offset, length) => new Uint16Array(buffer, offset, length),
    isArray: (value) => value instanceof Uint16Array,
    swap: (bytes) => bytes.swap16(),
  },
  UCHAR: {
    write: (view, offset, value) => view.setUint8(offset, value),
    read: (view, offset) => view.getUint8(offset),
    array: (length) => new Uint8Array(length),
    part: (buffer, offset, length) => new Uint8Array(buffer, offset, length),
    isArray: (value) => value instanceof Uint8Array || value instanceof Int8Array,
    swap: () => {},
  },
  LONG: {
    write: (view, offset, value) => view.setInt32(offset, value),
    read: (view, offset) => view.getInt32(offset),
    array: (length) => new Int32Array(length),
    part: (buffer, offset, length) => new Int32Array(buffer, offset, length),
    isArray: (value) => value instanceof Int32Array,
    swap: (bytes) => bytes.swap32(),
  },
  FLOAT: {
    write: (view, offset, value) => view.setFloat32(offset, value),
    read: (view, offset) => view.getFloat32(offset),
    array: (length) => new Float32Array(length),
    part: (buffer, offset, length) => new Float32Array(buffer, offset, length),
    isArray: (value) => value instanceof Float32Array,
    swap: (bytes) => bytes.swap32(),
  },
  DOUBLE: {
    write: (view, offset, value) => view.setFloat64(offset, value),
    read: (view, offset) => view.getFloat64(offset),
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
  type: DbrType,
  codec: NumericCodec,
  value: NumericArray,
): void {
  const length = value.length;
  if (length >= BULK_ELEMENTS && codec.isArray(value)) {
    const target = out.bytes.subarray(offset, offset + value.byteLength);
    target.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    if (!hostIsBigEndian) codec.swap(target);
    return;
  }
  for (let index = 0; index < length; index++)
    codec.write(out.view, offset + index * type.elementSize, Number(value[index]));
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
  if (type.base === "STRING") {
    putStrings(out, offset, type.elementSize, value, count);
    return;
  }
  const codec = codecs[type.base];
  if (typeof value !== "object") {
    if (count > 0) codec.write(out.view, offset, Number(value));
    if (count > 1) out.bytes.fill(0, offset + type.elementSize, offset + count * type.elementSize);
    return;
  }
  if (isText(value)) throw new TypeError(`strings where ${type.name} is to be written`);
  const present = Math.min(value.length, count);
  putNumericArray(out, offset, type, codec, present < value.length ? value.subarray(0, present) : value);
  if (present < count)
    out.bytes.fill(0, offset + present * type.elementSize, offset + count * type.elementSize);
}

/** Reads one element. A string may end with the buffer instead of a NUL. */
export function getElement(view: DataView, offset: number, type: DbrType, end: number): number | string {
  if (type.base === "STRING")
    return fixedText(view, offset, Math.max(0, Math.min(type.elementSize, end - offset)));
  return codecs[type.base].read(view, offset);
}

/**
 * Reads `count` elements; `end` is where the payload ends. They get an array of their own, unless the buffer of `view` is
 * `exclusive`ly theirs: then the array may be a part of it.
 */
export function getElements(
  view: DataView,
  offset: number,
  type: DbrType,
  count: number,
  end: number,
  exclusive = false,
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
  if (exclusive && start % type.elementSize === 0) {
    if (!hostIsBigEndian) codec.swap(Buffer.from(view.buffer, start, size));
    return codec.part(view.buffer, start, count);
  }
  const array = codec.array(count);
  const bytes = Buffer.from(array.buffer, 0, size);
  bytes.set(new Uint8Array(view.buffer, start, size));
  if (!hostIsBigEndian) codec.swap(bytes);
  return array;
}
