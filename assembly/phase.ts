// Phase retrieval: a frame times a real, even response in two dimensions. Rows are transformed eight at a time in a block (see filter.ts), columns
// four at a time in blocks of their own. A transform leaves its frequencies in bit-reversed order.
import { FACTORS, gather, IMAGINARY, POINT, spread } from "./butterflies";
import { storeTransposed } from "./transpose";

/**
 * Transforms `count` rows of a frame, widened on both sides by its edge values to `columns` points, into column blocks from row `to` on. `pairs` has for
 * each frequency from 0 to columns / 2 the places of it and of its negative in a block, bytes; there are a multiple of four.
 */
export function transformRows(
  frame: usize,
  width: i32,
  left: i32,
  count: i32,
  block: usize,
  columns: i32,
  factors: usize,
  pairs: usize,
  groups: i32,
  blocks: usize,
  rows: i32,
  to: i32,
): void {
  fillBlock(frame, width, left, count, block, columns);
  forward(block, columns, factors);
  for (let group = 0; group < groups; group++) {
    const pair = pairs + <usize>group * 32;
    const out = blocks + (<usize>group * <usize>rows + <usize>to) * POINT;
    // The first four rows are real parts, the others imaginary ones: sums and differences with the negative frequency tell them apart.
    scatter(block, pair, 0, out, min(count, 4));
    if (count > 4) scatter(block, pair, 1, out + 4 * POINT, count - 4);
  }
}

function scatter(block: usize, pair: usize, part: i32, out: usize, count: i32): void {
  const re0 = partOf(block, pair, part, false);
  const re1 = partOf(block, pair + 8, part, false);
  const re2 = partOf(block, pair + 16, part, false);
  const re3 = partOf(block, pair + 24, part, false);
  const im0 = partOf(block, pair, part, true);
  const im1 = partOf(block, pair + 8, part, true);
  const im2 = partOf(block, pair + 16, part, true);
  const im3 = partOf(block, pair + 24, part, true);
  for (let row = 0; row < count; row++) {
    v128.store(out, lane(re0, re1, re2, re3, row));
    v128.store(out, lane(im0, im1, im2, im3, row), IMAGINARY);
    out += POINT;
  }
}

/** Of a frequency the real or imaginary parts of rows 0 to 3 (part 0) or 4 to 7. */
@inline
function partOf(block: usize, pair: usize, part: i32, imaginary: bool): v128 {
  const p = block + <usize>load<u32>(pair);
  const q = block + <usize>load<u32>(pair, 4);
  const half = f32x4.splat(0.5);
  if (part == 0)
    return f32x4.mul(
      half,
      imaginary
        ? f32x4.sub(v128.load(p, IMAGINARY), v128.load(q, IMAGINARY))
        : f32x4.add(v128.load(p), v128.load(q)),
    );
  return f32x4.mul(
    half,
    imaginary ? f32x4.sub(v128.load(q), v128.load(p)) : f32x4.add(v128.load(p, IMAGINARY), v128.load(q, IMAGINARY)),
  );
}

/** Lane `row` of four vectors. */
@inline
function lane(a: v128, b: v128, c: v128, d: v128, row: i32): v128 {
  const low = row < 2 ? v128.shuffle<f32>(a, b, 0, 4, 1, 5) : v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const high = row < 2 ? v128.shuffle<f32>(c, d, 0, 4, 1, 5) : v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  return (row & 1) == 0 ? v128.shuffle<f32>(low, high, 0, 1, 4, 5) : v128.shuffle<f32>(low, high, 2, 3, 6, 7);
}

/** Up to eight rows of a frame in the middle of a block, surrounded by their edge values. Reads up to three pixels beyond a row. */
function fillBlock(frame: usize, width: i32, left: i32, count: i32, block: usize, columns: i32): void {
  const last = count - 1;
  for (let part = 0; part < 2; part++) {
    const r0 = frame + <usize>(min(part * 4, last) * width) * 4;
    const r1 = frame + <usize>(min(part * 4 + 1, last) * width) * 4;
    const r2 = frame + <usize>(min(part * 4 + 2, last) * width) * 4;
    const r3 = frame + <usize>(min(part * 4 + 3, last) * width) * 4;
    let out = block + <usize>left * POINT + <usize>part * 16;
    for (let x: usize = 0; x < <usize>width * 4; x += 16, out += 4 * POINT)
      storeTransposed(out, POINT, v128.load(r0 + x), v128.load(r1 + x), v128.load(r2 + x), v128.load(r3 + x));
  }
  repeatPoint(block + <usize>left * POINT, block, block + <usize>left * POINT);
  const end = block + <usize>(left + width) * POINT;
  repeatPoint(end - POINT, end, block + <usize>columns * POINT);
}

/** Writes a point again and again. */
function repeatPoint(point: usize, from: usize, to: usize): void {
  const re = v128.load(point);
  const im = v128.load(point, IMAGINARY);
  for (let at = from; at < to; at += POINT) {
    v128.store(at, re);
    v128.store(at, im, IMAGINARY);
  }
}

/**
 * Column blocks, of which `height` rows from `top` on are there: widened by their first and last row, transformed, multiplied with
 * scale / (1 + x + y), and back. `squaresX` has x of four columns for each block, `squaresY` y of each point as the transform leaves them.
 */
export function filterColumns(
  blocks: usize,
  groups: i32,
  rows: i32,
  top: i32,
  height: i32,
  factors: usize,
  squaresX: usize,
  squaresY: usize,
  scale: f32,
): void {
  const numerator = f32x4.splat(scale);
  for (let group = 0; group < groups; group++) {
    const block = blocks + <usize>group * <usize>rows * POINT;
    const end = block + <usize>rows * POINT;
    const first = block + <usize>top * POINT;
    const behind = first + <usize>height * POINT;
    repeatPoint(first, block, first);
    repeatPoint(behind - POINT, behind, end);
    forward(block, rows, factors);
    const x = f32x4.add(v128.load(squaresX + <usize>group * 16), f32x4.splat(1));
    for (let at = block, y = squaresY; at < end; at += POINT, y += 4) {
      const response = f32x4.div(numerator, f32x4.add(x, v128.load32_splat(y)));
      v128.store(at, f32x4.mul(v128.load(at), response));
      v128.store(at, f32x4.mul(v128.load(at, IMAGINARY), response), IMAGINARY);
    }
    inverse(block, rows, factors);
  }
}

/** What undoes `transformRows`: `count` rows from row `from` of column blocks back to a frame. */
export function restoreRows(
  frame: usize,
  width: i32,
  left: i32,
  count: i32,
  block: usize,
  columns: i32,
  factors: usize,
  pairs: usize,
  groups: i32,
  blocks: usize,
  rows: i32,
  from: i32,
): void {
  for (let group = 0; group < groups; group++)
    collect(block, pairs + <usize>group * 32, blocks + (<usize>group * <usize>rows + <usize>from) * POINT, count - 1);
  inverse(block, columns, factors);
  for (let row = 0; row < count; row++) {
    let at = block + <usize>left * POINT + <usize>(row >> 2) * 16 + <usize>(row & 3) * 4;
    let out = frame + <usize>(row * width) * 4;
    for (let x = 0; x < width; x++, at += POINT, out += 4) store<f32>(out, load<f32>(at));
  }
}

/** Four frequencies of eight rows, and their negatives, from a column block; rows behind `last` are the last once more. */
function collect(block: usize, pair: usize, column: usize, last: i32): void {
  const a = column;
  const a1 = column + <usize>min(1, last) * POINT;
  const a2 = column + <usize>min(2, last) * POINT;
  const a3 = column + <usize>min(3, last) * POINT;
  const b0 = column + <usize>min(4, last) * POINT;
  const b1 = column + <usize>min(5, last) * POINT;
  const b2 = column + <usize>min(6, last) * POINT;
  const b3 = column + <usize>min(7, last) * POINT;
  for (let frequency = 0; frequency < 4; frequency++, pair += 8) {
    const re = lane(v128.load(a), v128.load(a1), v128.load(a2), v128.load(a3), frequency);
    const im = lane(v128.load(a, 16), v128.load(a1, 16), v128.load(a2, 16), v128.load(a3, 16), frequency);
    const re2 = lane(v128.load(b0), v128.load(b1), v128.load(b2), v128.load(b3), frequency);
    const im2 = lane(v128.load(b0, 16), v128.load(b1, 16), v128.load(b2, 16), v128.load(b3, 16), frequency);
    const p = block + <usize>load<u32>(pair);
    const q = block + <usize>load<u32>(pair, 4);
    v128.store(q, f32x4.add(re, im2));
    v128.store(q, f32x4.sub(re2, im), IMAGINARY);
    v128.store(p, f32x4.sub(re, im2));
    v128.store(p, f32x4.add(im, re2), IMAGINARY);
  }
}

/** Decimation in frequency. `factors` are those of each level behind one another; the last takes pairs where the number of points is no power of four. */
function forward(block: usize, points: i32, factors: usize): void {
  const end = block + <usize>points * POINT;
  let length = points;
  let level = factors;
  for (; length >= 4; length >>= 2) {
    const quarter = <usize>(length >> 2);
    for (let group = block; group < end; group += 4 * quarter * POINT) spreadGroup(group, quarter, level);
    level += quarter * FACTORS;
  }
  if (length == 2) pairPoints(block, points);
}

/** What undoes `forward`, but for a factor `points`. */
function inverse(block: usize, points: i32, factors: usize): void {
  const end = block + <usize>points * POINT;
  let level = factors;
  for (let length = points; length >= 4; length >>= 2) level += <usize>(length >> 2) * FACTORS;
  let length = 4;
  if ((ctz(points) & 1) == 1) {
    pairPoints(block, points);
    length = 8;
  }
  for (; length <= points; length <<= 2) {
    const quarter = <usize>(length >> 2);
    level -= quarter * FACTORS;
    for (let group = block; group < end; group += 4 * quarter * POINT) gatherGroup(group, quarter, level);
  }
}

function pairPoints(block: usize, points: i32): void {
  const end = block + <usize>points * POINT;
  for (let p = block; p < end; p += 2 * POINT)
    for (let part: usize = 0; part < POINT; part += 16) {
      const a = v128.load(p + part);
      const b = v128.load(p + part, POINT);
      v128.store(p + part, f32x4.add(a, b));
      v128.store(p + part, f32x4.sub(a, b), POINT);
    }
}

function spreadGroup(group: usize, quarter: usize, factors: usize): void {
  const step = quarter * POINT;
  const end = group + step;
  for (let p = group, f = factors; p < end; p += POINT, f += FACTORS) spread(p, step, f);
}

function gatherGroup(group: usize, quarter: usize, factors: usize): void {
  const step = quarter * POINT;
  const end = group + step;
  for (let p = group, f = factors; p < end; p += POINT, f += FACTORS) gather(p, step, f);
}
