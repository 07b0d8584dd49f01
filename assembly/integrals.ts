// Counts to line integrals, eight detector rows into a block (see filter.ts).
import { plus } from "./fused";

/** How pixels lie in memory; any other number means floats. */
const FORMAT_U8 = 0;
const FORMAT_U16 = 1;

const SMALLEST_TRANSMISSION: f32 = 1e-6;
/** Bits of the square root of 1/2, and those of the exponent of a float. */
const ROOT_HALF = 0x3f3504f3;
const MANTISSA_BITS = 23;
const EXPONENT = 0xff800000;

/**
 * -ln((counts - dark) gain) of `rows` rows of `width` pixels into a block, whose columns from there up to `columns` become zero; where
 * there are fewer than eight rows, its other rows mean nothing. Reads up to three pixels beyond a row.
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
  if (format == FORMAT_U16) fillBlock<u16>(block, counts, dark, gain, rows, width);
  else if (format == FORMAT_U8) fillBlock<u8>(block, counts, dark, gain, rows, width);
  else fillBlock<f32>(block, counts, dark, gain, rows, width);
  memory.fill(block + width * 32, 0, (columns - width) * 32);
}

function fillBlock<T>(
  block: usize,
  counts: usize,
  dark: usize,
  gain: usize,
  rows: usize,
  width: usize,
): void {
  const last = rows - 1;
  for (let half: usize = 0; half < 2; half++) {
    const row = half * 4;
    let p0 = min(row, last) * width;
    let p1 = min(row + 1, last) * width;
    let p2 = min(row + 2, last) * width;
    let p3 = min(row + 3, last) * width;
    const end = p0 + width;
    let out = block + half * 16;
    do {
      const v0 = integrals<T>(counts, dark, gain, p0);
      const v1 = integrals<T>(counts, dark, gain, p1);
      const v2 = integrals<T>(counts, dark, gain, p2);
      const v3 = integrals<T>(counts, dark, gain, p3);
      const t0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5), 0);
      v128.store(out, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7), 32);
      v128.store(out, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5), 64);
      v128.store(out, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7), 96);
      out += 128;
      p0 += 4;
      p1 += 4;
      p2 += 4;
      p3 += 4;
    } while (p0 < end);
  }
}

/** Four pixels from number `pixel` on. */
@inline
function integrals<T>(counts: usize, dark: usize, gain: usize, pixel: usize): v128 {
  const at = counts + pixel * sizeof<T>();
  let value: v128;
  if (sizeof<T>() == 2) value = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load64_zero(at)));
  else if (sizeof<T>() == 1)
    value = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at))));
  else value = v128.load(at);
  const transmission = f32x4.mul(f32x4.sub(value, v128.load(dark + pixel * 4)), v128.load(gain + pixel * 4));
  // In this order what is not a number stays none.
  return minusLog(f32x4.pmax(transmission, f32x4.splat(SMALLEST_TRANSMISSION)));
}

/**
 * -ln x to 2e-7: x = u 2^e with u between the square roots of 1/2 and 2, and ln u = 2 artanh t with t = (u - 1) / (u + 1), whose
 * series in t^2 ends soon: three terms with the least error there is.
 */
@inline
function minusLog(x: v128): v128 {
  const fromRootHalf = i32x4.sub(x, i32x4.splat(ROOT_HALF));
  const exponent = f32x4.convert_i32x4_s(i32x4.shr_s(fromRootHalf, MANTISSA_BITS));
  const u = i32x4.sub(x, v128.and(fromRootHalf, i32x4.splat(EXPONENT)));
  const one = f32x4.splat(1);
  const t = f32x4.div(f32x4.sub(u, one), f32x4.add(u, one));
  const square = f32x4.mul(t, t);
  let y = plus(square, f32x4.splat(-0.4129491), f32x4.splat(-0.66652267));
  y = plus(y, square, f32x4.splat(-2.0000002));
  return plus(exponent, f32x4.splat(-0.6931472), f32x4.mul(y, t));
}
