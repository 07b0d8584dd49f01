import { now } from "../../libcom/epicsTime.js";
import type { NDAttribute, NDAttributeType } from "../ndarray/ndArray.js";

/** A value with its type, as a function gives it each time a frame is taken. */
export interface FunctionValue {
  readonly type: NDAttributeType;
  readonly value: NDAttribute["value"];
}

/** Called once for each attribute with the text of `param`; undefined when it makes nothing of it. */
export type AttributeFunction = (param: string) => (() => FunctionValue) | undefined;

const functions = new Map<string, AttributeFunction>();

/**
 * Makes a function known to attribute files, as `<Attribute type="FUNCTION" source="NAME" param="..."/>`. Names belong to the whole
 * process, as EPICS's registered functions do.
 */
export function registerAttributeFunction(name: string, attributeFunction: AttributeFunction): void {
  functions.set(name, attributeFunction);
}

export const findAttributeFunction = (name: string): AttributeFunction | undefined => functions.get(name);

const constants: Readonly<Record<string, FunctionValue>> = {
  PI: { type: "Float64", value: Math.PI },
  E: { type: "Float64", value: Math.E },
  "10": { type: "Int32", value: 10 },
  GETTYSBURG: { type: "String", value: "Four score and seven years ago our fathers" },
  INT8: { type: "Int8", value: -8 },
  UINT8: { type: "UInt8", value: 8 },
  INT16: { type: "Int16", value: -16 },
  UINT16: { type: "UInt16", value: 16 },
  INT32: { type: "Int32", value: -32 },
  UINT32: { type: "UInt32", value: 32 },
  INT64: { type: "Int64", value: -64n },
  UINT64: { type: "UInt64", value: 64n },
  FLOAT32: { type: "Float32", value: 32 },
  FLOAT64: { type: "Float64", value: 64 },
};

/** Seconds since the EPICS epoch in the upper half, nanoseconds in the lower. */
function time64(): FunctionValue {
  const { seconds, nanoseconds } = now();
  return { type: "UInt64", value: (BigInt(seconds) << 32n) | BigInt(nanoseconds) };
}

/** areaDetector's example, which its own attribute files use. */
registerAttributeFunction("myAttrFunct1", (param) => {
  if (param === "TIME64") return time64;
  const constant = constants[param];
  return constant && (() => constant);
});
