/** The number types that a list of angles may have, and how one is read. */
const READERS: Readonly<
  Record<string, readonly [bytes: number, read: (view: DataView, at: number) => number]>
> = {
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
  "<i4": [4, (view, at) => view.getInt32(at, true)],
};

const MAGIC = "\x93NUMPY";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The numbers of a one-dimensional array that numpy.save wrote. Throws with a one-line reason when it is none. */
export function readNpy(bytes: Uint8Array): number[] {
  if (text(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw new Error("is no .npy file");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12) throw new Error("ends in its header");
  const isFirstVersion = bytes[6] === 1;
  const begin = isFirstVersion ? 10 : 12;
  const end = begin + (isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true));
  const header = text(bytes.subarray(begin, end));
  const type = /'descr': '([^']*)'/.exec(header)?.[1] ?? "";
  const length = /'shape': \((\d+),\)/.exec(header)?.[1];
  const reader = READERS[type];
  if (reader === undefined || length === undefined)
    throw new Error(`holds no list of numbers: ${header.trim() || "no header"}`);
  const [size, read] = reader;
  if (bytes.length < end + Number(length) * size)
    throw new Error(`has fewer than the ${length} numbers it promises`);
  return Array.from({ length: Number(length) }, (_, index) => read(view, end + index * size));
}
