// Backprojection of filtered blocks (see filter.ts) to the three slices. The sums of the x- and y-slice are blocks too: eight rows
// side by side for each column.
import { picked, plus } from "./fused";

/** An entry of a vertical slice's table: byte offset of the detector column, weights of it and of the next. */
const ENTRY: usize = 12;

/** Adds a filtered block to eight rows of the x- or y-slice, columns `from` up to `to`. */
export function addVertical(block: usize, sums: usize, table: usize, from: usize, to: usize): void {
  const end = sums + to * 32;
  for (let sum = sums + from * 32, entry = table + from * ENTRY; sum < end; sum += 32, entry += ENTRY) {
    const column = block + <usize>load<u32>(entry);
    const left = v128.load32_splat(entry, 4);
    const right = v128.load32_splat(entry, 8);
    const low = plus(v128.load(column), left, v128.load(sum));
    const high = plus(v128.load(column, 16), left, v128.load(sum, 16));
    v128.store(sum, plus(v128.load(column, 32), right, low));
    v128.store(sum, plus(v128.load(column, 48), right, high), 16);
  }
}

/** Zeros before the first pixel of a row of the z-slice, so that no position is below them however it is rounded. */
const MARGIN = 2;

/** Fractions of a position as the vectors have them; where a group of pixels begins it has 32 bits of them. */
const FRACTION_BITS = 18;
const FRACTION = (1 << FRACTION_BITS) - 1;
const START_BITS = 32;
const START_ONE: f64 = 4294967296;

/** Bytes of a row's values, and as many of differences: `width` of them, margins, and what is read beyond. */
@inline
function rowBytes(width: i32): usize {
  return <usize>(width + 8) * 4;
}

/**
 * Row `lane` of a block, `weight` times, as `addFlatZ` takes it: its values, and behind them what for each unit of a position's fraction
 * the next column adds to each. Zeros surround it.
 */
export function copyRow(block: usize, lane: usize, row: usize, width: i32, weight: f32): void {
  const from = block + lane * 4;
  const differences = rowBytes(width);
  let value: f32 = 0;
  for (let s = -MARGIN; s < width + MARGIN; s++) {
    const next = s + 1 >= 0 && s + 1 < width ? load<f32>(from + <usize>(s + 1) * 32) * weight : <f32>0;
    store<f32>(row, value);
    store<f32>(row + differences, (next - value) * <f32>(1 / <f64>(1 << FRACTION_BITS)));
    value = next;
    row += 4;
  }
}

/**
 * Adds a detector row (see `copyRow`) to lines `fromLine` up to `toLine` of the z-slice. Four pixels in a row see no more than five
 * columns in a row: two loads, and each lane picks its own.
 */
export function addFlatZ(
  row: usize,
  sums: usize,
  width: i32,
  fromLine: i32,
  toLine: i32,
  center: f64,
  cosine: f64,
  sine: f64,
): void {
  const half = width >> 1;
  const differences = rowBytes(width);
  const step = <i64>nearest(cosine * START_ONE);
  const lanes = lanesOf(step);
  const toLowest = min(3 * step, 0);
  for (let y = fromLine; y < toLine; y++) {
    const start = center - <f64>(y - half) * sine - <f64>half * cosine;
    const from = firstInside(start + 1, cosine, width);
    const to = endInside(start + 1, cosine, width);
    let position = <i64>nearest((start + <f64>from * cosine + MARGIN) * START_ONE);
    let at = sums + (<usize>y * <usize>width + <usize>from) * 4;
    let x = from;
    const lastGroup = to - 4;
    if (x <= lastGroup)
      do {
        const lowest = position + toLowest;
        const column = row + columnBytes(lowest);
        const positions = i32x4.add(i32x4.splat(fractionOf(lowest)), lanes);
        const columns = picks(positions);
        const values = picked(v128.load(column), columns);
        const slopes = picked(v128.load(column + differences), columns);
        v128.store(at, plus(slopes, fractions(positions), f32x4.add(v128.load(at), values)));
        x += 4;
        at += 16;
        position += 4 * step;
      } while (x <= lastGroup);
    for (; x < to; x++, at += 4, position += step) {
      const column = row + columnBytes(position);
      store<f32>(at, load<f32>(at) + load<f32>(column) + load<f32>(column + differences) * <f32>fractionOf(position));
    }
  }
}

/** Byte offset of the column at or before a position. */
@inline
function columnBytes(position: i64): usize {
  return <usize>(position >> (START_BITS - 2)) & ~3;
}

@inline
function fractionOf(position: i64): i32 {
  return <i32>(position >> (START_BITS - FRACTION_BITS)) & FRACTION;
}

/** How far each of four pixels lies from the one that is lowest on the detector. */
function lanesOf(step: i64): v128 {
  const one = <i32>(abs(step) >> (START_BITS - FRACTION_BITS));
  return i32x4.mul(i32x4.splat(one), step < 0 ? i32x4(3, 2, 1, 0) : i32x4(0, 1, 2, 3));
}

/** For each lane the bytes of the column that it is in, 0 to 3: these two bits are bits 2 and 3 of the third byte. */
@inline
function picks(positions: v128): v128 {
  const thirds = v128.shuffle<u8>(positions, positions, 2, 2, 2, 2, 6, 6, 6, 6, 10, 10, 10, 10, 14, 14, 14, 14);
  return v128.or(v128.and(thirds, i8x16.splat(12)), i32x4.splat(0x03020100));
}

@inline
function fractions(positions: v128): v128 {
  return f32x4.convert_i32x4_s(v128.and(positions, i32x4.splat(FRACTION)));
}

/** First x in 0 .. width with 0 <= start + x step < width + 1; `width` when there is none. */
function firstInside(start: f64, step: f64, width: i32): i32 {
  const end = <f64>(width + 1);
  if (abs(step) < 1e-12) return start >= 0 && start < end ? 0 : width;
  const bound = step > 0 ? -start / step : (end - start) / step;
  let x = <i32>max<f64>(0, min<f64>(ceil(bound), <f64>width));
  while (x < width && !isInside(start + <f64>x * step, end)) {
    if (step > 0 ? start + <f64>x * step >= end : start + <f64>x * step < 0) return width;
    x++;
  }
  return x;
}

/** One behind the last such x; at most `firstInside` when there is none. */
function endInside(start: f64, step: f64, width: i32): i32 {
  const end = <f64>(width + 1);
  if (abs(step) < 1e-12) return start >= 0 && start < end ? width : 0;
  const bound = step > 0 ? (end - start) / step : -start / step;
  let x = <i32>max<f64>(0, min<f64>(floor(bound) + 1, <f64>width));
  while (x > 0 && !isInside(start + <f64>(x - 1) * step, end)) {
    if (step > 0 ? start + <f64>(x - 1) * step < 0 : start + <f64>(x - 1) * step >= end) return 0;
    x--;
  }
  return x;
}

function isInside(s: f64, end: f64): bool {
  return s >= 0 && s < end;
}

/**
 * The same for a tilted z-slice, whose columns lie on detector rows of their own. `path` is four tables of `width` entries: the distance along
 * x as doubles, byte offsets in `filtered`, all blocks of `width` columns, of the detector rows above and below (negative above: the
 * column is outside), and how far below the first one it lies, as float.
 */
export function addTiltedZ(
  filtered: usize,
  sums: usize,
  path: usize,
  width: i32,
  fromLine: i32,
  toLine: i32,
  center: f64,
  cosine: f64,
  sine: f64,
  weight: f32,
): void {
  const half = width >> 1;
  const uppers = path + <usize>width * 8;
  const lowers = uppers + <usize>width * 4;
  const depths = lowers + <usize>width * 4;
  const cosines = f64x2.splat(cosine);
  const weights = f32x4.splat(weight);
  for (let y = fromLine; y < toLine; y++) {
    const start = center - <f64>(y - half) * sine;
    const starts = f64x2.splat(start);
    const line = sums + <usize>y * <usize>width * 4;
    for (let x = 0; x < width; x += 4) {
      const isWhole = x + 4 <= width;
      const first = f64x2.add(f64x2.mul(v128.load(path + <usize>x * 8), cosines), starts);
      const second = f64x2.add(f64x2.mul(v128.load(path + <usize>x * 8, 16), cosines), starts);
      const upper = v128.load(uppers + <usize>x * 4);
      // Positions and rows go one way along a line: what holds for the outer two of four columns holds for the inner.
      if (
        !isWhole ||
        !isBetween(f64x2.extract_lane(first, 0), width) ||
        !isBetween(f64x2.extract_lane(second, 1), width) ||
        i32x4.extract_lane(upper, 0) < 0 ||
        i32x4.extract_lane(upper, 3) < 0
      ) {
        const end = isWhole ? x + 4 : width;
        for (let one = x; one < end; one++) addTiltedPixel(filtered, line, path, width, one, start, cosine, weight);
        continue;
      }
      const left = i32x4.trunc_sat_f64x2_s_zero(first);
      const right = i32x4.trunc_sat_f64x2_s_zero(second);
      const columns = v128.shuffle<i32>(left, right, 0, 1, 4, 5);
      const fraction = v128.shuffle<f32>(
        f32x4.demote_f64x2_zero(f64x2.sub(first, f64x2.convert_low_i32x4_s(left))),
        f32x4.demote_f64x2_zero(f64x2.sub(second, f64x2.convert_low_i32x4_s(right))),
        0,
        1,
        4,
        5,
      );
      const places = i32x4.add(i32x4.shl(columns, 5), i32x4.splat(<i32>filtered));
      const lower = v128.load(lowers + <usize>x * 4);
      const above = i32x4.add(places, upper);
      const below = i32x4.add(places, lower);
      const depth = v128.load(depths + <usize>x * 4);
      const value = i32x4.all_true(i32x4.eq(i32x4.sub(lower, upper), i32x4.splat(4)))
        ? sampledInBlock(above, fraction, depth)
        : between(between(gather(above, 0), gather(above, 32), fraction), between(gather(below, 0), gather(below, 32), fraction), depth);
      const at = line + <usize>x * 4;
      v128.store(at, plus(value, weights, v128.load(at)));
    }
  }
}

/** Has a position a detector column on both sides? */
@inline
function isBetween(s: f64, width: i32): bool {
  return s >= 0 && s < <f64>(width - 1);
}

/** a + (b - a) part */
@inline
function between(a: v128, b: v128, part: v128): v128 {
  return plus(f32x4.sub(b, a), part, a);
}

/** The floats at four addresses. */
@inline
function gather(addresses: v128, behind: usize): v128 {
  let values = v128.load32_zero(<usize>i32x4.extract_lane(addresses, 0) + behind);
  values = v128.load32_lane(<usize>i32x4.extract_lane(addresses, 1) + behind, values, 1);
  values = v128.load32_lane(<usize>i32x4.extract_lane(addresses, 2) + behind, values, 2);
  return v128.load32_lane(<usize>i32x4.extract_lane(addresses, 3) + behind, values, 3);
}

/** Four pixels whose rows stand side by side in one block: one load for both. */
@inline
function sampledInBlock(addresses: v128, fraction: v128, depth: v128): v128 {
  const first = <usize>i32x4.extract_lane(addresses, 0);
  const second = <usize>i32x4.extract_lane(addresses, 1);
  const third = <usize>i32x4.extract_lane(addresses, 2);
  const fourth = <usize>i32x4.extract_lane(addresses, 3);
  const left0 = v128.load64_lane(second, v128.load64_zero(first), 1);
  const left1 = v128.load64_lane(fourth, v128.load64_zero(third), 1);
  const right0 = v128.load64_lane(second + 32, v128.load64_zero(first + 32), 1);
  const right1 = v128.load64_lane(fourth + 32, v128.load64_zero(third + 32), 1);
  const above = between(v128.shuffle<f32>(left0, left1, 0, 2, 4, 6), v128.shuffle<f32>(right0, right1, 0, 2, 4, 6), fraction);
  const below = between(v128.shuffle<f32>(left0, left1, 1, 3, 5, 7), v128.shuffle<f32>(right0, right1, 1, 3, 5, 7), fraction);
  return between(above, below, depth);
}

/** One pixel of a tilted line, also where it sees only one detector column, or none. */
function addTiltedPixel(
  filtered: usize,
  line: usize,
  path: usize,
  width: i32,
  x: i32,
  start: f64,
  cosine: f64,
  weight: f32,
): void {
  const tables = path + <usize>width * 8 + <usize>x * 4;
  const upper = load<i32>(tables);
  const s = load<f64>(path + <usize>x * 8) * cosine + start;
  if (upper < 0 || !(s > -1 && s < <f64>width)) return;
  const above = sample(filtered + <usize>upper, width, s);
  const below = sample(filtered + <usize>load<i32>(tables + <usize>width * 4), width, s);
  const at = line + <usize>x * 4;
  store<f32>(at, load<f32>(at) + weight * (above + (below - above) * load<f32>(tables + <usize>width * 8)));
}

/** A detector row between two of its columns; what is beside it counts as 0. */
function sample(row: usize, width: i32, s: f64): f32 {
  const column = min(max(<i32>floor(s), 0), width - 2);
  const at = row + <usize>column * 32;
  const left = <f32>max<f64>(0, 1 - abs(s - <f64>column));
  const right = <f32>max<f64>(0, 1 - abs(s - <f64>column - 1));
  return load<f32>(at) * left + load<f32>(at, 32) * right;
}

/** `scale` times two sums of a vertical slice, in row order. Writes up to three rows and three pixels more. */
export function readVertical(
  first: usize,
  second: usize,
  out: usize,
  width: usize,
  height: usize,
  scale: f32,
): void {
  for (let row: usize = 0; row < height; row += 4) {
    // Half a block: four rows side by side.
    const start = (row >> 3) * width * 32 + (row & 4) * 4;
    // From right to left, so that what is written beyond a row is put right by the next.
    for (let i: isize = (width - 1) & ~3; i >= 0; i -= 4) {
      const at = start + i * 32;
      const to = out + (row * width + i) * 4;
      const v0 = sumOf(first + at, second + at, scale);
      const v1 = sumOf(first + at + 32, second + at + 32, scale);
      const v2 = sumOf(first + at + 64, second + at + 64, scale);
      const v3 = sumOf(first + at + 96, second + at + 96, scale);
      const t0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
      const t1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
      const t2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
      const t3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
      v128.store(to + width * 4, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
      v128.store(to + width * 8, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
      v128.store(to + width * 12, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
    }
  }
}

/** `scale` times two sums of the z-slice. Writes up to three pixels more. */
export function readFlat(first: usize, second: usize, out: usize, pixels: usize, scale: f32): void {
  const end = pixels * 4;
  for (let at: usize = 0; at < end; at += 16) v128.store(out + at, sumOf(first + at, second + at, scale));
}

@inline
function sumOf(first: usize, second: usize, scale: f32): v128 {
  return f32x4.mul(f32x4.add(v128.load(first), v128.load(second)), f32x4.splat(scale));
}
