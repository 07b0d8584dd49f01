import { Fft, nextPowerOfTwo } from "../../libcom/fft.js";

/** The states of FilterType, in its order: tomoStream's, then ours. */
export const FILTER_TYPES = ["Parzen", "Shepp-logan", "Ramp", "Butterworth", "Hann", "Cosine"] as const;

export type FilterType = (typeof FILTER_TYPES)[number];

/** What each filter does to the ramp, at `t` cycles per pixel (0 .. 0.5). */
const windows: Readonly<Record<FilterType, (t: number) => number>> = {
  // Parzen's window. tomoStream's (1 - 2t)^3 has a corner at zero frequency, whose wide tails falsify mean values.
  Parzen: (t) => (t <= 0.25 ? 1 - 24 * t ** 2 * (1 - 2 * t) : 2 * (1 - 2 * t) ** 3),
  "Shepp-logan": (t) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)),
  Ramp: () => 1,
  Butterworth: (t) => 1 / (1 + (2 * t) ** 16),
  Hann: (t) => (1 + Math.cos(2 * Math.PI * t)) / 2,
  Cosine: (t) => Math.cos(Math.PI * t),
};

/**
 * The filter at each frequency 0 .. size - 1 of a transform of `size` points, in cycles per pixel. The ramp is the
 * transform of its band-limited kernel (Kak and Slaney, equation 61), not |t| sampled: its small value at zero
 * frequency is what makes the mean of a slice right.
 */
export function filterResponse(type: FilterType, size: number): Float64Array {
  const ramp = rampResponse(size);
  const window = windows[type];
  return ramp.map((value, k) => value * window(Math.min(k, size - k) / size));
}

function rampResponse(size: number): Float64Array {
  const re = new Float64Array(size);
  const im = new Float64Array(size);
  re[0] = 1 / 4;
  for (let distance = 1; distance <= size / 2; distance += 2) {
    const value = -1 / (Math.PI * distance) ** 2;
    re[distance] = value;
    re[size - distance] = value;
  }
  const fft = new Fft(size);
  fft.forward(re, im);
  const response = new Float64Array(size);
  fft.order.forEach((k, position) => {
    response[k] = re[position] ?? 0;
  });
  return response;
}

/**
 * Filters detector rows of `width` pixels for backprojection. Rows are padded with zeros to the next power of two
 * of at least twice their width, so that nothing wraps around; two rows share one complex transform, which needs
 * no unpacking because the filter is real and even.
 */
export class RowFilter {
  readonly width: number;
  readonly type: FilterType;
  readonly #fft: Fft;
  readonly #response: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;

  constructor(width: number, type: FilterType) {
    this.width = width;
    this.type = type;
    this.#fft = new Fft(nextPowerOfTwo(2 * width));
    const response = filterResponse(type, this.#fft.size);
    this.#response = Float64Array.from(this.#fft.order, (k) => (response[k] ?? 0) / this.#fft.size);
    this.#re = new Float64Array(this.#fft.size);
    this.#im = new Float64Array(this.#fft.size);
  }

  /** Filters `rowCount` rows in place. */
  apply(rows: Float32Array, rowCount: number): void {
    for (let row = 0; row < rowCount; row += 2) {
      const first = rows.subarray(row * this.width, (row + 1) * this.width);
      const second = rows.subarray((row + 1) * this.width, Math.min(row + 2, rowCount) * this.width);
      this.#filterPair(first, second);
    }
  }

  #filterPair(first: Float32Array, second: Float32Array): void {
    const re = this.#re;
    const im = this.#im;
    const response = this.#response;
    re.set(first);
    re.fill(0, first.length, re.length / 2);
    im.set(second);
    im.fill(0, second.length, im.length / 2);
    this.#fft.forwardPadded(re, im);
    for (let i = 0; i < response.length; i++) {
      const h = response[i] as number;
      re[i] = (re[i] as number) * h;
      im[i] = (im[i] as number) * h;
    }
    this.#fft.inverseCropped(re, im);
    for (let x = 0; x < first.length; x++) first[x] = re[x] as number;
    for (let x = 0; x < second.length; x++) second[x] = im[x] as number;
  }
}
