/**
 * Stripes in column means by regularisation, as Titarenko et al., Applied Physics Letters 97 (2010) 201104, find them: the
 * curve c closest to the means m whose curvature stays small minimises |m - c|^2 + stiffness |c''|^2; the stripes are m - c.
 * The greater `stiffness`, the wider they may be: features of a period of 2 pi stiffness^(1/4) pixels are halved.
 */
export function stripesBesideSmooth(means: Float64Array, stiffness: number): Float64Array {
  const smooth = smoothed(means, stiffness);
  return means.map((mean, x) => mean - (smooth[x] as number));
}

/** Solves (1 + stiffness D'D) c = m, D the second difference: a matrix of five diagonals, by Cholesky's decomposition. */
function smoothed(means: Float64Array, stiffness: number): Float64Array {
  const count = means.length;
  if (count < 3) return means.slice();
  const diagonal = new Float64Array(count);
  const first = new Float64Array(count);
  const second = new Float64Array(count);
  const solution = means.slice();
  const at = (values: Float64Array, i: number): number => (i < 0 ? 0 : (values[i] as number));
  for (let i = 0; i < count; i++) {
    const [own, next, overNext] = curvatureRow(i, count);
    const { d1, d2 } = { d1: at(diagonal, i - 1), d2: at(diagonal, i - 2) };
    const { f1, s2 } = { f1: at(first, i - 1), s2: at(second, i - 2) };
    const pivot = 1 + stiffness * own - f1 * f1 * d1 - s2 * s2 * d2;
    diagonal[i] = pivot;
    first[i] = (stiffness * next - f1 * at(second, i - 1) * d1) / pivot;
    second[i] = (stiffness * overNext) / pivot;
    solution[i] = at(solution, i) - f1 * at(solution, i - 1) - s2 * at(solution, i - 2);
  }
  for (let i = count - 1; i >= 0; i--) {
    const after = i + 1 < count ? (solution[i + 1] as number) : 0;
    const afterNext = i + 2 < count ? (solution[i + 2] as number) : 0;
    solution[i] = at(solution, i) / at(diagonal, i) - at(first, i) * after - at(second, i) * afterNext;
  }
  return solution;
}

/** Row i of D'D from its diagonal on. */
function curvatureRow(i: number, count: number): readonly [number, number, number] {
  const difference = (row: number, column: number): number =>
    row < 0 || row > count - 3 ? 0 : ([1, -2, 1][column - row] ?? 0);
  const product = (other: number): number => {
    let sum = 0;
    for (let row = i - 2; row <= i; row++) sum += difference(row, i) * difference(row, other);
    return sum;
  };
  return [product(i), i + 1 < count ? product(i + 1) : 0, i + 2 < count ? product(i + 2) : 0];
}
