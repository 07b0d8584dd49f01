import type { FrameRenderer, FrameRequest, PhantomOptions, PixelArray, SourceInfo } from "./frameSource.js";
import { phantomAt, projectPhantom, staticPhantom } from "./phantom.js";

/** What the detector behind a phantom of `size` columns is. */
export const phantomInfo = ({ size, rows = size }: PhantomOptions): SourceInfo => ({
  sizeX: size,
  sizeY: rows,
  dataTypes: ["UInt16", "UInt8"],
});

/** Counts of the open beam at the brightest pixel for an exposure of one second; a tenth of a second nearly fills 16 bits. */
const COUNTS_PER_SECOND = 480_000;
const SIXTEEN_BITS = 65_535;
const DARK_OFFSET = 100;
/** Standard deviations of what differs from pixel to pixel and from frame to frame, in counts. */
const DARK_PATTERN = 4;
const READ_NOISE = 3;
const PIXEL_GAIN_SPREAD = 0.015;

const NOISE_TABLE_BITS = 16;

/** Mulberry32: a small generator, the same everywhere for the same seed; uniform in (0, 1). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Standard normal deviates by Box and Muller. */
function normalTable(length: number, random: () => number): Float32Array {
  return Float32Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()),
  );
}

/** The open beam relative to its brightest: a wide vertical profile, multilayer stripes, and unequal pixels. */
function flatField({ sizeX, sizeY }: SourceInfo, random: () => number): Float32Array {
  const gain = normalTable(sizeX * sizeY, random);
  return Float32Array.from({ length: sizeX * sizeY }, (_, index) => {
    const row = Math.floor(index / sizeX) / sizeY - 0.5;
    const column = (index % sizeX) / sizeX - 0.5;
    const profile = Math.exp(-2 * row * row) * (1 - 0.15 * column * column);
    const stripes = 1 + 0.05 * Math.sin(40 * row + 2 * Math.sin(6 * column)) + 0.02 * Math.sin(130 * row);
    return 0.93 * profile * stripes * (1 + PIXEL_GAIN_SPREAD * (gain[index] ?? 0));
  });
}

/**
 * Counts of a detector behind the phantom: Beer-Lambert's law, a structured flat field, a dark offset, and photon noise in its
 * Gaussian limit (counts are in the hundreds at least). The same request gives the same frame.
 */
export class PhantomRenderer implements FrameRenderer {
  readonly info: SourceInfo;
  readonly #size: number;
  readonly #center: number;
  readonly #seed: number;
  readonly #evolving: boolean;
  readonly #noiseScale: number;
  readonly #flat: Float32Array;
  readonly #dark: Float32Array;
  readonly #normal: Float32Array;
  readonly #path: Float32Array;

  constructor(options: PhantomOptions) {
    const { size, center = size / 2, seed = 1, evolving = true, noise = true } = options;
    const random = seededRandom(seed);
    this.info = phantomInfo(options);
    const pixels = this.info.sizeX * this.info.sizeY;
    this.#size = size;
    this.#center = center;
    this.#seed = seed;
    this.#evolving = evolving;
    this.#noiseScale = noise ? 1 : 0;
    this.#flat = flatField(this.info, random);
    this.#normal = normalTable(2 ** NOISE_TABLE_BITS, random);
    this.#dark = normalTable(pixels, random).map((deviate) => DARK_OFFSET + DARK_PATTERN * deviate);
    this.#path = new Float32Array(pixels);
  }

  render(request: FrameRequest, out: PixelArray): void {
    const beam = request.illumination === "dark" ? 0 : COUNTS_PER_SECOND * request.exposureSeconds;
    if (request.illumination === "projection") this.#project(request);
    else this.#path.fill(0);
    const eightBits = request.dataType === "UInt8";
    const scale = eightBits ? 1 / 257 : 1;
    const flat = this.#flat;
    const dark = this.#dark;
    const normal = this.#normal;
    const path = this.#path;
    let state = Math.imul(this.#seed + request.sequence, 0x9e3779b1) >>> 0;
    for (let i = 0; i < path.length; i++) {
      const signal = beam * (flat[i] ?? 0) * Math.exp(-(path[i] ?? 0));
      // The high bits of a linear congruential generator pick the deviate.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const deviate = (normal[state >>> (32 - NOISE_TABLE_BITS)] ?? 0) * this.#noiseScale;
      const counts = (dark[i] ?? 0) + signal + deviate * Math.sqrt(signal + READ_NOISE * READ_NOISE);
      out[i] = Math.min(Math.max(counts + 0.5, 0), SIXTEEN_BITS) * scale;
    }
  }

  #project({ elapsedSeconds, thetaDegrees }: FrameRequest): void {
    const ellipsoids = this.#evolving ? phantomAt(this.#size, elapsedSeconds) : staticPhantom(this.#size);
    const geometry = { ...this.info, center: this.#center };
    projectPhantom(ellipsoids, thetaDegrees, geometry, this.#path);
  }
}
