import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { imageMain } from "./imageShader.js";

/** The angle of a projection as the shaders take it: four numbers. */
export const VIEW_BYTES = 16;

// Sums are pairs: what rounding loses is kept in the second number, so that a projection taken away leaves nothing.
const COMMON = `
struct View { cosine: f32, sine: f32, weight: f32, center: f32 }
@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> filtered: array<f32>;
@group(0) @binding(2) var<storage, read> path: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> sums: array<vec2f>;

fn accumulate(pixel: u32, value: f32) {
  let sum = sums[pixel];
  let total = sum.x + value;
  let taken = total - sum.x;
  sums[pixel] = vec2f(total, sum.y + ((sum.x - (total - taken)) + (value - taken)));
}
`;

/** A detector row at fractional column s, falling to zero over one pixel beyond its edges, as in the reference. */
const sampleRow = (width: number): string => `
fn sampleRow(row: u32, s: f32) -> f32 {
  let column = clamp(floor(s), 0.0, ${width - 2}.0);
  let first = row * ${width}u + u32(column);
  return filtered[first] * max(0.0, 1.0 - abs(s - column)) + filtered[first + 1u] * max(0.0, 1.0 - abs(s - column - 1.0));
}
`;

/** One projection onto the x- or y-slice; path is (alongX, alongY) of each column. */
export const verticalSliceShader = ({ width, height }: ProjectionSize): string => `
${COMMON}${sampleRow(width)}
${imageMain(width, height)} {
  let s = path[x].x * view.cosine - path[x].y * view.sine + view.center;
  if (s > -1.0 && s < f32(WIDTH)) { accumulate(y * WIDTH + x, view.weight * sampleRow(y, s)); }
}
`;

/** One projection onto the z-slice; path is (alongX, detector row) of each column. */
export const zSliceShader = ({ width, height }: ProjectionSize): string => `
${COMMON}${sampleRow(width)}
${imageMain(width, width)} {
  let row = path[x].y;
  let s = path[x].x * view.cosine - (f32(y) - ${Math.floor(width / 2)}.0) * view.sine + view.center;
  if (!(s > -1.0 && s < f32(WIDTH) && row >= 0.0 && row <= ${height - 1}.0)) { return; }
  let upper = u32(row);
  let above = sampleRow(upper, s);
  let below = sampleRow(min(upper + 1u, ${height - 1}u), s);
  accumulate(y * WIDTH + x, view.weight * mix(above, below, row - floor(row)));
}
`;

/** Sums to values. Bindings: the scale, sums, values. */
export const scaleShader = (width: number, height: number): string => `
@group(0) @binding(0) var<uniform> scale: f32;
@group(0) @binding(1) var<storage, read> sums: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> values: array<f32>;
${imageMain(width, height)} {
  let sum = sums[y * WIDTH + x];
  values[y * WIDTH + x] = (sum.x + sum.y) * scale;
}
`;
