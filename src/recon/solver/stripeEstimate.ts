import type { FlatField, RawData } from "../pipeline/darkFlat.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import { integralsOfMeans, type RingRemoval, stripesOfMeans } from "../pipeline/stripes/ringRemoval.js";

/** While nobody asks for stripes, every sixteenth projection tells enough of them. */
const STRIDE_WHILE_UNUSED = 16;

/** Less than this part of a half turn shows the sample where it should show the detector. */
const LEAST_PART = 0.5;

/** Stripes that differ from those in use by more than this part of them are worth computing all slices again. */
const WORTHWHILE_CHANGE = 0.5;

/**
 * What each detector pixel adds to all of its rays, as far as the projections of a half turn tell: the mean counts of each
 * pixel, half turn by half turn. Nothing is kept of single projections.
 */
export class StripeEstimate {
  readonly #width: number;
  readonly #capacity: number;
  #sums: Float64Array;
  #added = 0;
  #passed = 0;
  /** Means over the last half turn that is complete, or over the better part of the first. */
  #means: Float64Array | undefined;
  #isNew = false;
  #inUse: Float32Array | undefined;

  /** `capacity` is the number of projections of a half turn. */
  constructor({ width, height }: ProjectionSize, capacity: number) {
    this.#width = width;
    this.#capacity = capacity;
    this.#sums = new Float64Array(width * height);
  }

  take(raw: RawData, removal: RingRemoval): void {
    if (removal !== "None" || this.#passed % STRIDE_WHILE_UNUSED === 0) {
      addTo(this.#sums, raw);
      this.#added += 1;
    }
    this.#passed += 1;
    const isFirst = this.#means === undefined && this.#passed >= LEAST_PART * this.#capacity;
    const isComplete = this.#passed >= this.#capacity;
    if (!isFirst && !isComplete) return;
    this.#means = this.#sums.map((sum) => sum / this.#added);
    this.#isNew = true;
    if (isComplete) this.#begin();
  }

  #begin(): void {
    this.#sums.fill(0);
    this.#added = 0;
    this.#passed = 0;
  }

  /** Line integrals to be taken away; undefined while too little is known. */
  stripes(field: FlatField, removal: Exclude<RingRemoval, "None">): Float32Array | undefined {
    if (this.#means === undefined) return undefined;
    this.#inUse = stripesOfMeans(integralsOfMeans(this.#means, field), this.#width, removal);
    return this.#inUse;
  }

  /** Whether `stripes` would now be well beside what it was. */
  isBetterKnown(field: FlatField, removal: Exclude<RingRemoval, "None">): boolean {
    if (!this.#isNew || this.#means === undefined) return false;
    this.#isNew = false;
    const known = this.#inUse;
    if (known === undefined) return true;
    const now = stripesOfMeans(integralsOfMeans(this.#means, field), this.#width, removal);
    const change = now.map((value, i) => value - (known[i] ?? 0));
    return squares(change) > WORTHWHILE_CHANGE ** 2 * squares(known);
  }
}

function addTo(sums: Float64Array, raw: RawData): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (raw[i] as number);
}

function squares(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}
