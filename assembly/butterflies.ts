// Transforms in blocks of complex points, four lines side by side: real parts of the four, then imaginary parts. Factors are one real and one
// imaginary part for all of them.
import { minus, plus } from "./fused";

/** Bytes of a point, and from its real parts to its imaginary parts. */
export const POINT: usize = 32;
export const IMAGINARY: usize = 16;

/** Bytes of the three factors of a butterfly of four points. */
export const FACTORS: usize = 24;

/** Stores (re, im) times the complex factor at `f`, or times 1. */
@inline
export function storeTurned(p: usize, re: v128, im: v128, f: usize, byOne: bool = false): void {
  if (byOne) {
    v128.store(p, re);
    v128.store(p, im, IMAGINARY);
    return;
  }
  const w = v128.load32_splat(f);
  const wi = v128.load32_splat(f, 4);
  v128.store(p, minus(im, wi, f32x4.mul(re, w)));
  v128.store(p, plus(re, wi, f32x4.mul(im, w)), IMAGINARY);
}

/** Decimation in frequency of four points; `byOne` where all factors are 1, which is known when this is compiled. */
@inline
export function spread(p0: usize, step: usize, f: usize, byOne: bool = false): void {
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
  storeTurned(p1, f32x4.sub(a, b), f32x4.sub(ai, bi), f + 8, byOne);
  storeTurned(p2, f32x4.add(c, di), f32x4.sub(ci, d), f, byOne);
  storeTurned(p3, f32x4.sub(c, di), f32x4.add(ci, d), f + 16, byOne);
}

/** Decimation in time of four points: what undoes `spread`. With `firstHalf` the others are not stored. */
@inline
export function gather(p0: usize, step: usize, f: usize, firstHalf: bool = false, byOne: bool = false): void {
  const p1 = p0 + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  let u1 = v128.load(p1);
  let u1i = v128.load(p1, IMAGINARY);
  if (!byOne) {
    const w = v128.load32_splat(f, 8);
    const wi = v128.load32_splat(f, 12);
    const turned = plus(u1i, wi, f32x4.mul(u1, w));
    u1i = minus(u1, wi, f32x4.mul(u1i, w));
    u1 = turned;
  }
  const x0 = v128.load(p0);
  const x0i = v128.load(p0, IMAGINARY);
  const a = f32x4.add(x0, u1);
  const ai = f32x4.add(x0i, u1i);
  const b = f32x4.sub(x0, u1);
  const bi = f32x4.sub(x0i, u1i);
  let u2 = v128.load(p2);
  let u2i = v128.load(p2, IMAGINARY);
  if (!byOne) {
    const w = v128.load32_splat(f, 0);
    const wi = v128.load32_splat(f, 4);
    const turned = plus(u2i, wi, f32x4.mul(u2, w));
    u2i = minus(u2, wi, f32x4.mul(u2i, w));
    u2 = turned;
  }
  let u3 = v128.load(p3);
  let u3i = v128.load(p3, IMAGINARY);
  if (!byOne) {
    const w = v128.load32_splat(f, 16);
    const wi = v128.load32_splat(f, 20);
    const turned = plus(u3i, wi, f32x4.mul(u3, w));
    u3i = minus(u3, wi, f32x4.mul(u3i, w));
    u3 = turned;
  }
  const c = f32x4.add(u2, u3);
  const ci = f32x4.add(u2i, u3i);
  const d = f32x4.sub(u3i, u2i);
  const di = f32x4.sub(u2, u3);
  v128.store(p0, f32x4.add(a, c));
  v128.store(p0, f32x4.add(ai, ci), IMAGINARY);
  v128.store(p1, f32x4.add(b, d));
  v128.store(p1, f32x4.add(bi, di), IMAGINARY);
  if (firstHalf) return;
  v128.store(p2, f32x4.sub(a, c));
  v128.store(p2, f32x4.sub(ai, ci), IMAGINARY);
  v128.store(p3, f32x4.sub(b, d));
  v128.store(p3, f32x4.sub(bi, di), IMAGINARY);
}
