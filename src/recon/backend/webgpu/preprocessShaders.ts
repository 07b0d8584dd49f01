import { SMALLEST_TRANSMISSION } from "../../pipeline/darkFlat.js";
import { ZINGER_RATIO } from "../../pipeline/dezinger.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import { fftShader, fftThreads } from "./fftShader.js";
import { imageMain } from "./imageShader.js";

/** How counts lie in the 32-bit words of their buffer. */
export const COUNT_FORMATS = {
  u8: "f32((word(pixel / 4u) >> (8u * (pixel % 4u))) & 0xffu)",
  u16: "f32((word(pixel / 2u) >> (16u * (pixel % 2u))) & 0xffffu)",
  f32: "bitcast<f32>(word(pixel))",
} as const;

export type CountFormat = keyof typeof COUNT_FORMATS;

/** Counts to transmission. Bindings: counts, dark field, gain, transmission. */
export const transmissionShader = (size: ProjectionSize, format: CountFormat): string => `
@group(0) @binding(0) var<storage, read> counts: array<u32>;
@group(0) @binding(1) var<storage, read> dark: array<f32>;
@group(0) @binding(2) var<storage, read> gain: array<f32>;
@group(0) @binding(3) var<storage, read_write> transmission: array<f32>;
fn word(index: u32) -> u32 { return counts[index]; }
${imageMain(size.width, size.height)} {
  let pixel = y * WIDTH + x;
  transmission[pixel] = (${COUNT_FORMATS[format]} - dark[pixel]) * gain[pixel];
}
`;

/**
 * Zingers to the median of the square around them, as the reference: few pixels stand out, and only for those is the
 * median found, by the rank of each neighbour. Bindings: transmission, the same without zingers.
 */
export const dezingerShader = (size: ProjectionSize, radius: number): string => `
const RADIUS = ${radius};
const RATIO = ${ZINGER_RATIO};
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> cleaned: array<f32>;

/** The neighbour of the given rank, 0 the smallest. */
fn ranked(low: vec2i, high: vec2i, rank: u32) -> f32 {
  for (var row = low.y; row <= high.y; row++) {
    for (var column = low.x; column <= high.x; column++) {
      let candidate = source[u32(row) * WIDTH + u32(column)];
      var below = 0u;
      var same = 0u;
      for (var r = low.y; r <= high.y; r++) {
        for (var c = low.x; c <= high.x; c++) {
          let other = source[u32(r) * WIDTH + u32(c)];
          if (other < candidate) { below++; }
          if (other == candidate) { same++; }
        }
      }
      if (below <= rank && rank < below + same) { return candidate; }
    }
  }
  return 0.0;
}

${imageMain(size.width, size.height)} {
  let pixel = y * WIDTH + x;
  let value = source[pixel];
  let low = max(vec2i(i32(x), i32(y)) - RADIUS, vec2i(0));
  let high = min(vec2i(i32(x), i32(y)) + RADIUS, vec2i(i32(WIDTH), i32(HEIGHT)) - 1);
  var below = 0u;
  var above = 0u;
  for (var row = low.y; row <= high.y; row++) {
    for (var column = low.x; column <= high.x; column++) {
      let other = source[u32(row) * WIDTH + u32(column)];
      if (other < value / (1.0 + RATIO)) { below++; }
      if (other > value / (1.0 - RATIO)) { above++; }
    }
  }
  let count = u32(high.x - low.x + 1) * u32(high.y - low.y + 1);
  cleaned[pixel] = value;
  if (value > 0.0 && 2u * max(below, above) < count - 1u) { return; }
  let upper = ranked(low, high, count / 2u);
  var median = upper;
  if (count % 2u == 0u) { median = (upper + ranked(low, high, count / 2u - 1u)) / 2.0; }
  if (abs(median - value) > RATIO * abs(median)) { cleaned[pixel] = median; }
}
`;

/**
 * Minus log and ramp filter, two detector rows as real and imaginary part of one line of `points`. Bindings: twiddles,
 * response / points in natural order, transmission, filtered. One workgroup a pair of rows.
 */
export const filterShader = ({ width, height }: ProjectionSize, points: number): string => `
${fftShader(points)}
const WIDTH = ${width}u;
const HEIGHT = ${height}u;
@group(0) @binding(1) var<storage, read> response: array<f32>;
@group(0) @binding(2) var<storage, read> transmission: array<f32>;
@group(0) @binding(3) var<storage, read_write> filtered: array<f32>;

fn integral(row: u32, x: u32) -> f32 {
  if (x >= WIDTH || row >= HEIGHT) { return 0.0; }
  return -log(max(transmission[row * WIDTH + x], ${SMALLEST_TRANSMISSION}));
}

@compute @workgroup_size(${fftThreads(points)})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let t = local.x;
  let first = 2u * group.x;
  for (var i = 0u; i < 16u; i++) {
    let x = t + i * T;
    v[i] = vec2f(integral(first, x), integral(first + 1u, x));
  }
  fft(t);
  for (var i = 0u; i < 16u; i++) { v[i] = (v[i] * response[t + i * T]).yx; }
  fft(t);
  for (var i = 0u; i < 16u; i++) {
    let x = t + i * T;
    if (x < WIDTH) {
      filtered[first * WIDTH + x] = v[i].y;
      if (first + 1u < HEIGHT) { filtered[(first + 1u) * WIDTH + x] = v[i].x; }
    }
  }
}
`;
