// Counts to line integrals, eight detector rows into a block (see filter.ts).

/** How pixels lie in memory; those of transmission have been corrected by dark and flat field. */
const FORMAT_U8 = 0;
const FORMAT_U16 = 1;
const FORMAT_TRANSMISSION = 3;

const SMALLEST_TRANSMISSION: f32 = 1e-6;
/** Bits of the square root of 1/2, and how many bits the mantissa of a float has. */
const ROOT_HALF = 0x3f3504f3;
const MANTISSA_BITS = 23;

/**
 * -ln((counts - dark) gain) of `rows` rows of `width` pixels into a block, whose remaining rows and columns up to
 * `columns` become zero. Reads up to three pixels beyond the last row.
 */
export function integralsBlock(
  block: usize,
  columns: usize,
  counts: usize,
  format: i32,
  dark: usize,
  gain: usize,
  rows: usize,
  width: usize,
): void {
  const bytes: usize = format == FORMAT_U8 ? 1 : format == FORMAT_U16 ? 2 : 4;
  for (let s: usize = 0; s < width; s += 4) {
    const column = block + s * 32;
    for (let half: usize = 0; half < 2; half++) {
      const row = half * 4;
      const v0 = row < rows ? integrals(counts, format, bytes, dark, gain, row * width + s) : f32x4.splat(0);
      const v1 =
        row + 1 < rows ? integrals(counts, format, bytes, dark, gain, (row + 1) * width + s) : f32x4.splat(0);
      const v2 =
        row + 2 < rows ? integrals(counts, format, bytes, dark, gain, (row + 2) * width + s) : f32x4.splat(0);
      const v3 =
        row + 3 < rows ? integrals(counts, format, bytes, dark, gain, (row + 3) * width + s) : f32x4.splat(0);
      const t0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
      const out = column + half * 16;
      v128.store(out, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5), 0);
      v128.store(out, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7), 32);
      v128.store(out, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5), 64);
      v128.store(out, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7), 96);
    }
  }
  memory.fill(block + width * 32, 0, (columns - width) * 32);
}

/** Four pixels from number `pixel` on. */
function integrals(counts: usize, format: i32, bytes: usize, dark: usize, gain: usize, pixel: usize): v128 {
  const at = counts + pixel * bytes;
  let value: v128;
  if (format == FORMAT_U16)
    value = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
  else if (format == FORMAT_U8)
    value = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
  else value = v128.load(at);
  const floor = f32x4.splat(SMALLEST_TRANSMISSION);
  if (format == FORMAT_TRANSMISSION) return minusLog(f32x4.max(value, floor));
  const offset = pixel * 4;
  const transmission = f32x4.mul(f32x4.sub(value, v128.load(dark + offset)), v128.load(gain + offset));
  return minusLog(f32x4.max(transmission, floor));
}

/**
 * -ln x to one unit in the last place: x = m 2^e with m around 1, ln m by the polynomial of Cephes's logf (S. Moshier). What is not a
 * number stays none.
 */
function minusLog(x: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(x, i32x4.splat(ROOT_HALF)), MANTISSA_BITS);
  const m = f32x4.sub(i32x4.sub(x, i32x4.shl(exponent, MANTISSA_BITS)), f32x4.splat(1));
  const e = f32x4.convert_i32x4_s(exponent);
  let y = f32x4.splat(7.0376836292e-2);
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.151461031e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.167699874e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.2420140846e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(1.4249322787e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-1.6668057665e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(2.0000714765e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(-2.4999993993e-1));
  y = f32x4.add(f32x4.mul(y, m), f32x4.splat(3.3333331174e-1));
  const square = f32x4.mul(m, m);
  y = f32x4.mul(f32x4.mul(y, m), square);
  y = f32x4.sub(y, f32x4.mul(e, f32x4.splat(2.1219444e-4)));
  y = f32x4.sub(y, f32x4.mul(square, f32x4.splat(0.5)));
  const log = f32x4.add(f32x4.add(m, y), f32x4.mul(e, f32x4.splat(0.693359375)));
  return f32x4.neg(log);
}
