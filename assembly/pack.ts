// Filtered blocks in half the memory: 16-bit numbers and a scale for each block.
import { plus } from "./fused";

const LARGEST: f32 = 32767;
/** 1.5 2^23, and its bits. */
const NO_FRACTIONS: f32 = 12582912;
const NO_FRACTIONS_BITS = 0x4b400000;

/**
 * Writes `numbers` floats, a multiple of 8, as 16-bit numbers, and what they are to be multiplied with; leaves in the block what `unpackBlock`
 * makes of them: it is taken away later as it is added now.
 */
export function packBlock(block: usize, packed: usize, scale: usize, numbers: usize): void {
  const largest = largestOf(block, numbers);
  const unit = largest / LARGEST;
  store<f32>(scale, unit);
  const factor = f32x4.splat(largest > 0 ? LARGEST / largest : 0);
  const units = f32x4.splat(unit);
  const end = block + numbers * 4;
  do {
    const low = rounded(v128.load(block), factor);
    const high = rounded(v128.load(block, 16), factor);
    v128.store(packed, i16x8.narrow_i32x4_s(low, high));
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(low), units));
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(high), units), 16);
    block += 32;
    packed += 16;
  } while (block < end);
}

function largestOf(block: usize, numbers: usize): f32 {
  const end = block + numbers * 4;
  // Two of them, as each comparison waits for the one before it.
  let most = f32x4.splat(0);
  let most2 = most;
  do {
    most = f32x4.pmax(most, f32x4.abs(v128.load(block)));
    most2 = f32x4.pmax(most2, f32x4.abs(v128.load(block, 16)));
    block += 32;
  } while (block < end);
  most = f32x4.pmax(most, most2);
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

/**
 * The nearest integers, which are there in the last bits of a float that has no room for fractions: conversions cost several times as
 * much. 0 for what is not a number.
 */
@inline
function rounded(value: v128, factor: v128): v128 {
  const shifted = plus(value, factor, f32x4.splat(NO_FRACTIONS));
  return v128.and(i32x4.sub(shifted, i32x4.splat(NO_FRACTIONS_BITS)), f32x4.eq(shifted, shifted));
}

/** What `packBlock` has packed, as floats again. */
export function unpackBlock(block: usize, packed: usize, scale: usize, numbers: usize): void {
  const factor = v128.load32_splat(scale);
  const end = block + numbers * 4;
  do {
    const eight = v128.load(packed);
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight)), factor));
    v128.store(block, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight)), factor), 16);
    block += 32;
    packed += 16;
  } while (block < end);
}
