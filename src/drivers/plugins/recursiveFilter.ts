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

  /** N. */
  get filtered(): number {
    return this.#filtered;
  }

  /** Filters a frame in place. */
  apply(frame: Float64Array, { coefficients, numFilter, reset, autoReset }: FilterRequest): void {
    const limit = Math.max(1, numFilter);
    const isNew = this.#memory?.length !== frame.length;
    const memory = isNew || this.#memory === undefined ? frame.slice() : this.#memory;
    this.#memory = memory;
    if (isNew || reset || (autoReset && this.#filtered >= limit)) {
      resetMemory(memory, frame, coefficients);
      this.#filtered = 0;
    }
    this.#filtered = Math.min(this.#filtered + 1, Math.max(limit, this.#filtered));
    filterFrame(memory, frame, coefficients, this.#filtered);
  }
}

function resetMemory(memory: Float64Array, frame: Float64Array, { rOffset, rc }: FilterCoefficients): void {
  for (let index = 0; index < frame.length; index++)
    memory[index] = rOffset + term(rc[0], memory[index]) + term(rc[1], frame[index]);
}

function filterFrame(
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
