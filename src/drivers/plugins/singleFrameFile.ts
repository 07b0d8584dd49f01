import { writeFile } from "node:fs/promises";
import type { NDArray } from "../ndarray/ndArray.js";
import type { FileFormat } from "./fileFormat.js";

/** A format whose files hold one frame each; `encode` gives the bytes of a file, part by part, or rejects with why it cannot. */
export function singleFrameFormat(encode: (frame: NDArray) => Promise<readonly Uint8Array[]>): FileFormat {
  let path = "";
  const nothing = () => Promise.resolve();
  return {
    isMultiFrame: false,
    prepare: () => {},
    open: async (given) => {
      path = given;
    },
    write: async (frame) => writeFile(path, await encode(frame)),
    close: nothing,
    abandon: nothing,
    dispose: nothing,
  };
}
