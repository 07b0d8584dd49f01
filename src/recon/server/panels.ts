import type { SliceData, SliceGeometry } from "../pipeline/geometry.js";
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
  return sideBySide([
    { data: slices.z, width: n, height: n },
    { data: slices.y, width: n, height: rows },
    { data: slices.x, width: n, height: rows },
  ]);
}

/** `data` is memory of that many pixels, whatever is in it; new memory if absent. */
export function sideBySide(images: readonly Panels[], data?: Float32Array): Panels {
  const { width, height } = sizeSideBySide(images);
  const out = data ?? new Float32Array(width * height);
  let left = 0;
  for (const image of images) {
    for (let row = 0; row < height; row++) {
      const start = row * width + left;
      if (row < image.height) out.set(image.data.subarray(row * image.width, (row + 1) * image.width), start);
      else out.fill(0, start, start + image.width);
    }
    left += image.width;
  }
  return { data: out, width, height };
}

export const sizeSideBySide = (images: readonly Panels[]): { width: number; height: number } => ({
  width: images.reduce((sum, image) => sum + image.width, 0),
  height: images.reduce((most, image) => Math.max(most, image.height), 0),
});

/** Means of binning x binning pixels; what is left over at the right and below is left out. */
export function binned({ data, width, height }: Panels, binning: number): Panels {
  if (binning === 1) return { data, width, height };
  const columns = Math.floor(width / binning);
  const rows = Math.floor(height / binning);
  const out = new Float32Array(columns * rows);
  for (let y = 0; y < rows * binning; y++) {
    const line = Math.floor(y / binning) * columns;
    for (let x = 0; x < columns * binning; x++) {
      const at = line + Math.floor(x / binning);
      out[at] = (out[at] as number) + (data[y * width + x] as number) / binning ** 2;
    }
  }
  return { data: out, width: columns, height: rows };
}

/** The part of an image from a corner on; what lies outside is zero. */
export function cropped({ data, width, height }: Panels, left: number, top: number, size: number): Panels {
  const out = new Float32Array(size * size);
  const from = Math.max(left, 0);
  const to = Math.min(left + size, width);
  for (let row = Math.max(top, 0); row < Math.min(top + size, height) && from < to; row++)
    out.set(data.subarray(row * width + from, row * width + to), (row - top) * size + from - left);
  return { data: out, width: size, height: size };
}

/** Pixels on each side of a line's middle: lines are three wide, as tomoStream draws them. */
const LINE_REACH = 1;

/** Marks where the other two slices cut each of the three panels, by pixels that are no number. */
export function drawOrthoLines(
  { data, width, height }: Panels,
  { orthoX, orthoY, orthoZ, width: n, height: rows }: SliceGeometry,
  binning: number,
): void {
  const place = (position: number): number => Math.floor(position / binning);
  const panel = Math.floor(n / binning);
  const crosses = [
    { column: place(orthoX), row: place(orthoY), rows: panel },
    { column: place(orthoX), row: place(orthoZ), rows: Math.floor(rows / binning) },
    { column: place(orthoY), row: place(orthoZ), rows: Math.floor(rows / binning) },
  ];
  crosses.forEach((cross, i) => {
    const left = i * panel;
    for (let reach = -LINE_REACH; reach <= LINE_REACH; reach++) {
      const row = cross.row + reach;
      if (row >= 0 && row < Math.min(cross.rows, height))
        data.fill(Number.NaN, row * width + left, row * width + left + panel);
      const column = cross.column + reach;
      if (column < 0 || column >= panel) continue;
      for (let y = 0; y < cross.rows; y++) data[y * width + left + column] = Number.NaN;
    }
  });
}
