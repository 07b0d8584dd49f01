import { firstElement, type Value } from "./dbf.js";

/** A value as a number: the index of an enum, the first element of an array; NaN for text that is none, or for nothing. */
export function toNumber(value: Value | undefined): number {
  return value === undefined ? Number.NaN : Number(firstElement(value));
}
