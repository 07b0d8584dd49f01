import type { PhasePlan } from "../../pipeline/paganin.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { fftShader, fftThreads } from "./fftShader.js";

const main = (points: number): string => `
@compute @workgroup_size(${fftThreads(points)})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u)`;

/** Rows of the frame, surrounded by its edge values, to frequencies. Bindings: twiddles, transmission, spectrum. */
export const rowsForwardShader = (size: ProjectionSize, { columns, rows }: PhasePlan): string => `
${fftShader(columns)}
@group(0) @binding(1) var<storage, read> transmission: array<f32>;
@group(0) @binding(2) var<storage, read_write> spectrum: array<vec2f>;
${main(columns)} {
  let t = local.x;
  let y = clamp(i32(group.x) - ${(rows - size.height) >> 1}, 0, ${size.height - 1});
  for (var i = 0u; i < 16u; i++) {
    let x = clamp(i32(t + i * T) - ${(columns - size.width) >> 1}, 0, ${size.width - 1});
    v[i] = vec2f(transmission[u32(y) * ${size.width}u + u32(x)], 0.0);
  }
  fft(t);
  for (var i = 0u; i < 16u; i++) { spectrum[group.x * N + t + i * T] = v[i]; }
}
`;

/** Columns forward, filtered, and back, in place. Bindings: twiddles, spectrum. */
export const columnsShader = ({ columns, rows, strength }: PhasePlan): string => `
${fftShader(rows)}
@group(0) @binding(1) var<storage, read_write> spectrum: array<vec2f>;
${main(rows)} {
  let t = local.x;
  let kx = f32(min(group.x, ${columns}u - group.x)) / ${columns}.0;
  for (var i = 0u; i < 16u; i++) { v[i] = spectrum[(t + i * T) * ${columns}u + group.x]; }
  fft(t);
  for (var i = 0u; i < 16u; i++) {
    let row = t + i * T;
    let ky = f32(min(row, N - row)) / f32(N);
    let response = 1.0 / (1.0 + ${strength} * (kx * kx + ky * ky)) / ${columns * rows}.0;
    v[i] = (v[i] * response).yx;
  }
  fft(t);
  for (var i = 0u; i < 16u; i++) { spectrum[(t + i * T) * ${columns}u + group.x] = v[i].yx; }
}
`;

/** Rows back to the frame. Bindings: twiddles, spectrum, transmission. */
export const rowsInverseShader = (size: ProjectionSize, { columns, rows }: PhasePlan): string => `
${fftShader(columns)}
@group(0) @binding(1) var<storage, read> spectrum: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> transmission: array<f32>;
${main(columns)} {
  let t = local.x;
  let start = (group.x + ${(rows - size.height) >> 1}u) * N;
  for (var i = 0u; i < 16u; i++) { v[i] = spectrum[start + t + i * T].yx; }
  fft(t);
  for (var i = 0u; i < 16u; i++) {
    let x = t + i * T - ${(columns - size.width) >> 1}u;
    if (x < ${size.width}u) { transmission[group.x * ${size.width}u + x] = v[i].y; }
  }
}
`;
