// The ramp filter on eight detector rows at once. A block holds them column by column: column s is 32 bytes, rows 0 to 3 as
// real and rows 4 to 7 as imaginary parts of four complex lines, which need no unpacking because the filter is real and
// even. Each level of the transform filters its quarters one after the other before it takes them back, so that all but the first and
// last pass stay in the nearest cache, and frequencies never need another order than the one they arise in.
import { FACTORS, gather, IMAGINARY, POINT, spread, storeTurned } from "./butterflies";
import { minus, plus } from "./fused";

/** Bytes of the factor of a butterfly of two columns. */
const FACTOR: usize = 8;

/**
 * Filters a block of `points` columns in place; the second half of it is taken as zero and becomes worthless. `factors` are
 * those of each level behind one another, `response` the filter in the order of the frequencies. The first level takes
 * pairs where the number of points is no power of four.
 */
export function filterBlock(block: usize, points: usize, factors: usize, response: usize): void {
  const pairs = ctz(<u32>points) & 1;
  const parts: usize = pairs ? 2 : 4;
  const length = points / parts;
  if (pairs) spreadPairs(block, length, factors);
  else spreadPadded(block, length, factors);
  const inner = factors + length * (pairs ? FACTOR : FACTORS);
  for (let part: usize = 0; part < parts; part++)
    filterPart(block + part * length * POINT, length, inner, response + part * length * 4);
  if (pairs) gatherPairs(block, length, factors);
  else gatherFirstHalf(block, length, factors);
}

/** A power of four of columns, 16 or more. */
function filterPart(block: usize, points: usize, factors: usize, response: usize): void {
  const quarter = points >> 2;
  const step = quarter * POINT;
  const end = block + step;
  spreadPlain(block, step);
  for (let p = block + POINT, f = factors + FACTORS; p < end; p += POINT, f += FACTORS) spread(p, step, f);
  if (quarter == 4) for (let i: usize = 0; i < 4; i++) filterFour(block + i * step, response + i * 16);
  else
    for (let i: usize = 0; i < 4; i++)
      filterPart(block + i * step, quarter, factors + quarter * FACTORS, response + i * quarter * 4);
  gatherPlain(block, step);
  for (let p = block + POINT, f = factors + FACTORS; p < end; p += POINT, f += FACTORS) gather(p, step, f);
}

/** Decimation in frequency of two columns, of which the second is zero. */
function spreadPairs(block: usize, half: usize, factors: usize): void {
  const step = half * POINT;
  const end = block + step;
  for (let p = block, f = factors; p < end; p += POINT, f += FACTOR)
    storeTurned(p + step, v128.load(p), v128.load(p, IMAGINARY), f);
}

/** Decimation in time of two columns, of which the first is wanted. */
function gatherPairs(block: usize, half: usize, factors: usize): void {
  const step = half * POINT;
  const end = block + step;
  for (let p = block, f = factors; p < end; p += POINT, f += FACTOR) {
    const x = v128.load(p + step);
    const xi = v128.load(p + step, IMAGINARY);
    const w = v128.load32_splat(f);
    const wi = v128.load32_splat(f, 4);
    v128.store(p, plus(xi, wi, plus(x, w, v128.load(p))));
    v128.store(p, minus(x, wi, plus(xi, w, v128.load(p, IMAGINARY))), IMAGINARY);
  }
}

/** `spread` where all factors are 1. */
@inline
function spreadPlain(p0: usize, step: usize): void {
  const p1 = p0 + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  const x0 = v128.load(p0);
  const x0i = v128.load(p0, IMAGINARY);
  const x1 = v128.load(p1);
  const x1i = v128.load(p1, IMAGINARY);
  const x2 = v128.load(p2);
  const x2i = v128.load(p2, IMAGINARY);
  const x3 = v128.load(p3);
  const x3i = v128.load(p3, IMAGINARY);
  const a = f32x4.add(x0, x2);
  const ai = f32x4.add(x0i, x2i);
  const c = f32x4.sub(x0, x2);
  const ci = f32x4.sub(x0i, x2i);
  const b = f32x4.add(x1, x3);
  const bi = f32x4.add(x1i, x3i);
  const d = f32x4.sub(x1, x3);
  const di = f32x4.sub(x1i, x3i);
  v128.store(p0, f32x4.add(a, b));
  v128.store(p0, f32x4.add(ai, bi), IMAGINARY);
  v128.store(p1, f32x4.sub(a, b));
  v128.store(p1, f32x4.sub(ai, bi), IMAGINARY);
  v128.store(p2, f32x4.add(c, di));
  v128.store(p2, f32x4.sub(ci, d), IMAGINARY);
  v128.store(p3, f32x4.sub(c, di));
  v128.store(p3, f32x4.add(ci, d), IMAGINARY);
}

/** `spread` of a block whose second half is zero. */
function spreadPadded(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * POINT;
  const end = block + step;
  for (let p0 = block, f = factors; p0 < end; p0 += POINT, f += FACTORS) {
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const a = v128.load(p0);
    const ai = v128.load(p0, IMAGINARY);
    const b = v128.load(p1);
    const bi = v128.load(p1, IMAGINARY);
    v128.store(p0, f32x4.add(a, b));
    v128.store(p0, f32x4.add(ai, bi), IMAGINARY);
    storeTurned(p1, f32x4.sub(a, b), f32x4.sub(ai, bi), f + 8);
    storeTurned(p2, f32x4.add(a, bi), f32x4.sub(ai, b), f);
    storeTurned(p3, f32x4.sub(a, bi), f32x4.add(ai, b), f + 16);
  }
}

/** `gather` where all factors are 1. */
@inline
function gatherPlain(p0: usize, step: usize): void {
  const p1 = p0 + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  const x0 = v128.load(p0);
  const x0i = v128.load(p0, IMAGINARY);
  const x1 = v128.load(p1);
  const x1i = v128.load(p1, IMAGINARY);
  const x2 = v128.load(p2);
  const x2i = v128.load(p2, IMAGINARY);
  const x3 = v128.load(p3);
  const x3i = v128.load(p3, IMAGINARY);
  const a = f32x4.add(x0, x1);
  const ai = f32x4.add(x0i, x1i);
  const b = f32x4.sub(x0, x1);
  const bi = f32x4.sub(x0i, x1i);
  const c = f32x4.add(x2, x3);
  const ci = f32x4.add(x2i, x3i);
  const d = f32x4.sub(x3i, x2i);
  const di = f32x4.sub(x2, x3);
  v128.store(p0, f32x4.add(a, c));
  v128.store(p0, f32x4.add(ai, ci), IMAGINARY);
  v128.store(p1, f32x4.add(b, d));
  v128.store(p1, f32x4.add(bi, di), IMAGINARY);
  v128.store(p2, f32x4.sub(a, c));
  v128.store(p2, f32x4.sub(ai, ci), IMAGINARY);
  v128.store(p3, f32x4.sub(b, d));
  v128.store(p3, f32x4.sub(bi, di), IMAGINARY);
}

/** `gather` as far as the first half of the block needs it. */
function gatherFirstHalf(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * POINT;
  const end = block + step;
  for (let p = block, f = factors; p < end; p += POINT, f += FACTORS) gather(p, step, f, true);
}

/** Forward, filter and back for four columns: no factors but 1 and i. */
@inline
function filterFour(p: usize, response: usize): void {
  const x0 = v128.load(p, 0);
  const x0i = v128.load(p, 16);
  const x1 = v128.load(p, 32);
  const x1i = v128.load(p, 48);
  const x2 = v128.load(p, 64);
  const x2i = v128.load(p, 80);
  const x3 = v128.load(p, 96);
  const x3i = v128.load(p, 112);
  const a = f32x4.add(x0, x2);
  const ai = f32x4.add(x0i, x2i);
  const c = f32x4.sub(x0, x2);
  const ci = f32x4.sub(x0i, x2i);
  const b = f32x4.add(x1, x3);
  const bi = f32x4.add(x1i, x3i);
  const d = f32x4.sub(x1, x3);
  const di = f32x4.sub(x1i, x3i);
  const h0 = v128.load32_splat(response, 0);
  const h1 = v128.load32_splat(response, 4);
  const y0 = f32x4.mul(f32x4.add(a, b), h0);
  const y0i = f32x4.mul(f32x4.add(ai, bi), h0);
  const y1 = f32x4.sub(a, b);
  const y1i = f32x4.sub(ai, bi);
  const e = plus(y1, h1, y0);
  const ei = plus(y1i, h1, y0i);
  const g = minus(y1, h1, y0);
  const gi = minus(y1i, h1, y0i);
  const h2 = v128.load32_splat(response, 8);
  const h3 = v128.load32_splat(response, 12);
  const y2 = f32x4.mul(f32x4.add(c, di), h2);
  const y2i = f32x4.mul(f32x4.sub(ci, d), h2);
  const y3 = f32x4.sub(c, di);
  const y3i = f32x4.add(ci, d);
  const k = plus(y3, h3, y2);
  const ki = plus(y3i, h3, y2i);
  const l = minus(y3i, h3, y2i);
  const li = minus(y3, h3, y2);
  v128.store(p, f32x4.add(e, k), 0);
  v128.store(p, f32x4.add(ei, ki), 16);
  v128.store(p, f32x4.sub(g, l), 32);
  v128.store(p, f32x4.add(gi, li), 48);
  v128.store(p, f32x4.sub(e, k), 64);
  v128.store(p, f32x4.sub(ei, ki), 80);
  v128.store(p, f32x4.add(g, l), 96);
  v128.store(p, f32x4.sub(gi, li), 112);
}
