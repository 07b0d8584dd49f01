import type { NDDataType } from "../ndarray/ndArray.js";

/** What reaches the detector: nothing, the open beam, or the beam through the sample. */
export type Illumination = "dark" | "flat" | "projection";

/** The part of the sensor that is read out, in unbinned pixels, and how pixels are summed. */
export interface ReadoutRegion {
  readonly minX: number;
  readonly minY: number;
  readonly sizeX: number;
  readonly sizeY: number;
  readonly binX: number;
  readonly binY: number;
  /** Mirrored left to right, or top to bottom. */
  readonly reverseX?: boolean;
  readonly reverseY?: boolean;
}

export interface FrameRequest {
  readonly illumination: Illumination;
  readonly thetaDegrees: number;
  /** Since the sample was mounted; the phantom changes with it. */
  readonly elapsedSeconds: number;
  readonly exposureSeconds: number;
  /** Number of the frame since the start: picks the noise, and which of several recorded darks and flats. */
  readonly sequence: number;
  readonly dataType: NDDataType;
  readonly region: ReadoutRegion;
}

export interface SourceInfo {
  readonly sizeX: number;
  readonly sizeY: number;
  /** What frames can be delivered as; the first is the default. */
  readonly dataTypes: readonly [NDDataType, ...NDDataType[]];
  /** Angles of a recorded scan. */
  readonly thetaDegrees?: Float64Array;
}

export interface ImageSize {
  /** Columns of the detector, and of the sample. */
  readonly size: number;
  /** As many as columns when absent. */
  readonly rows?: number;
}

export interface PhantomOptions extends ImageSize {
  /** Detector column of the rotation axis; the middle (size / 2) when absent. */
  readonly center?: number;
  readonly seed?: number;
  /** Does the sample change with time? True when absent. */
  readonly evolving?: boolean;
  /** Photon noise; true when absent. */
  readonly noise?: boolean;
  /** Each projection is computed once and kept: the sample does not change. */
  readonly cached?: boolean;
}

/** Where frames come from. */
export type FrameSourceOptions =
  | ({ readonly kind: "phantom" } & PhantomOptions)
  | ({ readonly kind: "pattern" } & ImageSize)
  | {
      readonly kind: "replay";
      readonly file: string;
      /** Detector column of the rotation axis, for angles beyond a recorded half turn; found from the data when absent. */
      readonly center?: number;
    };

/** Makes whole frames, pixel by pixel, unbinned: `out` has sizeX x sizeY elements of the source's default type or the requested one. */
export interface FrameRenderer {
  readonly info: SourceInfo;
  render(request: FrameRequest, out: PixelArray): void;
}

export type PixelArray =
  | Uint8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

const fullFrame = (region: ReadoutRegion, info: SourceInfo): boolean =>
  region.minX === 0 &&
  region.minY === 0 &&
  region.sizeX === info.sizeX &&
  region.sizeY === info.sizeY &&
  region.binX === 1 &&
  region.binY === 1 &&
  region.reverseX !== true &&
  region.reverseY !== true;

/** Size of what is delivered: a last incomplete bin is left out. */
export const binnedSize = ({ sizeX, sizeY, binX, binY }: ReadoutRegion): { x: number; y: number } => ({
  x: Math.floor(sizeX / binX),
  y: Math.floor(sizeY / binY),
});

const SATURATION: Partial<Record<NDDataType, number>> = { UInt8: 255, UInt16: 65535, Int16: 32767 };

/** Reads out a region of a whole frame, summing bins; integers saturate as a sensor does. */
export function readOut(
  frame: PixelArray,
  frameSizeX: number,
  region: ReadoutRegion,
  dataType: NDDataType,
  out: PixelArray,
): void {
  const { x: outX, y: outY } = binnedSize(region);
  const limit = SATURATION[dataType] ?? Infinity;
  for (let row = 0; row < outY; row++)
    for (let column = 0; column < outX; column++) {
      let sum = 0;
      for (let y = 0; y < region.binY; y++) {
        const offset =
          (region.minY + row * region.binY + y) * frameSizeX + region.minX + column * region.binX;
        for (let x = 0; x < region.binX; x++) sum += frame[offset + x] ?? 0;
      }
      const x = region.reverseX ? outX - 1 - column : column;
      const y = region.reverseY ? outY - 1 - row : row;
      out[y * outX + x] = Math.min(sum, limit);
    }
}

/** Renders what the request asks for into `out`; whole frames go there directly. */
export function renderRegion(
  renderer: FrameRenderer,
  request: FrameRequest,
  out: PixelArray,
  scratch: () => PixelArray,
): void {
  if (fullFrame(request.region, renderer.info)) renderer.render(request, out);
  else {
    const whole = scratch();
    renderer.render(request, whole);
    readOut(whole, renderer.info.sizeX, request.region, request.dataType, out);
  }
}
