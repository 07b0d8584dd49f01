const BINS = 256;

/** How far from the mean gray values count, in standard deviations. */
const BELOW = 4;
const ABOVE = 6;

/**
 * Entropy of the distribution of gray values of a square slice, in nats, after its noise is smoothed: least where edges are
 * sharp and nothing is smeared over what should be even.
 */
export function grayEntropy(slice: Float32Array, width: number): number {
  const smooth = boxed(boxed(slice, width), width);
  let sum = 0;
  let squares = 0;
  for (const value of smooth) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / smooth.length;
  const sigma = Math.sqrt(Math.max(0, squares / smooth.length - mean * mean));
  if (sigma === 0) return 0;
  const low = mean - BELOW * sigma;
  const counts = new Float64Array(BINS);
  for (const value of smooth) {
    const bin = Math.floor(((value - low) / ((BELOW + ABOVE) * sigma)) * BINS);
    if (bin >= 0 && bin < BINS) counts[bin] = (counts[bin] as number) + 1;
  }
  let entropy = 0;
  for (const count of counts) {
    const part = count / smooth.length;
    if (part > 0) entropy -= part * Math.log(part);
  }
  return entropy;
}

/** Mean over three by three pixels; the outermost pixels become zero. */
function boxed(slice: Float32Array, width: number): Float32Array {
  const out = new Float32Array(slice.length);
  const across = new Float32Array(slice.length);
  for (let i = 1; i < slice.length - 1; i++)
    across[i] = (slice[i - 1] as number) + (slice[i] as number) + (slice[i + 1] as number);
  for (let y = 1; y < slice.length / width - 1; y++)
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      out[i] = ((across[i - width] as number) + (across[i] as number) + (across[i + width] as number)) / 9;
    }
  return out;
}
