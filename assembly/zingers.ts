// Which pixels may be zingers: finding the few that are is then left to src/recon/pipeline/dezinger.ts.

/** More than ZINGER_RATIO off, with some room for rounding: where the median would have to be. */
const LOW: f32 = 1.00001 / 1.5;
const HIGH: f32 = 0.99999 / 0.5;

/**
 * Sets `marks`, a byte for each pixel, to 0 where less than half of the (2 radius + 1) square differs enough for its median to do so. Pixels
 * near an edge stay marked.
 */
export function markZingers(frame: usize, marks: usize, width: i32, height: i32, radius: i32): void {
  memory.fill(marks, 1, width * height);
  const enough = i32x4.splat(((2 * radius + 1) * (2 * radius + 1) - 1) >> 1);
  for (let y = radius; y < height - radius; y++)
    for (let x = radius; x + 4 <= width - radius; x += 4) {
      const at = frame + <usize>(y * width + x) * 4;
      const value = v128.load(at);
      const low = f32x4.mul(value, f32x4.splat(LOW));
      const high = f32x4.mul(value, f32x4.splat(HIGH));
      // A comparison that holds is -1.
      let below = i32x4.splat(0);
      let above = i32x4.splat(0);
      for (let row = -radius; row <= radius; row++) {
        let neighbour = at + <usize>((row * width - radius) * 4);
        for (let column = -radius; column <= radius; column++, neighbour += 4) {
          const other = v128.load(neighbour);
          below = i32x4.sub(below, f32x4.lt(other, low));
          above = i32x4.sub(above, f32x4.gt(other, high));
        }
      }
      const standsOut = i32x4.ge_s(i32x4.max_s(below, above), enough);
      const marked = v128.or(standsOut, v128.not(f32x4.gt(value, f32x4.splat(0))));
      const words = i16x8.narrow_i32x4_s(marked, marked);
      v128.store32_lane(marks + <usize>(y * width + x), i8x16.narrow_i16x8_s(words, words), 0);
    }
}
