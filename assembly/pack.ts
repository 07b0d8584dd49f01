// Filtered blocks in half the memory: 16-bit numbers and a scale for each block.

const LARGEST: f32 = 32767;

/** Writes `numbers` floats, a multiple of 8, as 16-bit numbers, and what they are to be multiplied with. */
export function packBlock(block: usize, packed: usize, scale: usize, numbers: usize): void {
  const end = block + numbers * 4;
  let most = f32x4.splat(0);
  for (let at = block; at < end; at += 16) most = f32x4.pmax(most, f32x4.abs(v128.load(at)));
  const largest = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  store<f32>(scale, largest / LARGEST);
  const factor = f32x4.splat(largest > 0 ? LARGEST / largest : 0);
  for (let at = block; at < end; at += 32, packed += 16)
    v128.store(packed, i16x8.narrow_i32x4_s(rounded(at, factor), rounded(at + 16, factor)));
}

@inline
function rounded(at: usize, factor: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), factor)));
}

/** What `packBlock` has packed, as floats again. */
export function unpackBlock(block: usize, packed: usize, scale: usize, numbers: usize): void {
  const factor = v128.load32_splat(scale);
  const end = block + numbers * 4;
  for (; block < end; block += 32, packed += 16) {
    const eight = v128.load(packed);
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight)), factor));
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight)), factor), 16);
  }
}
