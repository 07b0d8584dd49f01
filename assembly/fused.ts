// Multiplications with an addition. Where the build allows relaxed SIMD they are one instruction, rounded once.

/** a b + c */
@inline
export function plus(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** c - a b */
@inline
export function minus(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_nmadd(a, b, c) : f32x4.sub(c, f32x4.mul(a, b));
}

/** The bytes of `a` at `indices`, all of them below 16. */
@inline
export function picked(a: v128, indices: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(a, indices) : i8x16.swizzle(a, indices);
}
