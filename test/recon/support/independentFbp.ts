import type { FilterType } from "../../../src/recon/pipeline/filters.js";

/** What each filter makes of the ramp at `t` cycles per pixel, from the textbooks. */
const windows: Readonly<Record<FilterType, (t: number) => number>> = {
  Ramp: () => 1,
  "Shepp-logan": (t) => (t === 0 ? 1 : Math.sin(Math.PI * t) / (Math.PI * t)),
  Cosine: (t) => Math.cos(Math.PI * t),
  Hann: (t) => 0.5 + 0.5 * Math.cos(2 * Math.PI * t),
  Butterworth: (t) => 1 / (1 + (t / 0.5) ** 16),
  Parzen: (t) => (t <= 0.25 ? 1 - 6 * (2 * t) ** 2 * (1 - 2 * t) : 2 * (1 - 2 * t) ** 3),
};

const INTERVALS = 4096;

/** The filter in space at distances 0 .. count - 1: the integral of |t| window(t) cos(2 pi t n). */
function kernelOf(type: FilterType, count: number): Float64Array {
  const window = windows[type];
  return Float64Array.from({ length: count }, (_, n) => {
    let sum = 0;
    for (let i = 0; i < INTERVALS; i++) {
      const t = (i + 0.5) / (2 * INTERVALS);
      sum += t * window(t) * Math.cos(2 * Math.PI * t * n);
    }
    return sum / INTERVALS;
  });
}

/**
 * Filtered backprojection of one detector row in double precision, by convolution in space and without anything of the product.
 * `lines[k]` is seen at `degrees[k]`.
 */
export function independentFbp(
  lines: readonly ArrayLike<number>[],
  degrees: readonly number[],
  center: number,
  type: FilterType,
): Float64Array {
  const width = lines[0]?.length ?? 0;
  const half = Math.floor(width / 2);
  const kernel = kernelOf(type, width);
  const image = new Float64Array(width * width);
  lines.forEach((line, view) => {
    const filtered = convolved(line, kernel);
    const theta = ((degrees[view] ?? 0) * Math.PI) / 180;
    const [cosine, sine] = [Math.cos(theta), Math.sin(theta)];
    for (let y = 0; y < width; y++)
      for (let x = 0; x < width; x++) {
        const s = (x - half) * cosine - (y - half) * sine + center;
        const left = Math.floor(s);
        const value = (filtered[left] ?? 0) * (1 - (s - left)) + (filtered[left + 1] ?? 0) * (s - left);
        image[y * width + x] = (image[y * width + x] ?? 0) + (value * Math.PI) / lines.length;
      }
  });
  return image;
}

function convolved(line: ArrayLike<number>, kernel: Float64Array): Float64Array {
  return Float64Array.from(line, (_, x) => {
    let sum = 0;
    for (let i = 0; i < line.length; i++) sum += (line[i] as number) * (kernel[Math.abs(x - i)] as number);
    return sum;
  });
}
