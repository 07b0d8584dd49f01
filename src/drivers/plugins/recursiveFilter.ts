/** The coefficients of NDPluginProcess's filter, by the names of its records. */
export interface FilterCoefficients {
  readonly oOffset: number;
  readonly oScale: number;
  readonly oc: readonly [number, number, number, number];
  readonly fOffset: number;
  readonly fScale: number;
  readonly fc: readonly [number, number, number, number];
  readonly rOffset: number;
  readonly rc: readonly [number, number];
}

/** One frame's way through the filter. */
export interface FilterStep {
  readonly coefficients: FilterCoefficients;
  /** F, a value for each pixel, on shared memory. */
  readonly memory: Float64Array;
  /** Before this frame F is the frame. */
  readonly isNew: boolean;
  /** Before this frame F is reset. */
  readonly reset: boolean;
  /** N, this frame included. */
  readonly filtered: number;
}

export interface FilterRequest {
  readonly coefficients: FilterCoefficients;
  /** N of the formulas does not grow beyond this. */
  readonly numFilter: number;
  readonly reset: boolean;
  /** Begins anew once N frames were filtered. */
  readonly autoReset: boolean;
}

/**
 * A filter over successive frames. With F the filter's memory, I the input and N the frames filtered so far:
 *
 *     output = OOffset + OScale * ((OC1 + OC2/N) * F + (OC3 + OC4/N) * I)
 *     F      = FOffset + FScale * ((FC1 + FC2/N) * F + (FC3 + FC4/N) * I)
 *     F      = ROffset + RC1 * F + RC2 * I                                   at a reset
 */
export class RecursiveFilter {
  #memory: Float64Array | undefined;
  #filtered = 0;

  /** What is to be done with the next frame, of so many pixels: `filterPixels` does it. Frames are filtered one after the other. */
  step(pixels: number, { coefficients, numFilter, reset, autoReset }: FilterRequest): FilterStep {
    const limit = Math.max(1, numFilter);
    const isNew = this.#memory?.length !== pixels;
    const memory =
      isNew || this.#memory === undefined
        ? new Float64Array(new SharedArrayBuffer(pixels * Float64Array.BYTES_PER_ELEMENT))
        : this.#memory;
    this.#memory = memory;
    const isReset = isNew || reset || (autoReset && this.#filtered >= limit);
    if (isReset) this.#filtered = 0;
    this.#filtered = Math.min(this.#filtered + 1, Math.max(limit, this.#filtered));
    return { coefficients, memory, isNew, reset: isReset, filtered: this.#filtered };
  }
}

/** Filters in place the pixels of a frame that begin with its pixel `start`. */
export function filterPixels(step: FilterStep, pixels: Float64Array, start: number): void {
  const { memory, coefficients, isNew, reset, filtered } = step;
  const part = memory.subarray(start, start + pixels.length);
  if (isNew) part.set(pixels);
  if (reset) resetMemory(part, pixels, coefficients);
  filterPart(part, pixels, coefficients, filtered);
}

function resetMemory(memory: Float64Array, frame: Float64Array, { rOffset, rc }: FilterCoefficients): void {
  for (let index = 0; index < frame.length; index++)
    memory[index] = rOffset + term(rc[0], memory[index]) + term(rc[1], frame[index]);
}

function filterPart(
  memory: Float64Array,
  frame: Float64Array,
  { oOffset, oScale, oc, fOffset, fScale, fc }: FilterCoefficients,
  n: number,
): void {
  const o1 = oScale * (oc[0] + oc[1] / n);
  const o2 = oScale * (oc[2] + oc[3] / n);
  const f1 = fScale * (fc[0] + fc[1] / n);
  const f2 = fScale * (fc[2] + fc[3] / n);
  for (let index = 0; index < frame.length; index++) {
    const input = frame[index];
    const before = memory[index];
    frame[index] = oOffset + term(o1, before) + term(o2, input);
    memory[index] = fOffset + term(f1, before) + term(f2, input);
  }
}

/** A coefficient of 0 leaves its term out, also where that is no number. */
const term = (coefficient: number, value = 0): number => (coefficient === 0 ? 0 : coefficient * value);
