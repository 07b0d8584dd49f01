import { Fft, nextPowerOfTwo } from "../../libcom/fft.js";
import { type NDData, toDoubles } from "../ndarray/ndArray.js";

export interface FourierRequest {
  readonly from: NDData;
  readonly sizeX: number;
  /** 1 for a series. */
  readonly sizeY: number;
  readonly suppressDC: boolean;
}

/** A transform as NDPluginFFT gives it: the first half of the frequencies of each axis. */
export interface FourierTransform {
  readonly frequenciesX: number;
  readonly frequenciesY: number;
  /** The first row, with zeros up to a power of two. */
  readonly timeSeries: Float64Array;
  /** Of the first row of frequencies. */
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /** Of all frequencies, divided by the number of points. */
  readonly magnitude: Float64Array;
}

/** Transforms a series or an image, with zeros around it up to powers of two. Its sign is areaDetector's: exp(+iwt). */
export function fourierTransform({ from, sizeX, sizeY, suppressDC }: FourierRequest): FourierTransform {
  const pointsX = nextPowerOfTwo(sizeX);
  const pointsY = sizeY === 1 ? 1 : nextPowerOfTwo(sizeY);
  const re = padded(from, sizeX, sizeY, pointsX, pointsY);
  const im = new Float64Array(re.length);
  const timeSeries = re.slice(0, pointsX);
  transformLines(re, im, { points: pointsX, lines: sizeY, step: 1, stride: pointsX });
  const frequenciesX = pointsX / 2;
  const frequenciesY = Math.max(1, pointsY / 2);
  if (pointsY > 1) transformLines(re, im, { points: pointsY, lines: frequenciesX, step: pointsX, stride: 1 });
  if (suppressDC) re[0] = im[0] = 0;
  const magnitude = new Float64Array(frequenciesX * frequenciesY);
  for (let y = 0, k = 0; y < frequenciesY; y++)
    for (let x = 0; x < frequenciesX; x++, k++) {
      const index = y * pointsX + x;
      magnitude[k] = Math.sqrt((re[index] ?? 0) ** 2 + (im[index] ?? 0) ** 2) / re.length;
    }
  const real = re.slice(0, frequenciesX);
  // The transform of real numbers with the other sign is the complex conjugate.
  const imaginary = im.slice(0, frequenciesX).map((value) => -value);
  return { frequenciesX, frequenciesY, timeSeries, real, imaginary, magnitude };
}

function padded(from: NDData, sizeX: number, sizeY: number, pointsX: number, pointsY: number): Float64Array {
  const doubles = toDoubles(from);
  const all = new Float64Array(pointsX * pointsY);
  for (let y = 0; y < sizeY; y++) all.set(doubles.subarray(y * sizeX, (y + 1) * sizeX), y * pointsX);
  return all;
}

interface Lines {
  readonly points: number;
  readonly lines: number;
  /** From a point of a line to the next, and from a line to the next. */
  readonly step: number;
  readonly stride: number;
}

/** Transforms lines of an array where they stand. */
function transformLines(re: Float64Array, im: Float64Array, { points, lines, step, stride }: Lines): void {
  const fft = new Fft(points);
  const lineRe = new Float64Array(points);
  const lineIm = new Float64Array(points);
  for (let line = 0; line < lines; line++) {
    const start = line * stride;
    for (let i = 0; i < points; i++) {
      lineRe[i] = re[start + i * step] ?? 0;
      lineIm[i] = im[start + i * step] ?? 0;
    }
    fft.forward(lineRe, lineIm);
    for (let i = 0; i < points; i++) {
      const at = start + (fft.order[i] ?? 0) * step;
      re[at] = lineRe[i] ?? 0;
      im[at] = lineIm[i] ?? 0;
    }
  }
}
