// Counts to line integrals, eight detector rows into a block (see filter.ts).
import { IMAGINARY, POINT } from "./butterflies";
import { plus } from "./fused";
import { storeTransposed } from "./transpose";

/** How pixels lie in memory; any other number means transmission as floats, which needs no dark field or gain any more. */
const FORMAT_U8 = 0;
const FORMAT_U16 = 1;
const FORMAT_F32 = 2;

const SMALLEST_TRANSMISSION: f32 = 1e-6;
/** Bits of the square root of 1/2, and those of the exponent of a float. */
const ROOT_HALF = 0x3f3504f3;
const EXPONENT = 0xff800000;
/** -ln 2 for each unit of the exponent, whose bits begin at 2^23. */
const EXPONENT_LOG: f32 = <f32>(-0.69314718 / 8388608);

/** Bytes of four pixels of a detector column. */
const FOUR: usize = 16;

/** Bytes of four rows of a field, with the columns that are written beyond the last. */
@inline
function streamBytes(width: usize): usize {
  return ((width + 3) & ~3) * FOUR;
}

/**
 * Lays an image, the dark field (part 0) or the gain (part 1), out as `integralsBlock` takes it: for each four rows the dark field column by column,
 * then the gain. Rows beyond the last, up to a multiple of eight, repeat it. Reads up to three pixels beyond a row.
 */
export function layField(image: usize, part: usize, fields: usize, width: usize, height: usize): void {
  const last = height - 1;
  const end = (height + 7) & ~7;
  for (let row: usize = 0; row < end; row += 4) {
    const p0 = image + min(row, last) * width * 4;
    const p1 = image + min(row + 1, last) * width * 4;
    const p2 = image + min(row + 2, last) * width * 4;
    const p3 = image + min(row + 3, last) * width * 4;
    const out = fields + ((row >> 1) + part) * streamBytes(width);
    storeColumns(out, out + width * FOUR, FOUR, p0, p1, p2, p3);
  }
}

/**
 * -ln((counts - dark) gain) of `rows` rows of `width` pixels, those from eight times `index` on, into a block, whose columns from there up to `columns`
 * become zero; where there are fewer than eight rows, its other rows mean nothing. Reads up to seven pixels beyond a row.
 */
export function integralsBlock(
  block: usize,
  columns: usize,
  counts: usize,
  format: i32,
  fields: usize,
  index: usize,
  rows: usize,
  width: usize,
): void {
  const end = block + width * POINT;
  const field = fields + index * streamBytes(width) * 4;
  const pixel = index * width * 8;
  if (format == FORMAT_U16) fillIntegers<u16>(block, end, counts + pixel * 2, field, rows, width);
  else if (format == FORMAT_U8) fillIntegers<u8>(block, end, counts + pixel, field, rows, width);
  else {
    fillFloats(block, end, counts + pixel * 4, rows, width);
    if (format == FORMAT_F32) correct(block, end, field, width);
    for (let at = block; at < end; at += 16) v128.store(at, integral(v128.load(at)));
  }
  memory.fill(end, 0, (columns - width) * POINT);
}

function fillIntegers<T>(block: usize, end: usize, counts: usize, field: usize, rows: usize, width: usize): void {
  const last = rows - 1;
  const row = width * sizeof<T>();
  const to1 = min(1, last) * row;
  const to2 = min(2, last) * row;
  const to3 = min(3, last) * row;
  const to4 = min(4, last) * row;
  const to5 = min(5, last) * row;
  const to6 = min(6, last) * row;
  const to7 = min(7, last) * row;
  // Four streams of fields, which come from memory sooner than one.
  let dark0 = field;
  let gain0 = dark0 + streamBytes(width);
  let dark1 = gain0 + streamBytes(width);
  let gain1 = dark1 + streamBytes(width);
  do {
    fourRows<T>(block, dark0, gain0, counts, counts + to1, counts + to2, counts + to3);
    fourRows<T>(block + IMAGINARY, dark1, gain1, counts + to4, counts + to5, counts + to6, counts + to7);
    counts += 8 * sizeof<T>();
    dark0 += 8 * FOUR;
    gain0 += 8 * FOUR;
    dark1 += 8 * FOUR;
    gain1 += 8 * FOUR;
    block += 8 * POINT;
  } while (block < end);
}

/** Eight pixels of four rows. */
@inline
function fourRows<T>(out: usize, dark: usize, gain: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  const v0 = eight<T>(p0);
  const v1 = eight<T>(p1);
  const v2 = eight<T>(p2);
  const v3 = eight<T>(p3);
  const t0 = v128.shuffle<u16>(v0, v1, 0, 8, 1, 9, 2, 10, 3, 11);
  const t1 = v128.shuffle<u16>(v0, v1, 4, 12, 5, 13, 6, 14, 7, 15);
  const t2 = v128.shuffle<u16>(v2, v3, 0, 8, 1, 9, 2, 10, 3, 11);
  const t3 = v128.shuffle<u16>(v2, v3, 4, 12, 5, 13, 6, 14, 7, 15);
  storePair(out, dark, gain, v128.shuffle<u32>(t0, t2, 0, 4, 1, 5));
  storePair(out + 2 * POINT, dark + 2 * FOUR, gain + 2 * FOUR, v128.shuffle<u32>(t0, t2, 2, 6, 3, 7));
  storePair(out + 4 * POINT, dark + 4 * FOUR, gain + 4 * FOUR, v128.shuffle<u32>(t1, t3, 0, 4, 1, 5));
  storePair(out + 6 * POINT, dark + 6 * FOUR, gain + 6 * FOUR, v128.shuffle<u32>(t1, t3, 2, 6, 3, 7));
}

/** Eight pixels as 16-bit numbers. */
@inline
function eight<T>(at: usize): v128 {
  return sizeof<T>() == 2 ? v128.load(at) : i16x8.extend_low_i8x16_u(v128.load64_zero(at));
}

/** Line integrals of two columns of counts. */
@inline
function storePair(out: usize, dark: usize, gain: usize, counts: v128): void {
  const first = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(counts));
  v128.store(out, integral(f32x4.mul(f32x4.sub(first, v128.load(dark)), v128.load(gain))));
  const second = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(counts));
  v128.store(out, integral(f32x4.mul(f32x4.sub(second, v128.load(dark, FOUR)), v128.load(gain, FOUR))), POINT);
}

/** Floats as they are. */
function fillFloats(block: usize, end: usize, floats: usize, rows: usize, width: usize): void {
  const last = rows - 1;
  for (let half: usize = 0; half < 2; half++) {
    const row = half * 4;
    const p0 = floats + min(row, last) * width * 4;
    const p1 = floats + min(row + 1, last) * width * 4;
    const p2 = floats + min(row + 2, last) * width * 4;
    const p3 = floats + min(row + 3, last) * width * 4;
    storeColumns(block + half * IMAGINARY, end, POINT, p0, p1, p2, p3);
  }
}

/** Four rows of floats as columns, `step` bytes apart. Writes up to three columns more. */
function storeColumns(out: usize, end: usize, step: usize, p0: usize, p1: usize, p2: usize, p3: usize): void {
  for (let x: usize = 0; out < end; x += 16, out += 4 * step)
    storeTransposed(out, step, v128.load(p0 + x), v128.load(p1 + x), v128.load(p2 + x), v128.load(p3 + x));
}

/** Counts in a block to transmission. */
function correct(block: usize, end: usize, dark: usize, width: usize): void {
  const toGain = streamBytes(width);
  const toOthers = toGain * 2;
  for (; block < end; block += POINT, dark += FOUR)
    for (let part: usize = 0; part < 2; part++) {
      const field = dark + part * toOthers;
      const counts = v128.load(block + part * IMAGINARY);
      const value = f32x4.mul(f32x4.sub(counts, v128.load(field)), v128.load(field + toGain));
      v128.store(block + part * IMAGINARY, value);
    }
}

@inline
function integral(transmission: v128): v128 {
  // In this order what is not a number stays none.
  return minusLog(f32x4.pmax(transmission, f32x4.splat(SMALLEST_TRANSMISSION)));
}

/**
 * -ln x to 2e-7: x = u 2^e with u between the square roots of 1/2 and 2, and ln u = 2 artanh t with t = (u - 1) / (u + 1), whose
 * series in t^2 ends soon: three terms with the least error there is.
 */
@inline
function minusLog(x: v128): v128 {
  const exponent = v128.and(i32x4.sub(x, i32x4.splat(ROOT_HALF)), i32x4.splat(EXPONENT));
  const u = i32x4.sub(x, exponent);
  const one = f32x4.splat(1);
  const t = f32x4.div(f32x4.sub(u, one), f32x4.add(u, one));
  const square = f32x4.mul(t, t);
  let y = plus(square, f32x4.splat(-0.4129491), f32x4.splat(-0.66652267));
  y = plus(y, square, f32x4.splat(-2.0000002));
  return plus(f32x4.convert_i32x4_s(exponent), f32x4.splat(EXPONENT_LOG), f32x4.mul(y, t));
}
