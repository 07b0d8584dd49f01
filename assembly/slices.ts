// Backprojection of filtered blocks (see filter.ts) to the three slices. The sums of the x- and y-slice are blocks too: eight rows
// side by side for each column.

/** An entry of a vertical slice's table: byte offset of the detector column, weights of it and of the next. */
const ENTRY: usize = 12;

/** Adds a filtered block to eight rows of the x- or y-slice, columns `from` up to `to`. */
export function addVertical(block: usize, sums: usize, table: usize, from: usize, to: usize): void {
  for (let i = from; i < to; i++) {
    const entry = table + i * ENTRY;
    const column = block + <usize>load<u32>(entry);
    const left = v128.load32_splat(entry, 4);
    const right = v128.load32_splat(entry, 8);
    const sum = sums + i * 32;
    const low = f32x4.add(f32x4.mul(v128.load(column), left), f32x4.mul(v128.load(column, 32), right));
    const high = f32x4.add(f32x4.mul(v128.load(column, 16), left), f32x4.mul(v128.load(column, 48), right));
    v128.store(sum, f32x4.add(v128.load(sum), low));
    v128.store(sum, f32x4.add(v128.load(sum, 16), high), 16);
  }
}

/** Row `lane` of a block as numbers one behind the other. */
export function copyRow(block: usize, lane: usize, row: usize, width: usize): void {
  const from = block + lane * 4;
  for (let s: usize = 0; s < width; s++) store<f32>(row + s * 4, load<f32>(from + s * 32));
}

/** Positions on the detector are counted in 2^-20 pixels, exactly at the first of every 64 image columns. */
const FRACTION_BITS = 20;
const ONE: f64 = <f64>(1 << FRACTION_BITS);
const EXACT_EVERY: i32 = 64;

/**
 * Adds a detector row to lines `fromLine` up to `toLine` of the z-slice, `weight` times. `row` points at a zero before the first pixel;
 * another is before that and three behind the last.
 */
export function addFlatZ(
  row: usize,
  sums: usize,
  width: i32,
  fromLine: i32,
  toLine: i32,
  center: f64,
  cosine: f64,
  sine: f64,
  weight: f32,
): void {
  const half = width >> 1;
  const step = <i32>nearest(cosine * ONE);
  const w = f32x4.splat(weight);
  for (let y = fromLine; y < toLine; y++) {
    const start = center - <f64>(y - half) * sine - <f64>half * cosine + 1;
    const from = firstInside(start, cosine, width);
    const to = endInside(start, cosine, width);
    const line = sums + <usize>y * <usize>width * 4;
    for (let x0 = from; x0 < to; x0 += EXACT_EVERY) {
      const end = min(x0 + EXACT_EVERY, to);
      let position = <i32>nearest((start + <f64>x0 * cosine) * ONE);
      let x = x0;
      for (; x + 4 <= end; x += 4) {
        const p1 = position + step;
        const p2 = p1 + step;
        const p3 = p2 + step;
        let first = v128.load64_zero(row + <isize>(position >> FRACTION_BITS) * 4);
        first = v128.load64_lane(row + <isize>(p1 >> FRACTION_BITS) * 4, first, 1);
        let second = v128.load64_zero(row + <isize>(p2 >> FRACTION_BITS) * 4);
        second = v128.load64_lane(row + <isize>(p3 >> FRACTION_BITS) * 4, second, 1);
        const left = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
        const right = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
        let positions = i32x4.splat(position);
        positions = i32x4.replace_lane(positions, 1, p1);
        positions = i32x4.replace_lane(positions, 2, p2);
        positions = i32x4.replace_lane(positions, 3, p3);
        const fraction = f32x4.mul(
          f32x4.convert_i32x4_s(v128.and(positions, i32x4.splat((1 << FRACTION_BITS) - 1))),
          f32x4.splat(<f32>(1 / ONE)),
        );
        const value = f32x4.add(left, f32x4.mul(f32x4.sub(right, left), fraction));
        const at = line + <usize>x * 4;
        v128.store(at, f32x4.add(v128.load(at), f32x4.mul(value, w)));
        position = p3 + step;
      }
      for (; x < end; x++) {
        const column = row + <isize>(position >> FRACTION_BITS) * 4;
        const fraction = <f32>(position & ((1 << FRACTION_BITS) - 1)) * <f32>(1 / ONE);
        const left = load<f32>(column);
        const value = left + (load<f32>(column, 4) - left) * fraction;
        const at = line + <usize>x * 4;
        store<f32>(at, load<f32>(at) + value * weight);
        position += step;
      }
    }
  }
}

/** First x in 0 .. width with 0 <= start + x step < width + 1; `width` when there is none. */
function firstInside(start: f64, step: f64, width: i32): i32 {
  const end = <f64>(width + 1);
  if (abs(step) < 1e-12) return start >= 0 && start < end ? 0 : width;
  const bound = step > 0 ? -start / step : (end - start) / step;
  let x = <i32>max<f64>(0, min<f64>(ceil(bound), <f64>width));
  while (x < width && !isInside(start + <f64>x * step, end)) {
    if (step > 0 ? start + <f64>x * step >= end : start + <f64>x * step < 0) return width;
    x++;
  }
  return x;
}

/** One behind the last such x; at most `firstInside` when there is none. */
function endInside(start: f64, step: f64, width: i32): i32 {
  const end = <f64>(width + 1);
  if (abs(step) < 1e-12) return start >= 0 && start < end ? width : 0;
  const bound = step > 0 ? (end - start) / step : -start / step;
  let x = <i32>max<f64>(0, min<f64>(floor(bound) + 1, <f64>width));
  while (x > 0 && !isInside(start + <f64>(x - 1) * step, end)) {
    if (step > 0 ? start + <f64>(x - 1) * step < 0 : start + <f64>(x - 1) * step >= end) return 0;
    x--;
  }
  return x;
}

function isInside(s: f64, end: f64): bool {
  return s >= 0 && s < end;
}

/**
 * The same for a tilted z-slice, whose columns lie on detector rows of their own: `path` is (alongX, row) as doubles for
 * each column, `filtered` all blocks of `width` columns.
 */
export function addTiltedZ(
  filtered: usize,
  sums: usize,
  path: usize,
  width: i32,
  height: i32,
  fromLine: i32,
  toLine: i32,
  center: f64,
  cosine: f64,
  sine: f64,
  weight: f32,
): void {
  const half = width >> 1;
  for (let y = fromLine; y < toLine; y++) {
    for (let x = 0; x < width; x++) {
      const z = load<f64>(path + <usize>x * 16, 8);
      if (!(z >= 0 && z <= <f64>(height - 1))) continue;
      const s = load<f64>(path + <usize>x * 16) * cosine - <f64>(y - half) * sine + center;
      if (!(s > -1 && s < <f64>width)) continue;
      const upper = min(<i32>floor(z), max(height - 2, 0));
      const lower = min(upper + 1, height - 1);
      const above = sample(filtered, width, upper, s);
      const below = sample(filtered, width, lower, s);
      const at = sums + <usize>(y * width + x) * 4;
      store<f32>(at, load<f32>(at) + weight * (above + (below - above) * <f32>(z - <f64>upper)));
    }
  }
}

function sample(filtered: usize, width: i32, row: i32, s: f64): f32 {
  const column = min(max(<i32>floor(s), 0), width - 2);
  const at = filtered + (<usize>(row >> 3) * <usize>width + <usize>column) * 32 + <usize>(row & 7) * 4;
  const left = <f32>max<f64>(0, 1 - abs(s - <f64>column));
  const right = <f32>max<f64>(0, 1 - abs(s - <f64>column - 1));
  return load<f32>(at) * left + load<f32>(at, 32) * right;
}

/** `scale` times two sums of a vertical slice, in row order. */
export function readVertical(
  first: usize,
  second: usize,
  out: usize,
  width: usize,
  height: usize,
  scale: f32,
): void {
  for (let row: usize = 0; row < height; row++) {
    const block = ((row >> 3) * width * 8 + (row & 7)) * 4;
    for (let i: usize = 0; i < width; i++) {
      const at = block + i * 32;
      store<f32>(out + (row * width + i) * 4, (load<f32>(first + at) + load<f32>(second + at)) * scale);
    }
  }
}

/** `scale` times two sums of the z-slice. */
export function readFlat(first: usize, second: usize, out: usize, pixels: usize, scale: f32): void {
  for (let i: usize = 0; i < pixels; i++) {
    const at = i * 4;
    store<f32>(out + at, (load<f32>(first + at) + load<f32>(second + at)) * scale);
  }
}
