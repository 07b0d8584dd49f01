// Complex numbers in blocks: real parts of four lanes, then imaginary parts of them. Factors are one real and one imaginary part for all lanes.
import { minus, plus } from "./fused";

/** Bytes from the real parts of a number to its imaginary parts. */
export const IMAGINARY: usize = 16;

/** Stores (re, im) times the complex factor at `f`. */
@inline
export function storeTurned(p: usize, re: v128, im: v128, f: usize): void {
  const w = v128.load32_splat(f);
  const wi = v128.load32_splat(f, 4);
  v128.store(p, minus(im, wi, f32x4.mul(re, w)));
  v128.store(p, plus(re, wi, f32x4.mul(im, w)), IMAGINARY);
}
