import type { NDDataType } from "./ndArray.js";

/** What pvData calls the types of pixels. */
export const SCALAR_NAMES = {
  Int8: "byte",
  UInt8: "ubyte",
  Int16: "short",
  UInt16: "ushort",
  Int32: "int",
  UInt32: "uint",
  Int64: "long",
  UInt64: "ulong",
  Float32: "float",
  Float64: "double",
} as const satisfies Readonly<Record<NDDataType, string>>;
