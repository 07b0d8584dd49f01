import type { ProjectionSize } from "../pipeline/preprocess.js";
import type { SlicePositions } from "./resizedSettings.js";

/** Magnification of an objective by its name: `5x`, `Mitutoyo 7.5X`, `10`; undefined where it tells none. */
export function magnificationOf(objective: string): number | undefined {
  const [, withX, bare] = /([\d.]+)\s*[xX]\b|^\s*([\d.]+)\s*$/.exec(objective) ?? [];
  const value = Number(withX ?? bare);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}

export interface Optics {
  /** Pixel of the camera, micrometres. */
  readonly detectorPixelUm: number;
  readonly objective: string;
  readonly binning: number;
}

/** Pixel of the images in the sample, micrometres; undefined while the optics say too little. */
export function pixelSizeUm({ detectorPixelUm, objective, binning }: Optics): number | undefined {
  const magnification = magnificationOf(objective);
  if (magnification === undefined || !(detectorPixelUm > 0)) return undefined;
  return (detectorPixelUm / magnification) * Math.max(binning, 1);
}

/** Millimetres by which the sample's motors bring the point where the three slices meet to the middle of the volume. */
export interface SampleMoves {
  readonly y: number;
  readonly tomo0: number;
  readonly tomo90: number;
}

export function sampleMoves(
  { OrthoX, OrthoY, OrthoZ }: Omit<SlicePositions, "Center">,
  { width, height }: ProjectionSize,
  pixelUm: number,
): SampleMoves {
  const millimetres = (position: number, size: number): number =>
    ((position - Math.floor(size / 2)) * pixelUm) / 1000;
  return {
    y: millimetres(OrthoZ, height),
    tomo0: millimetres(OrthoX, width),
    tomo90: -millimetres(OrthoY, width),
  };
}
