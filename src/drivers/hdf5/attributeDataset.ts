import { Module } from "h5wasm/node";
import {
  bytesPerElement,
  isBigData,
  type NDAttributeType,
  type NDDataType,
  viewOf,
} from "../ndarray/ndArray.js";
import type { SkeletonFile } from "./fileSkeleton.js";
import type { AttributeDefinition, AttributeValue } from "./frameAttributes.js";
import { type H5Dataset, type H5File, numericDtype, writeConstantAttribute } from "./h5.js";
import type { When } from "./layout.js";

/** areaDetector's MAX_ATTRIBUTE_STRING_SIZE: bytes of one string element, NUL included. */
const STRING_BYTES = 256;

/** A dataset with the values of one NDAttribute. */
export interface AttributeStore {
  readonly attributeName: string;
  readonly when: When;
  /** Takes a frame's value; `offset` is the frame's place in its dataset. */
  append(value: AttributeValue | undefined, offset: readonly number[]): void;
  /** Writes what was appended since the last time. */
  flush(): void;
}

const sourceTypeNames = {
  Driver: "NDAttrSourceDriver",
  Param: "NDAttrSourceParam",
  EPICSPV: "NDAttrSourceEPICSPV",
  Function: "NDAttrSourceFunct",
  Constant: "NDAttrSourceConst",
  Undefined: "Undefined",
} as const;

/** A dataset with as many dimensions as `chunks`, at first of this extent, described as areaDetector does. */
export function attributeDataset(
  skeleton: SkeletonFile,
  path: string,
  definition: AttributeDefinition,
  chunks: readonly number[],
  extent: readonly number[],
): H5Dataset {
  return skeleton.dataset(path, () => createDataset(skeleton.file, path, definition, chunks, extent));
}

function createDataset(
  file: H5File,
  path: string,
  definition: AttributeDefinition,
  chunks: readonly number[],
  extent: readonly number[],
): void {
  const dataset = file.create_dataset({
    name: path.slice(1),
    data: [],
    shape: chunks.map(() => 0),
    maxshape: chunks.map(() => null),
    chunks: [...chunks],
    dtype: definition.type === "String" ? `S${STRING_BYTES}` : numericDtype[definition.type],
  });
  const description = {
    NDAttrName: definition.name,
    NDAttrDescription: definition.description,
    NDAttrSourceType: sourceTypeNames[definition.sourceType],
    NDAttrSource: definition.source,
  };
  for (const [name, text] of Object.entries(description))
    if (text !== "") writeConstantAttribute(file, path, name, "string", text);
  if (extent.some((length) => length > 0)) dataset.resize([...extent]);
}

/**
 * Writes values one after the other along the last dimension, from `offset` on. The library is not asked first what the dataset is,
 * which takes longer than writing a few values.
 */
export function writeAttributeValues(
  { file_id, path }: H5Dataset,
  offset: readonly number[],
  type: NDAttributeType,
  values: readonly AttributeValue[],
): void {
  const bytes = type === "String" ? textBytes(values) : numberBytes(type, values);
  const count = offset.map((_, axis) => BigInt(axis === offset.length - 1 ? values.length : 1));
  const ones = offset.map(() => 1n);
  const place = Module._malloc(bytes.length);
  if (place === 0) throw new Error(`no memory for ${bytes.length} bytes of ${path}`);
  try {
    Module.HEAPU8.set(bytes, place);
    Module.set_dataset_data(file_id, path, count, offset.map(BigInt), ones, BigInt(place));
  } finally {
    Module._free(place);
  }
}

/** Texts are cut so that a NUL still fits. */
function textBytes(values: readonly AttributeValue[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * STRING_BYTES);
  for (const [index, value] of values.entries())
    bytes.write(String(value), index * STRING_BYTES, STRING_BYTES - 1);
  return bytes;
}

function numberBytes(type: NDDataType, values: readonly AttributeValue[]): Uint8Array {
  const buffer = new SharedArrayBuffer(values.length * bytesPerElement(type));
  const numbers = viewOf(type, buffer, values.length);
  if (isBigData(numbers)) for (const [index, value] of values.entries()) numbers[index] = asBigInt(value);
  else for (const [index, value] of values.entries()) numbers[index] = Number(value);
  return new Uint8Array(buffer);
}

/** What stands where a frame did not carry the attribute. */
export const noValue = (type: NDAttributeType): AttributeValue => (type === "String" ? "" : 0);

function asBigInt(value: AttributeValue): bigint {
  try {
    return BigInt(value);
  } catch {
    return 0n;
  }
}
