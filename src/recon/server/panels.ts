import type { SliceData } from "../pipeline/geometry.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";

export interface Panels {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

/** The z-, y- and x-slice side by side, as StreamRecon shows them: 3 n columns; below shorter slices stays zero. */
export function panelsOf(
  slices: SliceData<Float32Array>,
  { width: n, height: rows }: ProjectionSize,
): Panels {
  const width = 3 * n;
  const height = Math.max(n, rows);
  const data = new Float32Array(width * height);
  for (const [panel, slice] of [slices.z, slices.y, slices.x].entries())
    for (let row = 0; row < slice.length / n; row++)
      data.set(slice.subarray(row * n, (row + 1) * n), row * width + panel * n);
  return { data, width, height };
}
