/** Stores four vectors as columns of four rows, `row` bytes apart. */
@inline
export function storeTransposed(to: usize, row: usize, v0: v128, v1: v128, v2: v128, v3: v128): void {
  const t0 = v128.shuffle<f32>(v0, v1, 0, 4, 1, 5);
  const t1 = v128.shuffle<f32>(v0, v1, 2, 6, 3, 7);
  const t2 = v128.shuffle<f32>(v2, v3, 0, 4, 1, 5);
  const t3 = v128.shuffle<f32>(v2, v3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(t0, t2, 0, 1, 4, 5));
  v128.store(to + row, v128.shuffle<f32>(t0, t2, 2, 3, 6, 7));
  v128.store(to + 2 * row, v128.shuffle<f32>(t1, t3, 0, 1, 4, 5));
  v128.store(to + 3 * row, v128.shuffle<f32>(t1, t3, 2, 3, 6, 7));
}
