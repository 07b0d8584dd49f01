import type { NDArrayInfo, NDAttribute, NDAttributeType } from "../ndarray/ndArray.js";

/** An NDAttribute without its value: what a dataset for it needs. */
export type AttributeDefinition = Omit<NDAttribute, "value">;

export type AttributeValue = NDAttribute["value"];

const ofDriver = (name: string, description: string, type: NDAttributeType): AttributeDefinition => ({
  name,
  description,
  sourceType: "Driver",
  source: "Driver",
  type,
});

/** What every frame carries besides its own attributes. */
export const defaultAttributes: readonly AttributeDefinition[] = [
  ofDriver("NDArrayUniqueId", "The unique ID of the NDArray", "Int32"),
  ofDriver("NDArrayTimeStamp", "The timestamp of the NDArray as float64", "Float64"),
  ofDriver("NDArrayEpicsTSSec", "The NDArray EPICS timestamp seconds past epoch", "UInt32"),
  ofDriver("NDArrayEpicsTSnSec", "The NDArray EPICS timestamp nanoseconds", "UInt32"),
];

/** The values of `defaultAttributes`, in their order. */
const defaultValues = (frame: NDArrayInfo): readonly AttributeValue[] => [
  frame.uniqueId,
  frame.timeStamp,
  frame.epicsTimestamp.seconds,
  frame.epicsTimestamp.nanoseconds,
];

const withoutValue = ({ name, description, sourceType, source, type }: NDAttribute): AttributeDefinition => ({
  name,
  description,
  sourceType,
  source,
  type,
});

export const definitionsOf = (frame: NDArrayInfo): readonly AttributeDefinition[] => [
  ...defaultAttributes,
  ...frame.attributes.map(withoutValue),
];

export const valuesOf = (frame: NDArrayInfo): readonly AttributeValue[] => [
  ...defaultValues(frame),
  ...frame.attributes.map((attribute) => attribute.value),
];
