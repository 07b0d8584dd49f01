// The ramp filter on eight detector rows at once. A block holds them column by column: column s is 32 bytes, rows 0 to 3 as
// real and rows 4 to 7 as imaginary parts of four complex lines, which need no unpacking because the filter is real and
// even. Each level of the transform filters its four quarters before it takes them back, so that all but the first and
// last pass stay in the nearest cache, and frequencies never need another order than the one they arise in.

const COLUMN: usize = 32;
const IMAGINARY: usize = 16;
/** Three complex factors for each butterfly. */
const FACTORS: usize = 24;

/**
 * Filters a block of `points` columns in place; the second half of it is taken as zero and left as it is. `factors` are
 * those of each level behind one another, `response` the filter in the order of the frequencies.
 */
export function filterBlock(block: usize, points: usize, factors: usize, response: usize): void {
  const quarter = points >> 2;
  spreadPadded(block, quarter, factors);
  const inner = factors + quarter * FACTORS;
  for (let part: usize = 0; part < 4; part++)
    filterPart(block + part * quarter * COLUMN, quarter, inner, response + part * quarter * 4);
  gatherFirstHalf(block, quarter, factors);
}

function filterPart(block: usize, points: usize, factors: usize, response: usize): void {
  const quarter = points >> 2;
  spread(block, quarter, factors);
  if (quarter == 4) for (let i: usize = 0; i < 4; i++) filterFour(block + i * 4 * COLUMN, response + i * 16);
  else if (quarter == 2) for (let i: usize = 0; i < 4; i++) filterTwo(block + i * 2 * COLUMN, response + i * 8);
  else {
    const inner = factors + quarter * FACTORS;
    for (let part: usize = 0; part < 4; part++)
      filterPart(block + part * quarter * COLUMN, quarter, inner, response + part * quarter * 4);
  }
  gather(block, quarter, factors);
}

/** Radix 4, decimation in frequency. */
function spread(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * COLUMN;
  for (let j: usize = 0; j < quarter; j++) {
    const p0 = block + j * COLUMN;
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const f = factors + j * FACTORS;
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
    storeTurned(p1, f32x4.sub(a, b), f32x4.sub(ai, bi), f + 8);
    storeTurned(p2, f32x4.add(c, di), f32x4.sub(ci, d), f);
    storeTurned(p3, f32x4.sub(c, di), f32x4.add(ci, d), f + 16);
  }
}

/** `spread` of a block whose second half is zero. */
function spreadPadded(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * COLUMN;
  for (let j: usize = 0; j < quarter; j++) {
    const p0 = block + j * COLUMN;
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const f = factors + j * FACTORS;
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

/** Radix 4, decimation in time: what undoes `spread`. */
function gather(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * COLUMN;
  for (let j: usize = 0; j < quarter; j++) {
    const p0 = block + j * COLUMN;
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const f = factors + j * FACTORS;
    const x0 = v128.load(p0);
    const x0i = v128.load(p0, IMAGINARY);
    const x1 = v128.load(p1);
    const x1i = v128.load(p1, IMAGINARY);
    const w1 = v128.load32_splat(f, 8);
    const w1i = v128.load32_splat(f, 12);
    const u1 = f32x4.add(f32x4.mul(x1, w1), f32x4.mul(x1i, w1i));
    const u1i = f32x4.sub(f32x4.mul(x1i, w1), f32x4.mul(x1, w1i));
    const x2 = v128.load(p2);
    const x2i = v128.load(p2, IMAGINARY);
    const w2 = v128.load32_splat(f, 0);
    const w2i = v128.load32_splat(f, 4);
    const u2 = f32x4.add(f32x4.mul(x2, w2), f32x4.mul(x2i, w2i));
    const u2i = f32x4.sub(f32x4.mul(x2i, w2), f32x4.mul(x2, w2i));
    const x3 = v128.load(p3);
    const x3i = v128.load(p3, IMAGINARY);
    const w3 = v128.load32_splat(f, 16);
    const w3i = v128.load32_splat(f, 20);
    const u3 = f32x4.add(f32x4.mul(x3, w3), f32x4.mul(x3i, w3i));
    const u3i = f32x4.sub(f32x4.mul(x3i, w3), f32x4.mul(x3, w3i));
    const a = f32x4.add(x0, u1);
    const ai = f32x4.add(x0i, u1i);
    const b = f32x4.sub(x0, u1);
    const bi = f32x4.sub(x0i, u1i);
    const c = f32x4.add(u2, u3);
    const ci = f32x4.add(u2i, u3i);
    const d = f32x4.sub(u3i, u2i);
    const di = f32x4.sub(u2, u3);
    v128.store(p0, f32x4.add(a, c));
    v128.store(p0, f32x4.add(ai, ci), IMAGINARY);
    v128.store(p1, f32x4.add(b, d));
    v128.store(p1, f32x4.add(bi, di), IMAGINARY);
    v128.store(p2, f32x4.sub(a, c));
    v128.store(p2, f32x4.sub(ai, ci), IMAGINARY);
    v128.store(p3, f32x4.sub(b, d));
    v128.store(p3, f32x4.sub(bi, di), IMAGINARY);
  }
}

/** `gather` as far as the first half of the block needs it. */
function gatherFirstHalf(block: usize, quarter: usize, factors: usize): void {
  const step = quarter * COLUMN;
  for (let j: usize = 0; j < quarter; j++) {
    const p0 = block + j * COLUMN;
    const p1 = p0 + step;
    const p2 = p1 + step;
    const p3 = p2 + step;
    const f = factors + j * FACTORS;
    const x0 = v128.load(p0);
    const x0i = v128.load(p0, IMAGINARY);
    const x1 = v128.load(p1);
    const x1i = v128.load(p1, IMAGINARY);
    const w1 = v128.load32_splat(f, 8);
    const w1i = v128.load32_splat(f, 12);
    const u1 = f32x4.add(f32x4.mul(x1, w1), f32x4.mul(x1i, w1i));
    const u1i = f32x4.sub(f32x4.mul(x1i, w1), f32x4.mul(x1, w1i));
    const x2 = v128.load(p2);
    const x2i = v128.load(p2, IMAGINARY);
    const w2 = v128.load32_splat(f, 0);
    const w2i = v128.load32_splat(f, 4);
    const u2 = f32x4.add(f32x4.mul(x2, w2), f32x4.mul(x2i, w2i));
    const u2i = f32x4.sub(f32x4.mul(x2i, w2), f32x4.mul(x2, w2i));
    const x3 = v128.load(p3);
    const x3i = v128.load(p3, IMAGINARY);
    const w3 = v128.load32_splat(f, 16);
    const w3i = v128.load32_splat(f, 20);
    const u3 = f32x4.add(f32x4.mul(x3, w3), f32x4.mul(x3i, w3i));
    const u3i = f32x4.sub(f32x4.mul(x3i, w3), f32x4.mul(x3, w3i));
    v128.store(p0, f32x4.add(f32x4.add(x0, u1), f32x4.add(u2, u3)));
    v128.store(p0, f32x4.add(f32x4.add(x0i, u1i), f32x4.add(u2i, u3i)), IMAGINARY);
    v128.store(p1, f32x4.add(f32x4.sub(x0, u1), f32x4.sub(u3i, u2i)));
    v128.store(p1, f32x4.add(f32x4.sub(x0i, u1i), f32x4.sub(u2, u3)), IMAGINARY);
  }
}

/** Forward, filter and back for four columns: no factors but 1 and i. */
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
  const h2 = v128.load32_splat(response, 8);
  const h3 = v128.load32_splat(response, 12);
  const y0 = f32x4.mul(f32x4.add(a, b), h0);
  const y0i = f32x4.mul(f32x4.add(ai, bi), h0);
  const y1 = f32x4.mul(f32x4.sub(a, b), h1);
  const y1i = f32x4.mul(f32x4.sub(ai, bi), h1);
  const y2 = f32x4.mul(f32x4.add(c, di), h2);
  const y2i = f32x4.mul(f32x4.sub(ci, d), h2);
  const y3 = f32x4.mul(f32x4.sub(c, di), h3);
  const y3i = f32x4.mul(f32x4.add(ci, d), h3);
  const e = f32x4.add(y0, y1);
  const ei = f32x4.add(y0i, y1i);
  const g = f32x4.sub(y0, y1);
  const gi = f32x4.sub(y0i, y1i);
  const k = f32x4.add(y2, y3);
  const ki = f32x4.add(y2i, y3i);
  const l = f32x4.sub(y3i, y2i);
  const li = f32x4.sub(y2, y3);
  v128.store(p, f32x4.add(e, k), 0);
  v128.store(p, f32x4.add(ei, ki), 16);
  v128.store(p, f32x4.add(g, l), 32);
  v128.store(p, f32x4.add(gi, li), 48);
  v128.store(p, f32x4.sub(e, k), 64);
  v128.store(p, f32x4.sub(ei, ki), 80);
  v128.store(p, f32x4.sub(g, l), 96);
  v128.store(p, f32x4.sub(gi, li), 112);
}

/** Forward, filter and back for two columns. */
function filterTwo(p: usize, response: usize): void {
  const x0 = v128.load(p, 0);
  const x0i = v128.load(p, 16);
  const x1 = v128.load(p, 32);
  const x1i = v128.load(p, 48);
  const h0 = v128.load32_splat(response, 0);
  const h1 = v128.load32_splat(response, 4);
  const y0 = f32x4.mul(f32x4.add(x0, x1), h0);
  const y0i = f32x4.mul(f32x4.add(x0i, x1i), h0);
  const y1 = f32x4.mul(f32x4.sub(x0, x1), h1);
  const y1i = f32x4.mul(f32x4.sub(x0i, x1i), h1);
  v128.store(p, f32x4.add(y0, y1), 0);
  v128.store(p, f32x4.add(y0i, y1i), 16);
  v128.store(p, f32x4.sub(y0, y1), 32);
  v128.store(p, f32x4.sub(y0i, y1i), 48);
}

/** Stores (re, im) times the complex factor at `f`. */
function storeTurned(p: usize, re: v128, im: v128, f: usize): void {
  const w = v128.load32_splat(f);
  const wi = v128.load32_splat(f, 4);
  v128.store(p, f32x4.sub(f32x4.mul(re, w), f32x4.mul(im, wi)));
  v128.store(p, f32x4.add(f32x4.mul(re, wi), f32x4.mul(im, w)), IMAGINARY);
}
