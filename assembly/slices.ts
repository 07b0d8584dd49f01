// Backprojection of filtered blocks (see filter.ts) to the three slices. The sums of the x- and y-slice are blocks too: eight rows
// side by side for each column.
import { picked, plus } from "./fused";
import { storeTransposed } from "./transpose";

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
  // The vectors have the last 32 bits of a position, which are its fraction.
  const step4 = i32x4.splat(<i32>(4 * step));
  for (let y = fromLine; y < toLine; y++) {
    const start = center - <f64>(y - half) * sine - <f64>half * cosine;
    const from = firstInside(start + 1, cosine, width);
    const to = endInside(start + 1, cosine, width);
    let lowest = <i64>nearest((start + <f64>from * cosine + MARGIN) * START_ONE) + toLowest;
    let at = sums + (<usize>y * <usize>width + <usize>from) * 4;
    const end = sums + (<usize>y * <usize>width + <usize>to) * 4;
    let lowestFractions = i32x4.splat(<i32>lowest);
    if (at + 16 <= end)
      do {
        const column = row + columnBytes(lowest);
        const positions = i32x4.add(i32x4.shr_u(lowestFractions, START_BITS - FRACTION_BITS), lanes);
        const columns = picks(positions);
        const values = picked(v128.load(column), columns);
        const slopes = picked(v128.load(column + differences), columns);
        v128.store(at, plus(slopes, fractions(positions), f32x4.add(v128.load(at), values)));
        at += 16;
        lowest += 4 * step;
        lowestFractions = i32x4.add(lowestFractions, step4);
      } while (at + 16 <= end);
    for (let position = lowest - toLowest; at < end; at += 4, position += step) {
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
  // Not a shuffle: V8 would make its constant anew for each.
  const thirds = picked(positions, i8x16(2, 2, 2, 2, 6, 6, 6, 6, 10, 10, 10, 10, 14, 14, 14, 14));
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
 * Adds detector rows (see `copyRow`), behind one another, to columns `fromColumn` up to `toColumn` of a tilted z-slice, whose sums have columns where
 * those of an upright one have lines: along a column the tilt changes nothing but the two rows that it lies between. `path` is four tables of `width`
 * entries: the distance along x as doubles, byte offsets of the rows above and below (negative above: the column is outside), and how
 * far below the first one it lies, as float.
 */
export function addTiltedZ(
  rows: usize,
  sums: usize,
  path: usize,
  width: i32,
  fromColumn: i32,
  toColumn: i32,
  center: f64,
  cosine: f64,
  sine: f64,
): void {
  const half = width >> 1;
  const differences = rowBytes(width);
  const uppers = path + <usize>width * 8;
  const lowers = uppers + <usize>width * 4;
  const depths = lowers + <usize>width * 4;
  const step = <i64>nearest(-sine * START_ONE);
  const lanes = lanesOf(step);
  const toLowest = min(3 * step, 0);
  const step4 = i32x4.splat(<i32>(4 * step));
  for (let x = fromColumn; x < toColumn; x++) {
    const upper = load<i32>(uppers + <usize>x * 4);
    if (upper < 0) continue;
    const above = rows + <usize>upper;
    const toBelow = <usize>(load<i32>(lowers + <usize>x * 4) - upper);
    const depth = load<f32>(depths + <usize>x * 4);
    const depths4 = f32x4.splat(depth);
    const start = center + load<f64>(path + <usize>x * 8) * cosine + <f64>half * sine;
    const from = firstInside(start + 1, -sine, width);
    const to = endInside(start + 1, -sine, width);
    let lowest = <i64>nearest((start - <f64>from * sine + MARGIN) * START_ONE) + toLowest;
    let at = sums + (<usize>x * <usize>width + <usize>from) * 4;
    const end = sums + (<usize>x * <usize>width + <usize>to) * 4;
    let lowestFractions = i32x4.splat(<i32>lowest);
    if (at + 16 <= end)
      do {
        const column = above + columnBytes(lowest);
        const positions = i32x4.add(i32x4.shr_u(lowestFractions, START_BITS - FRACTION_BITS), lanes);
        const columns = picks(positions);
        const parts = fractions(positions);
        const upperSlopes = picked(v128.load(column + differences), columns);
        const upperValues = plus(upperSlopes, parts, picked(v128.load(column), columns));
        const lowerSlopes = picked(v128.load(column + toBelow + differences), columns);
        const lowerValues = plus(lowerSlopes, parts, picked(v128.load(column + toBelow), columns));
        const sum = f32x4.add(v128.load(at), upperValues);
        v128.store(at, plus(f32x4.sub(lowerValues, upperValues), depths4, sum));
        at += 16;
        lowest += 4 * step;
        lowestFractions = i32x4.add(lowestFractions, step4);
      } while (at + 16 <= end);
    for (let position = lowest - toLowest; at < end; at += 4, position += step) {
      const column = above + columnBytes(position);
      const part = <f32>fractionOf(position);
      const upperValue = load<f32>(column) + load<f32>(column + differences) * part;
      const lowerValue = load<f32>(column + toBelow) + load<f32>(column + toBelow + differences) * part;
      store<f32>(at, load<f32>(at) + upperValue + (lowerValue - upperValue) * depth);
    }
  }
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
      const v0 = sumOf(first + at, second + at, scale);
      const v1 = sumOf(first + at + 32, second + at + 32, scale);
      const v2 = sumOf(first + at + 64, second + at + 64, scale);
      const v3 = sumOf(first + at + 96, second + at + 96, scale);
      storeTransposed(out + (row * width + i) * 4, width * 4, v0, v1, v2, v3);
    }
  }
}

/** `scale` times two sums of a tilted z-slice, in row order. Writes up to three rows and three pixels more. */
export function readTilted(first: usize, second: usize, out: usize, width: usize, scale: f32): void {
  const row = width * 4;
  // From right to left, so that what is written beyond a row is put right by the next columns.
  for (let x: isize = (width - 1) & ~3; x >= 0; x -= 4)
    for (let y: usize = 0; y < width; y += 4) {
      const at = (x * width + y) * 4;
      const v0 = sumOf(first + at, second + at, scale);
      const v1 = sumOf(first + at + row, second + at + row, scale);
      const v2 = sumOf(first + at + 2 * row, second + at + 2 * row, scale);
      const v3 = sumOf(first + at + 3 * row, second + at + 3 * row, scale);
      storeTransposed(out + (y * width + x) * 4, row, v0, v1, v2, v3);
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
