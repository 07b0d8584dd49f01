import type { IKernelFunctionThis } from "gpu.js";

/** Sizes that a kernel is compiled for; everything else is an argument. */
export interface KernelConstants {
  readonly width: number;
  readonly height: number;
  /** Projections per call. */
  readonly batch: number;
}

// gpu.js compiles the text of these functions to shaders: plain loops and Math, no closures, no calls to helpers. Both
// add a batch of filtered projections, each height rows of width pixels one behind the other, to the sums of a slice.
// The detector falls to zero over one pixel beyond its edges, as in the reference implementation.

/** One pixel of the z-slice; `alongX` and `rows` are zSlicePath's tables. */
export function addToZ(
  this: IKernelFunctionThis<KernelConstants>,
  previous: number[][],
  projections: number[],
  cosines: number[],
  sines: number[],
  weights: number[],
  alongX: number[],
  rows: number[],
  center: number,
): number {
  const x = this.thread.x;
  const y = this.thread.y;
  const width = this.constants.width;
  const height = this.constants.height;
  const fromAxis = y - Math.floor(width / 2);
  const z = rows[x] as number;
  let sum = (previous[y] as number[])[x] as number;
  if (z >= 0 && z <= height - 1) {
    const upper = Math.floor(z);
    const lower = Math.min(upper + 1, height - 1);
    const below = z - upper;
    for (let b = 0; b < this.constants.batch; b++) {
      const s = (alongX[x] as number) * (cosines[b] as number) - fromAxis * (sines[b] as number) + center;
      if (s > -1 && s < width) {
        const column = Math.min(Math.max(Math.floor(s), 0), width - 2);
        const left = Math.max(0, 1 - Math.abs(s - column));
        const right = Math.max(0, 1 - Math.abs(s - column - 1));
        const first = (b * height + upper) * width + column;
        const second = (b * height + lower) * width + column;
        const above = (projections[first] as number) * left + (projections[first + 1] as number) * right;
        const under = (projections[second] as number) * left + (projections[second + 1] as number) * right;
        sum = sum + (weights[b] as number) * (above + (under - above) * below);
      }
    }
  }
  return sum;
}

/** One pixel of the y- or x-slice; `alongX` and `alongY` are its path's tables. */
export function addToVertical(
  this: IKernelFunctionThis<KernelConstants>,
  previous: number[][],
  projections: number[],
  cosines: number[],
  sines: number[],
  weights: number[],
  alongX: number[],
  alongY: number[],
  center: number,
): number {
  const x = this.thread.x;
  const y = this.thread.y;
  const width = this.constants.width;
  const height = this.constants.height;
  let sum = (previous[y] as number[])[x] as number;
  for (let b = 0; b < this.constants.batch; b++) {
    const s =
      (alongX[x] as number) * (cosines[b] as number) - (alongY[x] as number) * (sines[b] as number) + center;
    if (s > -1 && s < width) {
      const column = Math.min(Math.max(Math.floor(s), 0), width - 2);
      const first = (b * height + y) * width + column;
      const left = Math.max(0, 1 - Math.abs(s - column));
      const right = Math.max(0, 1 - Math.abs(s - column - 1));
      sum =
        sum +
        (weights[b] as number) *
          ((projections[first] as number) * left + (projections[first + 1] as number) * right);
    }
  }
  return sum;
}
