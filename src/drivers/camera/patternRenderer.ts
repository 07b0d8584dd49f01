import type { FrameRenderer, FrameRequest, ImageSize, PixelArray, SourceInfo } from "./frameSource.js";

export const patternInfo = ({ size, rows = size }: ImageSize): SourceInfo => ({
  sizeX: size,
  sizeY: rows,
  dataTypes: ["UInt16", "UInt8"],
});

/**
 * A test pattern: column + row + number of the frame, modulo what a pixel holds, so that whoever gets a frame can check every pixel. It
 * costs a copy of the frame.
 */
export class PatternRenderer implements FrameRenderer {
  readonly info: SourceInfo;
  readonly #ramps = new Map<number, Uint8Array | Uint16Array>();

  constructor(size: ImageSize) {
    this.info = patternInfo(size);
  }

  render({ dataType, sequence }: FrameRequest, out: PixelArray): void {
    const { sizeX, sizeY } = this.info;
    const levels = dataType === "UInt8" ? 256 : 65_536;
    const ramp = this.#ramp(levels);
    for (let row = 0; row < sizeY; row++) {
      const first = (row + sequence) % levels;
      out.set(ramp.subarray(first, first + sizeX), row * sizeX);
    }
  }

  /** Long enough for a row to begin at any level. */
  #ramp(levels: number): Uint8Array | Uint16Array {
    const length = levels + this.info.sizeX;
    const ramp =
      this.#ramps.get(levels) ?? (levels === 256 ? new Uint8Array(length) : new Uint16Array(length));
    if (!this.#ramps.has(levels)) for (let index = 0; index < length; index++) ramp[index] = index;
    this.#ramps.set(levels, ramp);
    return ramp;
  }
}
