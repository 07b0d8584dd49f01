/** Points that one thread holds: radix 4 takes four butterflies of four. */
export const POINTS_PER_THREAD = 16;

/** Threads that transform a line of `size` points together. */
export const fftThreads = (size: number): number => size / POINTS_PER_THREAD;

/** Bytes of workgroup memory that a line needs: real and imaginary parts take turns in it. */
const fftWorkgroupBytes = (size: number): number => size * Float32Array.BYTES_PER_ELEMENT;

/** Can one workgroup of a GPU transform lines of so many points? */
export const fitsWorkgroup = (points: number, limits: GPUSupportedLimits): boolean =>
  fftThreads(points) <= limits.maxComputeInvocationsPerWorkgroup &&
  fftWorkgroupBytes(points) <= limits.maxComputeWorkgroupStorageSize;

/** exp(-2 pi i k / size) for k < size, as pairs. */
export function twiddles(size: number): Float32Array {
  const table = new Float32Array(2 * size);
  for (let k = 0; k < size; k++) {
    table[2 * k] = Math.cos((2 * Math.PI * k) / size);
    table[2 * k + 1] = -Math.sin((2 * Math.PI * k) / size);
  }
  return table;
}

/**
 * WGSL of a forward FFT of `size` points, a power of two from 16: `fft(t)` called by all threads t < T of a workgroup
 * transforms the line whose point t + i T is in v[i], natural order in and out. Stockham's scheme, radix 4: points stay in
 * registers and change places through workgroup memory. The inverse is the same between two exchanges of real and
 * imaginary part. Binding 0 is `twiddles(size)`.
 */
export const fftShader = (size: number): string => `
const N = ${size}u;
const T = ${fftThreads(size)}u;
@group(0) @binding(0) var<storage, read> twiddles: array<vec2f>;
var<workgroup> line: array<f32, N>;
var<private> v: array<vec2f, 16>;

fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

fn fft(t: u32) {
  var span = 1u;
  for (; span * 4u <= N; span = span * 4u) { radix4(t, span); }
  if (span < N) { radix2(t, span); }
}

fn radix4(t: u32, span: u32) {
  var to: array<u32, 16>;
  for (var b = 0u; b < 4u; b++) {
    let j = t + b * T;
    let k = j % span;
    let step = k * (N / (4u * span));
    let a0 = v[b];
    let a1 = times(v[b + 4u], twiddles[step]);
    let a2 = times(v[b + 8u], twiddles[2u * step]);
    let a3 = times(v[b + 12u], twiddles[3u * step]);
    let even = a0 + a2;
    let odd = a1 + a3;
    let across = a0 - a2;
    let turned = vec2f(a1.y - a3.y, a3.x - a1.x);
    v[b] = even + odd;
    v[b + 4u] = across + turned;
    v[b + 8u] = even - odd;
    v[b + 12u] = across - turned;
    let first = (j - k) * 4u + k;
    to[b] = first;
    to[b + 4u] = first + span;
    to[b + 8u] = first + 2u * span;
    to[b + 12u] = first + 3u * span;
  }
  exchange(t, &to);
}

fn radix2(t: u32, span: u32) {
  var to: array<u32, 16>;
  for (var b = 0u; b < 8u; b++) {
    let j = t + b * T;
    let k = j % span;
    let a0 = v[b];
    let a1 = times(v[b + 8u], twiddles[k * (N / (2u * span))]);
    v[b] = a0 + a1;
    v[b + 8u] = a0 - a1;
    let first = (j - k) * 2u + k;
    to[b] = first;
    to[b + 8u] = first + span;
  }
  exchange(t, &to);
}

fn exchange(t: u32, to: ptr<function, array<u32, 16>>) {
  workgroupBarrier();
  for (var i = 0u; i < 16u; i++) { line[(*to)[i]] = v[i].x; }
  workgroupBarrier();
  for (var i = 0u; i < 16u; i++) { v[i].x = line[t + i * T]; }
  workgroupBarrier();
  for (var i = 0u; i < 16u; i++) { line[(*to)[i]] = v[i].y; }
  workgroupBarrier();
  for (var i = 0u; i < 16u; i++) { v[i].y = line[t + i * T]; }
}
`;
