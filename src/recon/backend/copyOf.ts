import { copyBytes } from "../../libcom/copyBytes.js";
import type { RawData } from "../pipeline/darkFlat.js";

/** The counts in memory of our own: that of `spare` when it is of the same kind. */
export function copyOf(raw: RawData, spare: RawData | undefined): RawData {
  if (spare === undefined || spare.constructor !== raw.constructor) return raw.slice();
  copyBytes(spare, raw);
  return spare;
}
