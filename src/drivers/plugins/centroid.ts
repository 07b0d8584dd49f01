import { isBigData, type NDData, toDoubles } from "../ndarray/ndArray.js";

/** A profile along x and one along y. */
export interface Profiles {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** What the pixels at or above a threshold look like as a distribution: NDPluginStats's group of that name. */
export interface Centroid {
  readonly total: number;
  readonly x: number;
  readonly y: number;
  readonly sigmaX: number;
  readonly sigmaY: number;
  readonly sigmaXY: number;
  readonly skewX: number;
  readonly skewY: number;
  readonly kurtosisX: number;
  readonly kurtosisY: number;
  readonly eccentricity: number;
  readonly orientationDegrees: number;
}

export interface CentroidResult {
  readonly centroid: Centroid;
  /** Means of rows and columns: of all pixels, and of those that the threshold leaves. */
  readonly average: Profiles;
  readonly threshold: Profiles;
}

export const noCentroid: Centroid = {
  total: 0,
  x: 0,
  y: 0,
  sigmaX: 0,
  sigmaY: 0,
  sigmaXY: 0,
  skewX: 0,
  skewY: 0,
  kurtosisX: 0,
  kurtosisY: 0,
  eccentricity: 0,
  orientationDegrees: 0,
};

export const emptyProfiles = (sizeX: number, sizeY: number): Profiles => ({
  x: new Float64Array(sizeX),
  y: new Float64Array(sizeY),
});

/** The sums of profile x index to the power of 0 to 4. */
function moments(profile: Float64Array): readonly [number, number, number, number, number] {
  let [m0, m1, m2, m3, m4] = [0, 0, 0, 0, 0];
  for (let index = 0; index < profile.length; index++) {
    const value = profile[index] ?? 0;
    m0 += value;
    m1 += value * index;
    m2 += value * index ** 2;
    m3 += value * index ** 3;
    m4 += value * index ** 4;
  }
  return [m0, m1, m2, m3, m4];
}

/** Mean, central second moment, and the shape of a distribution along one axis. */
function alongAxis(profile: Float64Array) {
  const [m0, m1, m2, m3, m4] = moments(profile);
  const mean = m1 / m0;
  const mu2 = m2 - m1 * mean;
  const mu3 = m3 - 3 * mean * m2 + 2 * mean * mean * m1;
  const mu4 = m4 - 4 * mean * m3 + 6 * mean * mean * m2 - 3 * mean ** 3 * m1;
  const variance = mu2 / m0;
  const hasWidth = variance !== 0;
  return {
    mean,
    mu2,
    sigma: Math.sqrt(variance),
    skew: hasWidth ? mu3 / (m0 * variance ** 1.5) : 0,
    kurtosis: hasWidth ? mu4 / (m0 * variance ** 2) - 3 : 0,
  };
}

/** Of an image of `sizeX` by `sizeY` pixels, from its profiles and the sum of value x column x row. */
function centroidOf(profiles: Profiles, crossMoment: number): Centroid {
  const total = moments(profiles.x)[0];
  if (!(total > 0)) return noCentroid;
  const x = alongAxis(profiles.x);
  const y = alongAxis(profiles.y);
  const mu11 = crossMoment - x.mean * y.mean * total;
  const covariance = mu11 / total;
  const spread = x.mu2 + y.mu2;
  return {
    total,
    x: x.mean,
    y: y.mean,
    sigmaX: x.sigma,
    sigmaY: y.sigma,
    sigmaXY: x.sigma !== 0 && y.sigma !== 0 ? covariance / (x.sigma * y.sigma) : 0,
    skewX: x.skew,
    skewY: y.skew,
    kurtosisX: x.kurtosis,
    kurtosisY: y.kurtosis,
    eccentricity: spread === 0 ? 0 : ((x.mu2 - y.mu2) ** 2 - 4 * mu11 ** 2) / spread ** 2,
    orientationDegrees: (0.5 * Math.atan2(2 * covariance, (x.mu2 - y.mu2) / total) * 180) / Math.PI,
  };
}

/** Centroid and mean profiles of an image. */
export function findCentroid(
  data: NDData,
  sizeX: number,
  sizeY: number,
  thresholdValue: number,
): CentroidResult {
  const numbers = isBigData(data) ? toDoubles(data) : data;
  const average = emptyProfiles(sizeX, sizeY);
  const threshold = emptyProfiles(sizeX, sizeY);
  let crossMoment = 0;
  for (let row = 0, index = 0; row < sizeY; row++) {
    let rowSum = 0;
    let rowAbove = 0;
    let rowMoment = 0;
    for (let column = 0; column < sizeX; column++, index++) {
      const value = numbers[index] ?? 0;
      average.x[column] = (average.x[column] ?? 0) + value;
      rowSum += value;
      if (value < thresholdValue) continue;
      threshold.x[column] = (threshold.x[column] ?? 0) + value;
      rowAbove += value;
      rowMoment += value * column;
    }
    average.y[row] = rowSum;
    threshold.y[row] = rowAbove;
    crossMoment += rowMoment * row;
  }
  const centroid = centroidOf(threshold, crossMoment);
  const scale = ({ x, y }: Profiles): Profiles => ({
    x: x.map((sum) => sum / sizeY),
    y: y.map((sum) => sum / sizeX),
  });
  return { centroid, average: scale(average), threshold: scale(threshold) };
}

/** The pixels of the row and of the column through a point, which is moved into the image. */
export function profilesThrough(
  data: NDData,
  sizeX: number,
  sizeY: number,
  point: { readonly x: number; readonly y: number },
): Profiles & { readonly value: number } {
  const within = (position: number, size: number) => Math.min(Math.max(Math.trunc(position), 0), size - 1);
  const column = within(point.x, sizeX);
  const row = within(point.y, sizeY);
  const pixel = (x: number, y: number) => Number(data[y * sizeX + x] ?? 0);
  return {
    x: Float64Array.from({ length: sizeX }, (_, x) => pixel(x, row)),
    y: Float64Array.from({ length: sizeY }, (_, y) => pixel(column, y)),
    value: pixel(column, row),
  };
}
