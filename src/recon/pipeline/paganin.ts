import { Fft, nextPowerOfTwo } from "../../libcom/fft.js";

/** Parameters of single-distance phase retrieval, in the units of tomoStream's PVs. */
export interface PhaseRetrieval {
  readonly energyKeV: number;
  readonly distanceMm: number;
  readonly pixelSizeUm: number;
  /** Regularisation; phase retrieval is off at 0. */
  readonly alpha: number;
}

interface FrameSize {
  readonly width: number;
  readonly height: number;
}

const PLANCK_REDUCED_KEV_S = 6.58211928e-19;
const LIGHT_CM_PER_S = 299_792_458e2;

export const wavelengthCm = (energyKeV: number): number =>
  (2 * Math.PI * PLANCK_REDUCED_KEV_S * LIGHT_CM_PER_S) / energyKeV;

/** Phase retrieval of frames of one size: multiplication with 1 / (1 + strength k^2), k in cycles per pixel. */
export interface PhasePlan {
  /** Size of the frame with its padding. */
  readonly columns: number;
  readonly rows: number;
  readonly strength: number;
}

/**
 * Paganin's filter 1 / (lambda z k^2 / (4 pi) + alpha), scaled to 1 at k = 0. Frames are padded on each side by their
 * edge values to at least the width of the Fresnel fringe, so that borders do not wrap.
 */
export function phasePlan(size: FrameSize, phase: PhaseRetrieval): PhasePlan {
  const pixelCm = phase.pixelSizeUm * 1e-4;
  const distanceCm = phase.distanceMm / 10;
  const lambda = wavelengthCm(phase.energyKeV);
  const fringe = Math.ceil((Math.PI * lambda * distanceCm) / pixelCm ** 2);
  return {
    columns: nextPowerOfTwo(size.width + fringe),
    rows: nextPowerOfTwo(size.height + fringe),
    strength: (lambda * distanceCm) / (4 * Math.PI) / phase.alpha / pixelCm ** 2,
  };
}

/** Phase retrieval on transmission frames, in place. */
export function paganin(size: FrameSize, phase: PhaseRetrieval): (frame: Float32Array) => void {
  const { columns, rows, strength } = phasePlan(size, phase);
  const response = new Float64Array(columns * rows);
  const frequency = (k: number, count: number): number => Math.min(k, count - k) / count;
  const horizontal = new Fft(columns);
  const vertical = new Fft(rows);
  vertical.order.forEach((ky, row) => {
    horizontal.order.forEach((kx, column) => {
      const squared = frequency(ky, rows) ** 2 + frequency(kx, columns) ** 2;
      response[row * columns + column] = 1 / (1 + strength * squared) / (rows * columns);
    });
  });
  return (frame) => {
    const re = padded(frame, size, columns, rows);
    const im = new Float64Array(re.length);
    transform(re, im, horizontal, vertical, "forward");
    for (let i = 0; i < re.length; i++) {
      re[i] = (re[i] as number) * (response[i] as number);
      im[i] = (im[i] as number) * (response[i] as number);
    }
    transform(re, im, horizontal, vertical, "inverse");
    crop(re, frame, size, columns, rows);
  };
}

/** The frame in the middle of a larger one, surrounded by its edge values. */
function padded(frame: Float32Array, size: FrameSize, columns: number, rows: number): Float64Array {
  const left = (columns - size.width) >> 1;
  const top = (rows - size.height) >> 1;
  const out = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const y = Math.min(Math.max(row - top, 0), size.height - 1);
    for (let column = 0; column < columns; column++) {
      const x = Math.min(Math.max(column - left, 0), size.width - 1);
      out[row * columns + column] = frame[y * size.width + x] as number;
    }
  }
  return out;
}

function crop(data: Float64Array, frame: Float32Array, size: FrameSize, columns: number, rows: number): void {
  const left = (columns - size.width) >> 1;
  const top = (rows - size.height) >> 1;
  for (let y = 0; y < size.height; y++) {
    const start = (y + top) * columns + left;
    frame.set(data.subarray(start, start + size.width), y * size.width);
  }
}

function transform(
  re: Float64Array,
  im: Float64Array,
  horizontal: Fft,
  vertical: Fft,
  direction: "forward" | "inverse",
): void {
  const columns = horizontal.size;
  for (let start = 0; start < re.length; start += columns)
    horizontal[direction](re.subarray(start, start + columns), im.subarray(start, start + columns));
  const columnRe = new Float64Array(vertical.size);
  const columnIm = new Float64Array(vertical.size);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < vertical.size; row++) {
      columnRe[row] = re[row * columns + column] as number;
      columnIm[row] = im[row * columns + column] as number;
    }
    vertical[direction](columnRe, columnIm);
    for (let row = 0; row < vertical.size; row++) {
      re[row * columns + column] = columnRe[row] as number;
      im[row * columns + column] = columnIm[row] as number;
    }
  }
}
