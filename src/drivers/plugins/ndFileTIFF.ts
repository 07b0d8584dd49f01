import type { NDArray } from "../ndarray/ndArray.js";
import type { PluginSetup } from "./ndPlugin.js";
import { NDPluginFile } from "./ndPluginFile.js";
import { singleFrameFormat } from "./singleFrameFile.js";
import { tiffHeader } from "./tiff.js";

const encode = async (frame: NDArray): Promise<readonly Uint8Array[]> => {
  const { buffer, byteOffset, byteLength } = frame.data;
  return [tiffHeader(frame), new Uint8Array(buffer, byteOffset, byteLength)];
};

/** Writes each frame to a TIFF file, with its stamps and attributes in tags (NDFileTIFF). */
export class NDFileTIFF extends NDPluginFile {
  constructor(setup: PluginSetup) {
    super(setup, "NDFileTIFF", {}, singleFrameFormat(encode));
  }
}
