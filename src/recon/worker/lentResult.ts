import type { PublishedSlices, ReconResult } from "./messages.js";

/** A result with one reference; `onFree` is called with the last release. */
export function lent(result: PublishedSlices, onFree: () => void): ReconResult {
  let references = 1;
  const counted: ReconResult = {
    ...result,
    retain: () => {
      if (references === 0) throw new Error("slices were retained after their last release");
      references += 1;
      return counted;
    },
    release: () => {
      if (references === 0) throw new Error("slices were released twice");
      references -= 1;
      if (references === 0) onFree();
    },
  };
  return counted;
}
