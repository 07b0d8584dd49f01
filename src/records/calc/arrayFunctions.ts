/** The functions of whole arrays in synApps's expressions. `first` and `last` are the elements that count. */

const SMALL = 1e-9;
/** calcUtil's fits give up on a determinant that is smaller. */
const SMALLEST_DETERMINANT = 1e-8;

export interface Range {
  readonly first: number;
  readonly last: number;
}

type Reduction = (values: Float64Array, range: Range) => number;

const at = (values: Float64Array, index: number): number => values[index] ?? Number.NaN;

function positionOf(values: Float64Array, { first, last }: Range, better: (x: number, y: number) => boolean) {
  let position = first;
  for (let i = first + 1; i <= last; i++) if (better(at(values, i), at(values, position))) position = i;
  return position;
}

export const indexOfLargest: Reduction = (values, range) => positionOf(values, range, (x, y) => x > y);
export const indexOfSmallest: Reduction = (values, range) => positionOf(values, range, (x, y) => x < y);
export const largest: Reduction = (values, range) => at(values, indexOfLargest(values, range));
export const smallest: Reduction = (values, range) => at(values, indexOfSmallest(values, range));

export const sum: Reduction = (values, { first, last }) => {
  let total = 0;
  for (let i = first; i <= last; i++) total += at(values, i);
  return total;
};

export const average: Reduction = (values, range) => sum(values, range) / (1 + range.last - range.first);

export const standardDeviation: Reduction = (values, range) => {
  const mean = average(values, range);
  const { first, last } = range;
  let squares = 0;
  for (let i = first; i <= last; i++) squares += (at(values, i) - mean) ** 2;
  return last > first ? Math.sqrt(squares / (last - first)) : Math.sqrt(squares);
};

/** Where the values first change their sign, between elements; -1 where they do not. */
export const indexOfZero: Reduction = (values, { first, last }) => {
  for (let i = first + 1; i <= last; i++) {
    if (at(values, i) > 0 === at(values, first) > 0) continue;
    const before = at(values, i - 1);
    return i - 1 + Math.abs(before) / Math.abs(before - at(values, i));
  }
  return -1;
};

export const indexOfNonZero: Reduction = (values, { first, last }) => {
  for (let i = first; i <= last; i++) if (Math.abs(at(values, i)) > SMALL) return i;
  return -1;
};

/** The width of the highest peak at half of its height; an edge that is not there is where the values end. */
export const fullWidthHalfMaximum: Reduction = (values, range) => {
  const { first, last } = range;
  const peak = indexOfLargest(values, range);
  const low = smallest(values, range);
  const half = low + (at(values, peak) - low) / 2;
  const crossing = (i: number): number => i + (half - at(values, i)) / (at(values, i + 1) - at(values, i));
  let right = last;
  for (let i = peak + 1; i <= last; i++)
    if (at(values, i) < half) {
      right = i - 1 + (half - at(values, i - 1)) / (at(values, i) - at(values, i - 1));
      break;
    }
  let left = 0;
  for (let i = peak - 1; i >= first; i--)
    if (at(values, i) < half) {
      left = crossing(i);
      break;
    }
  return right - left;
};

/** Weights each inner element with its neighbours: 1 4 6 4 1 over 16. */
export function smooth(values: Float64Array, { first, last }: Range): void {
  let [x, y, z] = [at(values, first), at(values, first + 1), at(values, first + 2)];
  for (let i = first + 2; i <= last - 2; i++) {
    values[i] = x / 16 + y / 4 + (3 * z) / 8 + at(values, i + 1) / 4 + at(values, i + 2) / 16;
    [x, y, z] = [y, z, at(values, i + 1)];
  }
}

export function cumulate(values: Float64Array): void {
  for (let i = 1; i < values.length; i++) values[i] = at(values, i) + at(values, i - 1);
}

/** The coefficients of c + b x + a x². */
export interface Polynomial {
  readonly c: number;
  readonly b: number;
  readonly a: number;
}

/**
 * The parabola closest to `y` over `x`; where a mask is given, only points where it is above zero count. Undefined where the points
 * do not decide it.
 */
export function fitPolynomial(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  mask?: ArrayLike<number>,
): Polynomial | undefined {
  if (y.length < 3) return undefined;
  const moments = [0, 0, 0, 0, 0];
  const beta = [0, 0, 0];
  for (let i = 0; i < y.length; i++) {
    if (mask !== undefined && !((mask[i] ?? 0) > SMALLEST_DETERMINANT)) continue;
    const position = x[i] ?? 0;
    let power = 1;
    for (let n = 0; n < 5; n++) {
      moments[n] = (moments[n] ?? 0) + power;
      if (n < 3) beta[n] = (beta[n] ?? 0) + (y[i] ?? 0) * power;
      power *= position;
    }
  }
  return solve(moments, beta);
}

/** Solves the normal equations by the inverse of their symmetric matrix. */
function solve(moments: readonly number[], beta: readonly number[]): Polynomial | undefined {
  const [a = 0, b = 0, c = 0, f = 0, i = 0] = moments;
  const [d, e, g, h] = [b, c, c, f];
  const determinant = a * (e * i - h * f) + b * (f * g - i * d) + c * (d * h - g * e);
  if (Math.abs(determinant) < SMALLEST_DETERMINANT) return undefined;
  const [y0 = 0, y1 = 0, y2 = 0] = beta;
  const column = (m0: number, m1: number, m2: number): number =>
    (y0 * m0) / determinant + (y1 * m1) / determinant + (y2 * m2) / determinant;
  return {
    c: column(e * i - f * h, f * g - d * i, d * h - e * g),
    b: column(c * h - b * i, a * i - c * g, b * g - a * h),
    a: column(b * f - c * e, c * d - a * f, a * e - b * d),
  };
}

/**
 * The slope at each element: that of a parabola through it and `side` elements on each side; undefined where one cannot be
 * fitted.
 */
export function derivative(y: Float64Array, side: number): Float64Array | undefined {
  const count = y.length;
  const points = 2 * side + 1;
  const half = side + 1;
  if (count < points) return undefined;
  const slopes = new Float64Array(count);
  const x = Float64Array.from({ length: points }, (_, index) => index);
  const fitAt = (start: number): Polynomial | undefined =>
    fitPolynomial(x, y.subarray(start, start + points));
  const head = fitAt(0);
  const tail = fitAt(count - points);
  if (head === undefined || tail === undefined) return undefined;
  for (let j = 0; j < half; j++) slopes[j] = head.b + 2 * head.a * j;
  for (let i = half; i < count - half; i++) {
    const fit = fitAt(i - side);
    if (fit === undefined) return undefined;
    slopes[i] = fit.b + 2 * fit.a * side;
  }
  for (let j = 0; j < half; j++) slopes[count - half + j] = tail.b + 2 * tail.a * (j + side);
  return slopes;
}

/** Moves elements by a number that need not be whole: to higher indexes when positive. */
export function shiftElements(values: Float64Array, distance: number, whole: number): void {
  const length = values.length;
  const moved = new Float64Array(length);
  for (let i = 0; i < length; i++) moved[i] = values[i - whole] ?? 0;
  values.set(moved);
  const part = Math.abs(distance - whole);
  if (part <= SMALL || length < 2) return;
  if (distance < whole) {
    for (let i = 0; i < length - 1; i++)
      values[i] = at(values, i) + part * (at(values, i + 1) - at(values, i));
    values[length - 1] = at(values, length - 1) + part * (at(values, length - 1) - at(values, length - 2));
  } else {
    for (let i = length - 1; i > 0; i--)
      values[i] = at(values, i) + part * (at(values, i - 1) - at(values, i));
    values[0] = at(values, 0) + part * (at(values, 0) - at(values, 1));
  }
}

/** Zeros outside of the elements that count. */
export function clearOutside(values: Float64Array, { first, last }: Range): void {
  values.fill(0, 0, first);
  values.fill(0, last + 1);
}
