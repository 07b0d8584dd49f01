import type h5wasm from "h5wasm/node";
import type { NDAttribute, NDAttributeType, NDDataType } from "../ndarray/ndArray.js";
import type { ConstantType } from "./layout.js";

export type H5File = InstanceType<typeof h5wasm.File>;
export type H5Dataset = InstanceType<typeof h5wasm.Dataset>;

export const isDataset = (entity: ReturnType<H5File["get"]>): entity is H5Dataset =>
  entity !== null && "write_slice" in entity;

/** A dataset by its path, undefined where the file has none. */
export function findDataset(file: H5File, path: string): H5Dataset | undefined {
  const [, parent = "", name = ""] = /^(.*)\/([^/]*)$/.exec(path) ?? [];
  const group = parent === "" ? file : file.get(parent);
  if (group === null || !("keys" in group) || !group.keys().includes(name)) return undefined;
  const entity = file.get(path);
  return isDataset(entity) ? entity : undefined;
}

/** @throws Error when the file has none */
export function requiredDataset(file: H5File, path: string): H5Dataset {
  const dataset = findDataset(file, path);
  if (dataset === undefined) throw new Error(`${file.filename} has no ${path}`);
  return dataset;
}

/** The HDF5 type of each NDArray type, in h5wasm's notation. */
export const numericDtype: Readonly<Record<NDDataType, string>> = {
  Int8: "<b",
  UInt8: "<B",
  Int16: "<h",
  UInt16: "<H",
  Int32: "<i",
  UInt32: "<I",
  Int64: "<q",
  UInt64: "<Q",
  Float32: "<f",
  Float64: "<d",
};

/** A fixed-length string that holds `text` and its NUL. */
const stringDtype = (text: string): string => `S${Buffer.byteLength(text) + 1}`;

/** A constant of the layout: a string, or a comma-separated list of numbers. */
function constantData(type: ConstantType, value: string) {
  if (type === "string") return { data: [value], dtype: stringDtype(value), count: 1 };
  const numbers = value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (type === "int" ? Number.parseInt(part, 10) : Number.parseFloat(part)))
    .map((number) => (Number.isNaN(number) ? 0 : number));
  return { data: numbers, dtype: type === "int" ? "<i" : "<d", count: numbers.length };
}

/** A string is one element of an array, a single number a scalar, several numbers an array. */
export function writeConstantDataset(file: H5File, path: string, type: ConstantType, value: string): void {
  const { data, dtype, count } = constantData(type, value);
  const shape = type === "string" || count !== 1 ? [count] : [];
  file.create_dataset({ name: path.slice(1), data, dtype, shape });
}

export function writeConstantAttribute(
  file: H5File,
  path: string,
  name: string,
  type: ConstantType,
  value: string,
): void {
  const owner = file.get(path);
  if (owner === null || !("create_attribute" in owner)) return;
  const { data, dtype, count } = constantData(type, value);
  owner.create_attribute(name, data, count === 1 ? [] : [count], dtype);
}

/** A scalar attribute in the type of an NDAttribute. Throws when its owner is not in the file. */
export function writeAttributeValue(
  file: H5File,
  path: string,
  name: string,
  type: NDAttributeType,
  value: NDAttribute["value"],
): void {
  const owner = file.get(path);
  if (owner === null || !("create_attribute" in owner)) throw new Error(`there is no ${path}`);
  if (type === "String") owner.create_attribute(name, String(value), [], stringDtype(String(value)));
  else owner.create_attribute(name, [Number(value)], [], numericDtype[type]);
}
