// Transforms in blocks of complex points, four lines side by side: real parts of the four, then imaginary parts. Factors are one real and one
// imaginary part for all of them.
import { minus, plus } from "./fused";

/** Bytes of a point, and from its real parts to its imaginary parts. */
export const POINT: usize = 32;
export const IMAGINARY: usize = 16;

/** Bytes of the three factors of a butterfly of four points. */
export const FACTORS: usize = 24;

/** Stores (re, im) times the complex factor at `f`. */
@inline
export function storeTurned(p: usize, re: v128, im: v128, f: usize): void {
  const w = v128.load32_splat(f);
  const wi = v128.load32_splat(f, 4);
  v128.store(p, minus(im, wi, f32x4.mul(re, w)));
  v128.store(p, plus(re, wi, f32x4.mul(im, w)), IMAGINARY);
}

/** Decimation in frequency of four points. */
@inline
export function spread(p0: usize, step: usize, f: usize): void {
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
  storeTurned(p1, f32x4.sub(a, b), f32x4.sub(ai, bi), f + 8);
  storeTurned(p2, f32x4.add(c, di), f32x4.sub(ci, d), f);
  storeTurned(p3, f32x4.sub(c, di), f32x4.add(ci, d), f + 16);
}

/** Decimation in time of four points: what undoes `spread`. */
@inline
export function gather(p0: usize, step: usize, f: usize, firstHalf: bool = false): void {
  const p1 = p0 + step;
  const p2 = p1 + step;
  const p3 = p2 + step;
  const x1 = v128.load(p1);
  const x1i = v128.load(p1, IMAGINARY);
  const w1 = v128.load32_splat(f, 8);
  const w1i = v128.load32_splat(f, 12);
  const u1 = plus(x1i, w1i, f32x4.mul(x1, w1));
  const u1i = minus(x1, w1i, f32x4.mul(x1i, w1));
  const x0 = v128.load(p0);
  const x0i = v128.load(p0, IMAGINARY);
  const a = f32x4.add(x0, u1);
  const ai = f32x4.add(x0i, u1i);
  const b = f32x4.sub(x0, u1);
  const bi = f32x4.sub(x0i, u1i);
  const x2 = v128.load(p2);
  const x2i = v128.load(p2, IMAGINARY);
  const w2 = v128.load32_splat(f, 0);
  const w2i = v128.load32_splat(f, 4);
  const u2 = plus(x2i, w2i, f32x4.mul(x2, w2));
  const u2i = minus(x2, w2i, f32x4.mul(x2i, w2));
  const x3 = v128.load(p3);
  const x3i = v128.load(p3, IMAGINARY);
  const w3 = v128.load32_splat(f, 16);
  const w3i = v128.load32_splat(f, 20);
  const u3 = plus(x3i, w3i, f32x4.mul(x3, w3));
  const u3i = minus(x3, w3i, f32x4.mul(x3i, w3));
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
