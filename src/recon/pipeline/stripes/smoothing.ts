import { type Matrix, zeros } from "./wavelet.js";

/**
 * Stripes in rows of column means by regularisation, as Titarenko et al., Applied Physics Letters 97 (2010) 201104, find them: the
 * curve c closest to the means m whose curvature stays small minimises |m - c|^2 + stiffness |c''|^2; the stripes are m - c.
 * The greater `stiffness`, the wider they may be: features of a period of 2 pi stiffness^(1/4) pixels are halved.
 */
export function stripesBesideSmooth(means: Matrix, stiffness: number): Matrix {
  const { rows, columns, data } = means;
  const out = zeros(rows, columns);
  if (columns < 3) return out;
  const factors = factorised(columns, stiffness);
  for (let start = 0; start < data.length; start += columns) {
    const row = data.subarray(start, start + columns);
    const smooth = solve(factors, row);
    for (let x = 0; x < columns; x++) out.data[start + x] = (row[x] as number) - (smooth[x] as number);
  }
  return out;
}

/** Cholesky's factors L D L' of 1 + stiffness D'D, D the second difference: diagonal, and two diagonals below. */
interface Factors {
  readonly pivots: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

function factorised(count: number, stiffness: number): Factors {
  // Two zeros before each, so that the first rows need no exception.
  const pivots = new Float64Array(count + 2);
  const first = new Float64Array(count + 2);
  const second = new Float64Array(count + 2);
  for (let i = 2; i < count + 2; i++) {
    const [own, next, overNext] = curvatureRow(i - 2, count);
    const [d1, d2] = [pivots[i - 1] as number, pivots[i - 2] as number];
    const [f1, s1, s2] = [first[i - 1] as number, second[i - 1] as number, second[i - 2] as number];
    const pivot = 1 + stiffness * own - f1 * f1 * d1 - s2 * s2 * d2;
    pivots[i] = pivot;
    first[i] = (stiffness * next - f1 * s1 * d1) / pivot;
    second[i] = (stiffness * overNext) / pivot;
  }
  return { pivots: pivots.subarray(2), first: first.subarray(2), second: second.subarray(2) };
}

function solve({ pivots, first, second }: Factors, row: Float64Array): Float64Array {
  const out = row.slice();
  const { length } = out;
  for (let i = 1; i < length; i++) {
    const before = i > 1 ? (second[i - 2] as number) * (out[i - 2] as number) : 0;
    out[i] = (out[i] as number) - (first[i - 1] as number) * (out[i - 1] as number) - before;
  }
  for (let i = length - 1; i >= 0; i--) {
    const next = i + 1 < length ? (first[i] as number) * (out[i + 1] as number) : 0;
    const overNext = i + 2 < length ? (second[i] as number) * (out[i + 2] as number) : 0;
    out[i] = (out[i] as number) / (pivots[i] as number) - next - overNext;
  }
  return out;
}

/** Row i of D'D from its diagonal on: sums over the second differences that columns have in common. */
function curvatureRow(i: number, count: number): readonly [number, number, number] {
  const difference = (row: number, column: number): number =>
    row < 0 || row > count - 3 ? 0 : ([1, -2, 1][column - row] ?? 0);
  const product = (other: number): number => {
    let sum = 0;
    for (let row = i - 2; row <= i; row++) sum += difference(row, i) * difference(row, other);
    return sum;
  };
  return [product(i), product(i + 1), product(i + 2)];
}
