import { type Ellipsoid, phantomLineIntegral } from "../../../src/drivers/camera/phantom.js";

/** Line integrals seen by a detector of any shape, its middle row at z = 0. */
export function project(
  ellipsoids: readonly Ellipsoid[],
  detector: { readonly width: number; readonly height: number; readonly center: number },
  thetaDegrees: number,
): Float32Array {
  const { width, height, center } = detector;
  return Float32Array.from({ length: width * height }, (_, pixel) => {
    const row = Math.floor(pixel / width) - Math.floor(height / 2);
    return phantomLineIntegral(ellipsoids, thetaDegrees, (pixel % width) - center, row);
  });
}
