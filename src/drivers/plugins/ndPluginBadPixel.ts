import { readFile } from "node:fs/promises";
import { errorMessage } from "../../libcom/errorMessage.js";
import { makeParameters } from "../asyn/defineDriver.js";
import { octet } from "../asyn/driverParameter.js";
import { layoutOf } from "../ndarray/imageLayout.js";
import { infoOf, type NDArray, wholeAxis } from "../ndarray/ndArray.js";
import { parseBadPixels } from "./badPixelFile.js";
import type { BadPixel } from "./badPixels.js";
import { NDPlugin, type PluginSetup } from "./ndPlugin.js";

/** Puts something better in the place of a sensor's bad pixels, which a JSON file lists (NDPluginBadPixel). */
export class NDPluginBadPixel extends NDPlugin {
  #pixels: readonly BadPixel[] = [];

  constructor(setup: PluginSetup) {
    const params = makeParameters({ BAD_PIXEL_FILE_NAME: octet("") });
    super(setup, "NDPluginBadPixel", params);
    this.base.ARRAY_CALLBACKS.set(1);
    params.BAD_PIXEL_FILE_NAME.handleWrites(async (fileName) => {
      if (fileName !== "") this.#pixels = await this.#read(fileName);
    });
  }

  protected override process(frame: NDArray): void | Promise<void> {
    const { data: from, dimensions } = frame;
    const layout = layoutOf(frame);
    const x = dimensions[layout.x] ?? wholeAxis(1);
    const y = dimensions[layout.y] ?? wholeAxis(1);
    const pixels = this.#pixels;
    return this.emitComputed("badPixels", frame, infoOf(frame), (to) => ({ from, to, pixels, x, y }));
  }

  /** @throws Error that says what is wrong with the file; the pixels stay those of the file before */
  async #read(fileName: string): Promise<readonly BadPixel[]> {
    let text: string;
    try {
      text = await readFile(fileName, "utf8");
    } catch (error) {
      throw this.#complaint(fileName, errorMessage(error));
    }
    const pixels = parseBadPixels(text);
    if (!pixels.ok) throw this.#complaint(fileName, pixels.error);
    return pixels.value;
  }

  #complaint(fileName: string, problem: string): Error {
    const message = `bad pixel file ${fileName}: ${problem}`;
    this.log.error(message);
    return new Error(message);
  }
}
