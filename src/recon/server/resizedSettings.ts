import type { ProjectionSize } from "../pipeline/preprocess.js";

export interface SlicePositions {
  readonly Center: number;
  readonly OrthoX: number;
  readonly OrthoY: number;
  readonly OrthoZ: number;
}

/**
 * Where center and slices go when the images get another size: binning keeps the places in the sample. For the first
 * images, positions that were never set (a center of 0, three slices at 0) go to the middle.
 */
export function resizedSettings(
  before: ProjectionSize | undefined,
  after: ProjectionSize,
  present: SlicePositions,
): SlicePositions {
  return before === undefined ? firstPositions(after, present) : scaledPositions(before, after, present);
}

function firstPositions({ width, height }: ProjectionSize, present: SlicePositions): SlicePositions {
  const middle = Math.floor(width / 2);
  const wereNeverSet = present.OrthoX === 0 && present.OrthoY === 0 && present.OrthoZ === 0;
  return {
    ...present,
    ...(present.Center === 0 ? { Center: width / 2 } : {}),
    ...(wereNeverSet ? { OrthoX: middle, OrthoY: middle, OrthoZ: Math.floor(height / 2) } : {}),
  };
}

function scaledPositions(
  before: ProjectionSize,
  after: ProjectionSize,
  present: SlicePositions,
): SlicePositions {
  const across = after.width / before.width;
  const down = after.height / before.height;
  return {
    // Pixel positions count from the middle of pixel 0: half a pixel is half a pixel at any binning.
    Center: (present.Center + 0.5) * across - 0.5,
    OrthoX: Math.floor(present.OrthoX * across),
    OrthoY: Math.floor(present.OrthoY * across),
    OrthoZ: Math.floor(present.OrthoZ * down),
  };
}
