/**
 * Bitshuffle: the first bit of all elements, then the second bit, and so on, so that bits that seldom change stand together. For a number
 * of elements that is a multiple of eight. `forward` shuffles, else it is undone.
 */
export function bitshuffle(from: Uint8Array, to: Uint8Array, elementBytes: number, forward: boolean): void {
  const elements = from.length / elementBytes;
  const rowBytes = elements / 8;
  for (let byte = 0; byte < elementBytes; byte++)
    for (let group = 0; group < rowBytes; group++) {
      // Eight elements have one byte in each of eight rows.
      const element = 8 * group * elementBytes + byte;
      const row = 8 * byte * rowBytes + group;
      const [start, step, target, targetStep] = forward
        ? [element, elementBytes, row, rowBytes]
        : [row, rowBytes, element, elementBytes];
      let low = 0;
      let high = 0;
      for (let i = 0; i < 4; i++) {
        low |= (from[start + i * step] ?? 0) << (8 * i);
        high |= (from[start + (i + 4) * step] ?? 0) << (8 * i);
      }
      [low, high] = transposed(low, high);
      for (let i = 0; i < 4; i++) {
        to[target + i * targetStep] = low >>> (8 * i);
        to[target + (i + 4) * targetStep] = high >>> (8 * i);
      }
    }
}

/** Eight bytes of eight bits with rows and columns exchanged: 2 x 2 bits, then blocks of two, then of four. */
function transposed(low: number, high: number): [number, number] {
  let [a, b] = [low, high];
  let t = (a ^ (a >>> 7)) & 0x00aa00aa;
  a ^= t ^ (t << 7);
  t = (b ^ (b >>> 7)) & 0x00aa00aa;
  b ^= t ^ (t << 7);
  t = (a ^ (a >>> 14)) & 0x0000cccc;
  a ^= t ^ (t << 14);
  t = (b ^ (b >>> 14)) & 0x0000cccc;
  b ^= t ^ (t << 14);
  const upper = (b & 0x0f0f0f0f) << 4;
  const lower = (a >>> 4) & 0x0f0f0f0f;
  return [(a & 0x0f0f0f0f) | upper, (b & ~0x0f0f0f0f) | lower];
}
