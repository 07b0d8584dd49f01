import type { PlainData } from "../ndarray/ndArray.js";

/** Where the squares of input pixels lie that make one output row, and what becomes of their sums. */
export interface BinnedRow {
  /** Elements of the first square's first pixel. */
  readonly start: number;
  /** From one pixel of a row to the next: 1, or -1 for a reversed axis. */
  readonly step: number;
  /** From one row of the input to the next. */
  readonly stride: number;
  readonly binX: number;
  readonly binY: number;
  readonly count: number;
  /** What sums are divided by; 1 leaves them. */
  readonly scale: number;
}

/**
 * Sums squares of `binX` by `binY` pixels into `count` elements of `to` from `at` on. Storing truncates towards zero and wraps
 * as the type of `to` does.
 */
export function binRow(to: PlainData, at: number, from: PlainData, row: BinnedRow): void {
  if (row.binX === 2 && row.binY === 2) binByTwo(to, at, from, row);
  else binSquares(to, at, from, row);
}

function binByTwo(to: PlainData, at: number, from: PlainData, row: BinnedRow): void {
  const { step, count, scale } = row;
  let top = row.start;
  let bottom = row.start + row.stride;
  for (let index = at; index < at + count; index++, top += 2 * step, bottom += 2 * step)
    to[index] =
      ((from[top] ?? 0) + (from[top + step] ?? 0) + (from[bottom] ?? 0) + (from[bottom + step] ?? 0)) / scale;
}

function binSquares(to: PlainData, at: number, from: PlainData, row: BinnedRow): void {
  const { start, step, stride, binX, binY, count, scale } = row;
  for (let index = 0; index < count; index++) {
    let sum = 0;
    let line = start + index * binX * step;
    for (let y = 0; y < binY; y++, line += stride) {
      let pixel = line;
      for (let x = 0; x < binX; x++, pixel += step) sum += from[pixel] ?? 0;
    }
    to[at + index] = sum / scale;
  }
}
