/** A pixel that differs from its neighbourhood's median by more than this part of the median is a zinger. */
export const ZINGER_RATIO = 0.5;

/**
 * Replaces zingers in one frame by the median of the (2 radius + 1) square around them, windows clipped at the
 * frame's edges. Radius 0 leaves the frame alone. Where `marks` are given, only pixels whose mark is not 0 are looked at.
 */
export function dezinger(
  frame: Float32Array,
  width: number,
  height: number,
  radius: number,
  marks?: Uint8Array,
): void {
  if (radius <= 0) return;
  const window = new Float32Array((2 * radius + 1) ** 2);
  // Replaced only in the end, so that no median is that of medians.
  const replaced: { readonly pixel: number; readonly median: number }[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const pixel = y * width + x;
      if (marks?.[pixel] === 0) continue;
      const value = frame[pixel] as number;
      const count = gather(frame, width, height, x, y, radius, window);
      if (!standsOut(value, window, count)) continue;
      const median = medianOf(window.subarray(0, count));
      if (Math.abs(median - value) > ZINGER_RATIO * Math.abs(median)) replaced.push({ pixel, median });
    }
  }
  for (const { pixel, median } of replaced) frame[pixel] = median;
}

/**
 * Can the median be far enough from `value`? Only when half of the window is; counting that is many times faster than
 * finding the median, which few pixels then need.
 */
function standsOut(value: number, window: Float32Array, count: number): boolean {
  if (!(value > 0)) return true;
  const low = value / (1 + ZINGER_RATIO);
  const high = value / (1 - ZINGER_RATIO);
  let below = 0;
  let above = 0;
  for (let i = 0; i < count; i++) {
    const neighbour = window[i] as number;
    if (neighbour < low) below += 1;
    else if (neighbour > high) above += 1;
  }
  return 2 * Math.max(below, above) >= count - 1;
}

function gather(
  source: Float32Array,
  width: number,
  height: number,
  x: number,
  y: number,
  radius: number,
  window: Float32Array,
): number {
  let count = 0;
  for (let row = Math.max(0, y - radius); row <= Math.min(height - 1, y + radius); row++)
    for (let column = Math.max(0, x - radius); column <= Math.min(width - 1, x + radius); column++)
      window[count++] = source[row * width + column] as number;
  return count;
}

function medianOf(values: Float32Array): number {
  values.sort();
  const middle = values.length >> 1;
  const upper = values[middle] as number;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] as number)) / 2;
}
