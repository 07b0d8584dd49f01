import { makeParameters } from "../asyn/defineDriver.js";
import { int32 } from "../asyn/driverParameter.js";
import { jpegRequest } from "./codecs/jpeg.js";
import type { PluginSetup } from "./ndPlugin.js";
import { NDPluginFile } from "./ndPluginFile.js";
import { singleFrameFormat } from "./singleFrameFile.js";
import { taskWorkers } from "./tasks/taskWorkers.js";

const jpegParameters = { JPEG_QUALITY: int32(50) } as const;

/** Writes each frame of 8-bit pixels to a JPEG file (NDFileJPEG). */
export class NDFileJPEG extends NDPluginFile {
  constructor(setup: PluginSetup) {
    const params = makeParameters(jpegParameters);
    const format = singleFrameFormat(async (frame) => [
      await taskWorkers.run("jpeg", jpegRequest(frame, params.JPEG_QUALITY.value ?? 50)),
    ]);
    super(setup, "NDFileJPEG", params, format);
  }
}
