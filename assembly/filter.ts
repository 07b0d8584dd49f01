// The ramp filter on eight detector rows at once. A block holds them column by column: column s is 32 bytes, rows 0 to 3 as
// real and rows 4 to 7 as imaginary parts of four complex lines, which need no unpacking because the filter is real and
// even. Each level of the transform filters its quarters one after the other before it takes them back, so that all but the first and
// last pass stay in the nearest cache, and frequencies never need another order than the one they arise in.
import { FACTORS, gather, IMAGINARY, POINT, spread, storeTurned } from "./butterflies";
import { minus, plus } from "./fused";

const ROOT_HALF: f32 = 0.70710678;

/**
 * Filters a block of `points` columns in place, 32 or another power of two above; the second half of it is taken as zero and becomes worthless.
 * `factors` are those of each level behind one another down to 16 or 32 columns, `response` the filter in the order of the frequencies.
 */
export function filterBlock(block: usize, points: usize, factors: usize, response: usize): void {
  const quarter = points >> 2;
  spreadPadded(block, quarter, factors);
  const inner = factors + quarter * FACTORS;
  if (quarter == 8) filterEights(block, 4, response);
  else
    for (let part: usize = 0; part < 4; part++)
      filterPart(block + part * quarter * POINT, quarter, inner, response + part * quarter * 4);
  gatherFirstHalf(block, quarter, factors);
}

/** 16 or 32 columns, or four times as many, and so on. */
function filterPart(block: usize, points: usize, factors: usize, response: usize): void {
  const quarter = points >> 2;
  const step = quarter * POINT;
  const end = block + step;
  spread(block, step, factors, true);
  for (let p = block + POINT, f = factors + FACTORS; p < end; p += POINT, f += FACTORS) spread(p, step, f);
  if (quarter == 4) filterFours(block, 4, response);
  else if (quarter == 8) filterEights(block, 4, response);
  else
    for (let i: usize = 0; i < 4; i++)
      filterPart(block + i * step, quarter, factors + quarter * FACTORS, response + i * quarter * 4);
  gather(block, step, factors, false, true);
  for (let p = block + POINT, f = factors + FACTORS; p < end; p += POINT, f += FACTORS) gather(p, step, f);
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

/** `gather` as far as the first half of the block needs it. */
function gatherFirstHalf(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * POINT;
  const end = block + step;
  for (let p = block, f = factors; p < end; p += POINT, f += FACTORS) gather(p, step, f, true);
}

/** Forward, filter and back for `count` times four columns: no factors but 1 and i. */
function filterFours(p: usize, count: i32, response: usize): void {
  do {
    const x0 = v128.load(p, 0);
    const x0i = v128.load(p, 16);
    const x1 = v128.load(p, 32);
    const x1i = v128.load(p, 48);
    const x2 = v128.load(p, 64);
    const x2i = v128.load(p, 80);
    const x3 = v128.load(p, 96);
    const x3i = v128.load(p, 112);
    filterFour(p, x0, x0i, x1, x1i, x2, x2i, x3, x3i, response);
    p += 4 * POINT;
    response += 16;
  } while (--count);
}

/**
 * The same for `count` times eight: sums of columns half a turn apart are filtered as four, differences as four that turn with the factors of eight
 * columns, of which only the square root of 1/2 is left to be multiplied with.
 */
function filterEights(p: usize, count: i32, response: usize): void {
  const root = f32x4.splat(ROOT_HALF);
  do {
    const x0 = v128.load(p);
    const x0i = v128.load(p, 16);
    const x4 = v128.load(p, 128);
    const x4i = v128.load(p, 144);
    v128.store(p, f32x4.sub(x0, x4), 128);
    v128.store(p, f32x4.sub(x0i, x4i), 144);
    const x1 = v128.load(p, 32);
    const x1i = v128.load(p, 48);
    const x5 = v128.load(p, 160);
    const x5i = v128.load(p, 176);
    v128.store(p, f32x4.sub(x1, x5), 160);
    v128.store(p, f32x4.sub(x1i, x5i), 176);
    const x2 = v128.load(p, 64);
    const x2i = v128.load(p, 80);
    const x6 = v128.load(p, 192);
    const x6i = v128.load(p, 208);
    v128.store(p, f32x4.sub(x2, x6), 192);
    v128.store(p, f32x4.sub(x2i, x6i), 208);
    const x3 = v128.load(p, 96);
    const x3i = v128.load(p, 112);
    const x7 = v128.load(p, 224);
    const x7i = v128.load(p, 240);
    v128.store(p, f32x4.sub(x3, x7), 224);
    v128.store(p, f32x4.sub(x3i, x7i), 240);
    filterFour(
      p,
      f32x4.add(x0, x4),
      f32x4.add(x0i, x4i),
      f32x4.add(x1, x5),
      f32x4.add(x1i, x5i),
      f32x4.add(x2, x6),
      f32x4.add(x2i, x6i),
      f32x4.add(x3, x7),
      f32x4.add(x3i, x7i),
      response,
    );
    filterDifferences(p, root, response + 16);
    p += 8 * POINT;
    response += 32;
  } while (--count);
}

/** The second half of `filterEights`: columns 4 to 7 are the differences, columns 0 to 3 the filtered sums. */
@inline
function filterDifferences(p: usize, root: v128, response: usize): void {
  const d0 = v128.load(p, 128);
  const d0i = v128.load(p, 144);
  const d2 = v128.load(p, 192);
  const d2i = v128.load(p, 208);
  const a = f32x4.add(d0, d2i);
  const ai = f32x4.sub(d0i, d2);
  const c = f32x4.sub(d0, d2i);
  const ci = f32x4.add(d0i, d2);
  const d1 = v128.load(p, 160);
  const d1i = v128.load(p, 176);
  const d3 = v128.load(p, 224);
  const d3i = v128.load(p, 240);
  // Columns 1 and 3 turned, but for the root of 1/2: (t1, t1i) and (t3, -t3i).
  const t1 = f32x4.add(d1, d1i);
  const t1i = f32x4.sub(d1i, d1);
  const t3 = f32x4.sub(d3i, d3);
  const t3i = f32x4.add(d3, d3i);
  const b = f32x4.add(t1, t3);
  const bi = f32x4.sub(t1i, t3i);
  const d = f32x4.sub(t1, t3);
  const di = f32x4.add(t1i, t3i);
  const h0 = v128.load32_splat(response, 0);
  const h1 = v128.load32_splat(response, 4);
  const y0 = f32x4.mul(plus(b, root, a), h0);
  const y0i = f32x4.mul(plus(bi, root, ai), h0);
  const y1 = minus(b, root, a);
  const y1i = minus(bi, root, ai);
  const e = plus(y1, h1, y0);
  const ei = plus(y1i, h1, y0i);
  const g = minus(y1, h1, y0);
  const gi = minus(y1i, h1, y0i);
  const h2 = v128.load32_splat(response, 8);
  const h3 = v128.load32_splat(response, 12);
  const y2 = f32x4.mul(plus(di, root, c), h2);
  const y2i = f32x4.mul(minus(d, root, ci), h2);
  const y3 = minus(di, root, c);
  const y3i = plus(d, root, ci);
  const k = plus(y3, h3, y2);
  const ki = plus(y3i, h3, y2i);
  const l = minus(y3i, h3, y2i);
  const li = minus(y3, h3, y2);
  storeBoth(p, f32x4.add(e, k), f32x4.add(ei, ki));
  storeBoth(p + 2 * POINT, f32x4.sub(ki, ei), f32x4.sub(e, k));
  const z1 = f32x4.sub(g, l);
  const z1i = f32x4.add(gi, li);
  storeBothTimes(p + POINT, root, f32x4.sub(z1, z1i), f32x4.add(z1, z1i));
  const z3 = f32x4.add(g, l);
  const z3i = f32x4.sub(gi, li);
  storeBothTimes(p + 3 * POINT, root, f32x4.neg(f32x4.add(z3, z3i)), f32x4.sub(z3, z3i));
}

/** Column `p` plus (re, im), and four columns behind it the same minus it. */
@inline
function storeBoth(p: usize, re: v128, im: v128): void {
  const x = v128.load(p);
  const xi = v128.load(p, IMAGINARY);
  v128.store(p, f32x4.add(x, re));
  v128.store(p, f32x4.add(xi, im), IMAGINARY);
  v128.store(p, f32x4.sub(x, re), 128);
  v128.store(p, f32x4.sub(xi, im), 144);
}

/** The same with `factor` times (re, im). */
@inline
function storeBothTimes(p: usize, factor: v128, re: v128, im: v128): void {
  const x = v128.load(p);
  const xi = v128.load(p, IMAGINARY);
  v128.store(p, plus(re, factor, x));
  v128.store(p, plus(im, factor, xi), IMAGINARY);
  v128.store(p, minus(re, factor, x), 128);
  v128.store(p, minus(im, factor, xi), 144);
}

/** Forward, filter and back for four columns, into columns from `p` on. */
@inline
function filterFour(
  p: usize,
  x0: v128,
  x0i: v128,
  x1: v128,
  x1i: v128,
  x2: v128,
  x2i: v128,
  x3: v128,
  x3i: v128,
  response: usize,
): void {
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
