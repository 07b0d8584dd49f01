import { NDColorMode } from "../ndarray/imageLayout.js";
import { bytesPerElement, type NDDataType, type NDDimension, viewOf, wholeAxis } from "../ndarray/ndArray.js";
import type { PixelArray } from "./frameSource.js";

/** What simDetector draws: SimMode in its order. */
export const SimMode = { LinearRamp: 0, Peaks: 1, Sine: 2, OffsetNoise: 3 } as const;

/** Pixels are drawn in types that plain numbers can hold; 64-bit integers are as doubles until they leave. */
export type SimPixelType = Exclude<NDDataType, "Int64" | "UInt64">;

/** One wave: amplitude x sin(2 pi (frequency x t + phase / 360)), t running from 0 to 1 over an image. */
export interface Sine {
  readonly amplitude: number;
  readonly frequency: number;
  readonly phaseDegrees: number;
}

export interface SimRequest {
  readonly mode: number;
  readonly gain: number;
  readonly gainX: number;
  readonly gainY: number;
  /** Red, green, blue; of color images. */
  readonly colorGains: readonly [number, number, number];
  readonly offset: number;
  readonly noise: number;
  readonly peaks: {
    readonly start: readonly [number, number];
    readonly width: readonly [number, number];
    readonly count: readonly [number, number];
    readonly step: readonly [number, number];
    readonly heightVariationPercent: number;
  };
  readonly sines: {
    readonly x: readonly [Sine, Sine];
    readonly y: readonly [Sine, Sine];
    readonly multiplyX: boolean;
    readonly multiplyY: boolean;
  };
}

export interface SimFormat {
  readonly sizeX: number;
  readonly sizeY: number;
  readonly dataType: SimPixelType;
  readonly colorMode: number;
}

/** Where the pixels of a color lie. */
interface Plane {
  readonly first: number;
  readonly x: number;
  readonly y: number;
}

function planesOf({ sizeX, sizeY, colorMode }: SimFormat): readonly Plane[] {
  const colors = [0, 1, 2];
  switch (colorMode) {
    case NDColorMode.RGB1:
      return colors.map((first) => ({ first, x: 3, y: 3 * sizeX }));
    case NDColorMode.RGB2:
      return colors.map((color) => ({ first: color * sizeX, x: 1, y: 3 * sizeX }));
    case NDColorMode.RGB3:
      return colors.map((color) => ({ first: color * sizeX * sizeY, x: 1, y: sizeX }));
    default:
      return [{ first: 0, x: 1, y: sizeX }];
  }
}

export function simDimensions({ sizeX, sizeY, colorMode }: SimFormat): readonly NDDimension[] {
  const [x, y, color] = [wholeAxis(sizeX), wholeAxis(sizeY), wholeAxis(3)];
  if (colorMode === NDColorMode.RGB1) return [color, x, y];
  if (colorMode === NDColorMode.RGB2) return [x, color, y];
  if (colorMode === NDColorMode.RGB3) return [x, y, color];
  return [x, y];
}

/** Peaks are drawn this many widths out. */
const PEAK_REACH = 4;

/** The image of simDetector and how it goes from one frame to the next. */
export class SimImage {
  readonly #format: SimFormat;
  readonly #planes: readonly Plane[];
  readonly #pixels: PixelArray;
  readonly #background: PixelArray | undefined;
  readonly #ramp: PixelArray;
  #frames = 0;

  constructor(format: SimFormat, { offset, noise }: SimRequest) {
    this.#format = format;
    this.#planes = planesOf(format);
    this.#pixels = this.#blank();
    this.#ramp = this.#blank();
    if (offset === 0 && noise === 0) return;
    const background = this.#blank();
    for (let index = 0; index < background.length; index++)
      background[index] = noise === 0 ? offset : noise * Math.random() + offset;
    this.#background = background;
  }

  #blank(): PixelArray {
    const { sizeX, sizeY, dataType } = this.#format;
    const length = sizeX * sizeY * this.#planes.length;
    return viewOf(dataType, new SharedArrayBuffer(length * bytesPerElement(dataType)), length) as PixelArray;
  }

  /** The next frame; valid until the one after it is drawn. */
  next(request: SimRequest): PixelArray {
    this.#drawBackground();
    switch (request.mode) {
      case SimMode.LinearRamp:
        this.#addRamp(request);
        break;
      case SimMode.Peaks:
        this.#addPeaks(request);
        break;
      case SimMode.Sine:
        this.#addSines(request);
        break;
    }
    this.#frames += 1;
    return this.#pixels;
  }

  /** The same noise from another place, so that frames differ. */
  #drawBackground(): void {
    const background = this.#background;
    if (background === undefined) {
      this.#pixels.fill(0);
      return;
    }
    const start = Math.floor(background.length * Math.random());
    this.#pixels.set(background.subarray(start));
    this.#pixels.set(background.subarray(0, start), background.length - start);
  }

  /** Colors are only scaled in color images. */
  #colorGain({ colorGains }: SimRequest, color: number): number {
    return this.#planes.length === 1 ? 1 : (colorGains[color] ?? 1);
  }

  #addRamp(request: SimRequest): void {
    const { sizeX, sizeY } = this.#format;
    const ramp = this.#ramp;
    const whole = (value: number) => (this.#format.dataType.startsWith("Float") ? value : Math.trunc(value));
    this.#planes.forEach((plane, color) => {
      const step = whole(this.#colorGain(request, color)) * whole(request.gain);
      for (let y = 0; y < sizeY; y++)
        for (let x = 0; x < sizeX; x++) {
          const index = plane.first + y * plane.y + x * plane.x;
          ramp[index] =
            this.#frames === 0 ? step * (request.gainX * x + request.gainY * y) : (ramp[index] ?? 0) + step;
        }
    });
    for (let index = 0; index < ramp.length; index++) this.#add(index, ramp[index] ?? 0);
  }

  #add(index: number, value: number): void {
    this.#pixels[index] = (this.#pixels[index] ?? 0) + value;
  }

  #addPeaks(request: SimRequest): void {
    const { start, count, step, heightVariationPercent } = request.peaks;
    for (let row = 0; row < count[1]; row++)
      for (let column = 0; column < count[0]; column++) {
        const variation = 1 + (heightVariationPercent / 100) * (Math.random() - 0.5);
        const at = [start[0] + column * step[0], start[1] + row * step[1]] as const;
        this.#planes.forEach((plane, color) => {
          this.#addPeak(plane, at, request, variation * this.#colorGain(request, color));
        });
      }
  }

  #addPeak(plane: Plane, at: readonly [number, number], { gain, peaks }: SimRequest, height: number): void {
    const { sizeX, sizeY } = this.#format;
    const [widthX, widthY] = peaks.width;
    const reach = (width: number, size: number) => Math.min(2 * PEAK_REACH * width + 1, size - 1) >> 1;
    const profile = (distance: number, width: number) => Math.exp(-((distance / width) ** 2) / 2);
    const [reachX, reachY] = [reach(widthX, sizeX), reach(widthY, sizeY)];
    for (let y = Math.max(0, at[1] - reachY); y <= Math.min(sizeY - 1, at[1] + reachY); y++)
      for (let x = Math.max(0, at[0] - reachX); x <= Math.min(sizeX - 1, at[0] + reachX); x++) {
        const value = gain * profile(x - at[0], widthX) * profile(y - at[1], widthY);
        this.#add(plane.first + y * plane.y + x * plane.x, height * value);
      }
  }

  /** The waves go on where the last frame ended. */
  #addSines(request: SimRequest): void {
    const { sizeX, sizeY } = this.#format;
    const { x, y, multiplyX, multiplyY } = request.sines;
    const waves = (sines: readonly [Sine, Sine], size: number, gain: number) =>
      sines.map(({ amplitude, frequency, phaseDegrees }) =>
        Float64Array.from({ length: size }, (_, index) => {
          const time = ((this.#frames * size + index) * gain) / size;
          return amplitude * Math.sin(2 * Math.PI * (time * frequency + phaseDegrees / 360));
        }),
      );
    const [x1, x2] = waves(x, sizeX, request.gainX);
    const [y1, y2] = waves(y, sizeY, request.gainY);
    const at = (wave: Float64Array | undefined, index: number) => wave?.[index] ?? 0;
    const combined = (one: number, other: number, multiply: boolean) =>
      multiply ? one * other : one + other;
    const values: readonly ((column: number, row: number) => number)[] =
      this.#planes.length === 1
        ? [
            (column, row) =>
              combined(at(x1, column), at(x2, column), multiplyX) +
              combined(at(y1, row), at(y2, row), multiplyY),
          ]
        : [
            (column) => at(x1, column),
            (_, row) => at(y1, row),
            (column, row) => (at(x2, column) + at(y2, row)) / 2,
          ];
    this.#planes.forEach((plane, color) => {
      const gain = request.gain * this.#colorGain(request, color);
      for (let row = 0; row < sizeY; row++)
        for (let column = 0; column < sizeX; column++)
          this.#add(
            plane.first + row * plane.y + column * plane.x,
            gain * (values[color]?.(column, row) ?? 0),
          );
    });
  }
}
