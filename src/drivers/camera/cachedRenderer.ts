import { copyBytes } from "../../libcom/copyBytes.js";
import type { FrameRenderer, FrameRequest, PixelArray, SourceInfo } from "./frameSource.js";

/** What frames that are kept may take. */
const MAXIMUM_BYTES = 512 * 1024 * 1024;
const MOST_ANGLES = 360;
/** Dark and flat fields that differ in their noise. */
const FIELDS = 4;

/**
 * Renders each frame once and then copies it, for rates that no renderer reaches: the sample stands still, its angles are so many per turn
 * as fit in memory, and noise comes back with its angle. Another exposure or pixel format begins anew.
 */
export class CachedRenderer implements FrameRenderer {
  readonly info: SourceInfo;
  readonly #renderer: FrameRenderer;
  readonly #frames = new Map<string, PixelArray>();
  #settings = "";

  constructor(renderer: FrameRenderer) {
    this.#renderer = renderer;
    this.info = renderer.info;
  }

  render(request: FrameRequest, out: PixelArray): void {
    const settings = `${request.dataType} ${request.exposureSeconds}`;
    if (settings !== this.#settings) this.#frames.clear();
    this.#settings = settings;
    const angles = Math.max(
      1,
      Math.min(MOST_ANGLES, Math.floor(MAXIMUM_BYTES / out.byteLength) - 2 * FIELDS),
    );
    const turn = (((request.thetaDegrees % 360) + 360) % 360) / 360;
    const sequence =
      request.illumination === "projection" ? Math.round(turn * angles) % angles : request.sequence % FIELDS;
    const key = `${request.illumination} ${sequence}`;
    const kept = this.#frames.get(key);
    if (kept !== undefined) {
      copyBytes(out, kept);
      return;
    }
    const thetaDegrees = (sequence * 360) / angles;
    this.#renderer.render({ ...request, sequence, thetaDegrees, elapsedSeconds: 0 }, out);
    this.#frames.set(key, out.slice());
  }
}
