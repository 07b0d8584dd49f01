import { copyBytes } from "../../libcom/copyBytes.js";
import type { FrameRenderer, FrameRequest, ImageSize, PixelArray, SourceInfo } from "./frameSource.js";

export const patternInfo = ({ size, rows = size }: ImageSize): SourceInfo => ({
  sizeX: size,
  sizeY: rows,
  dataTypes: ["UInt16", "UInt8"],
});

/**
 * A test pattern: column + row + number of the frame, modulo what a pixel holds, so that whoever gets a frame can check every pixel. A frame
 * is the one before moved up by a row, so that all are parts of one tall image, and cost a copy.
 */
export class PatternRenderer implements FrameRenderer {
  readonly info: SourceInfo;
  /** Empty until the first frame. */
  #tall: PixelArray = new Uint8Array();
  /** What the first pixel of the tall image is. */
  #first = 0;

  constructor(size: ImageSize) {
    this.info = patternInfo(size);
  }

  render({ dataType, sequence }: FrameRequest, out: PixelArray): void {
    const { sizeX, sizeY } = this.info;
    const pixels = sizeX * sizeY;
    const isEightBits = dataType === "UInt8";
    const first = sequence % (isEightBits ? 256 : 65_536);
    const above = first - this.#first;
    const isSameType = this.#tall.length > 0 && this.#tall.constructor === out.constructor;
    const isKnown = above >= 0 && above <= sizeY && isSameType;
    if (!isKnown) this.#begin(first, isEightBits ? new Uint8Array(2 * pixels) : new Uint16Array(2 * pixels));
    const start = isKnown ? above * sizeX : 0;
    copyBytes(out, this.#tall.subarray(start, start + pixels));
  }

  #begin(first: number, tall: Uint8Array | Uint16Array): void {
    const { sizeX } = this.info;
    for (let pixel = 0; pixel < tall.length; pixel++)
      tall[pixel] = first + Math.floor(pixel / sizeX) + (pixel % sizeX);
    this.#tall = tall;
    this.#first = first;
  }
}
