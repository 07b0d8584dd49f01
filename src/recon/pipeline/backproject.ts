import {
  PLANES,
  type Plane,
  type SliceData,
  type SliceGeometry,
  type SlicePath,
  xSlicePath,
  ySlicePath,
  zSlicePath,
} from "./geometry.js";

/**
 * Adds filtered projections to three ortho-slices, with linear interpolation on the detector. Sums are double
 * precision, so that what is added and later subtracted leaves nothing behind. Beyond its edges the detector reads
 * zero, reached over one pixel, so that no value hinges on the rounding of a position. This is the reference that the
 * other backends are tested against; geometry of tomoStream's kernels, without their rounding.
 */
export class Backprojector {
  readonly sums: SliceData<Float64Array>;
  #geometry: SliceGeometry;
  #paths: ReturnType<typeof pathsOf>;
  readonly #leftWeights: Float64Array;
  readonly #rightWeights: Float64Array;
  /** One detector row with a zero before it and two behind. */
  readonly #row: Float64Array;
  readonly #columns: Int32Array;

  constructor(geometry: SliceGeometry) {
    const { width, height } = geometry;
    this.#geometry = geometry;
    this.#paths = pathsOf(geometry);
    this.sums = {
      z: new Float64Array(width * width),
      y: new Float64Array(width * height),
      x: new Float64Array(width * height),
    };
    this.#leftWeights = new Float64Array(width);
    this.#rightWeights = new Float64Array(width);
    this.#row = new Float64Array(width + 3);
    this.#columns = new Int32Array(width);
  }

  /** Begins new sums of some planes; the others lie where they did. */
  begin(geometry: SliceGeometry, planes: readonly Plane[]): void {
    this.#geometry = geometry;
    this.#paths = pathsOf(geometry);
    for (const plane of planes) this.sums[plane].fill(0);
  }

  /** `filtered` is height rows of width pixels; `weight` -1 takes away what +1 added. */
  add(filtered: Float32Array, thetaRadians: number, weight = 1, planes = PLANES): void {
    const cosine = Math.cos(thetaRadians);
    const sine = Math.sin(thetaRadians);
    for (const plane of planes)
      if (plane !== "z") this.#addVertical(plane, filtered, cosine, sine, weight);
      else if (this.#geometry.rotZ === 0) this.#addFlatZ(filtered, cosine, sine, weight);
      else this.#addTiltedZ(filtered, cosine, sine, weight);
  }

  #addFlatZ(filtered: Float32Array, cosine: number, sine: number, weight: number): void {
    const { width, center, orthoZ } = this.#geometry;
    const half = Math.floor(width / 2);
    const row = this.#row;
    row.set(filtered.subarray(orthoZ * width, (orthoZ + 1) * width), 1);
    const out = this.sums.z;
    for (let y = 0; y < width; y++) {
      const start = center - (y - half) * sine - half * cosine + 1;
      const [from, to] = span(start, cosine, width);
      for (let x = from; x < to; x++) {
        const s = start + x * cosine;
        const column = s | 0;
        const left = row[column] as number;
        const right = row[column + 1] as number;
        const pixel = y * width + x;
        out[pixel] = (out[pixel] as number) + weight * (left + (right - left) * (s - column));
      }
    }
  }

  #addTiltedZ(filtered: Float32Array, cosine: number, sine: number, weight: number): void {
    const { width, height, center } = this.#geometry;
    const half = Math.floor(width / 2);
    const { alongX, rows } = this.#paths.z;
    const out = this.sums.z;
    for (let x = 0; x < width; x++) {
      const z = rows[x] as number;
      if (!(z >= 0 && z <= height - 1)) continue;
      const upper = Math.min(Math.floor(z), Math.max(height - 2, 0));
      const lower = Math.min(upper + 1, height - 1);
      for (let y = 0; y < width; y++) {
        const s = (alongX[x] as number) * cosine - (y - half) * sine + center;
        const above = interpolate(filtered, upper * width, width, s);
        const below = interpolate(filtered, lower * width, width, s);
        const pixel = y * width + x;
        out[pixel] = (out[pixel] as number) + weight * (above + (below - above) * (z - upper));
      }
    }
  }

  #addVertical(plane: "y" | "x", filtered: Float32Array, cosine: number, sine: number, weight: number): void {
    const { width, height } = this.#geometry;
    const [from, to] = this.#locate(this.#paths[plane], cosine, sine);
    const out = this.sums[plane];
    const leftWeights = this.#leftWeights;
    const rightWeights = this.#rightWeights;
    const columns = this.#columns;
    for (let z = 0; z < height; z++) {
      const start = z * width;
      for (let i = from; i < to; i++) {
        const column = start + (columns[i] as number);
        const left = (filtered[column] as number) * (leftWeights[i] as number);
        const right = (filtered[column + 1] as number) * (rightWeights[i] as number);
        out[start + i] = (out[start + i] as number) + weight * (left + right);
      }
    }
  }

  /** Fills the tables of detector column and weights for the points that the detector sees, a half-open range. */
  #locate(path: SlicePath, cosine: number, sine: number): [number, number] {
    const { width, center } = this.#geometry;
    let from = width;
    let to = 0;
    for (let i = 0; i < width; i++) {
      const s = (path.alongX[i] as number) * cosine - (path.alongY[i] as number) * sine + center;
      if (!(s > -1 && s < width)) continue;
      const column = Math.min(Math.max(Math.floor(s), 0), width - 2);
      this.#columns[i] = column;
      this.#leftWeights[i] = Math.max(0, 1 - Math.abs(s - column));
      this.#rightWeights[i] = Math.max(0, 1 - Math.abs(s - column - 1));
      from = Math.min(from, i);
      to = i + 1;
    }
    return [from, to];
  }
}

const pathsOf = (geometry: SliceGeometry) => ({
  z: zSlicePath(geometry),
  y: ySlicePath(geometry),
  x: xSlicePath(geometry),
});

/** The pixels x with 0 <= start + x step < width + 1, as a half-open range. */
function span(start: number, step: number, width: number): [number, number] {
  const end = width + 1;
  if (Math.abs(step) < 1e-12) return start >= 0 && start < end ? [0, width] : [0, 0];
  const first = -start / step;
  const last = (end - start) / step;
  let from = Math.max(0, Math.ceil(Math.min(first, last)));
  let to = Math.min(width, Math.floor(Math.max(first, last)) + 1);
  while (from < to && !within(start + from * step, end)) from += 1;
  while (to > from && !within(start + (to - 1) * step, end)) to -= 1;
  return [from, to];
}

const within = (s: number, end: number): boolean => s >= 0 && s < end;

/** The row beginning at `rowStart` at fractional column `s`. */
function interpolate(data: Float32Array, rowStart: number, width: number, s: number): number {
  if (!(s > -1 && s < width)) return 0;
  const column = Math.min(Math.max(Math.floor(s), 0), width - 2);
  const left = data[rowStart + column] as number;
  const right = data[rowStart + column + 1] as number;
  return left * Math.max(0, 1 - Math.abs(s - column)) + right * Math.max(0, 1 - Math.abs(s - column - 1));
}
