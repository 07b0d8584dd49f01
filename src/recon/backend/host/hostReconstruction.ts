import type { FlatField, RawData } from "../../pipeline/darkFlat.js";
import { PLANES, type SliceData, type SliceGeometry } from "../../pipeline/geometry.js";
import { Preprocessor, type PreprocessParameters, type ProjectionSize } from "../../pipeline/preprocess.js";
import type { Reconstruction, ReconstructionOptions } from "../backend.js";
import { copyOf } from "../copyOf.js";
import type { Accumulate, SliceAccumulator } from "./accumulator.js";

/** A projection in memory. `filtered` is worth something while `isFiltered`. */
interface Kept {
  raw: RawData;
  filtered: Float32Array | undefined;
  isFiltered: boolean;
}

/** Projections in the memory of this process, preprocessed here; `accumulate` says what adds them to the slices. */
export class HostReconstruction implements Reconstruction {
  readonly #size: ProjectionSize;
  readonly #keepsFiltered: boolean;
  readonly #accumulate: Accumulate;
  readonly #places: (Kept | undefined)[] = [];
  readonly #scratch: Float32Array;
  #preprocessor: Preprocessor | undefined;
  #accumulator: SliceAccumulator | undefined;

  constructor({ size, keepsFiltered }: ReconstructionOptions, accumulate: Accumulate) {
    this.#size = size;
    this.#keepsFiltered = keepsFiltered;
    this.#accumulate = accumulate;
    this.#scratch = new Float32Array(size.width * size.height);
  }

  keep(place: number, raw: RawData): void {
    const before = this.#places[place];
    this.#places[place] = {
      raw: copyOf(raw, before?.raw),
      filtered: before?.filtered,
      isFiltered: false,
    };
  }

  preprocess(fields: FlatField, parameters: PreprocessParameters): void {
    this.#preprocessor = new Preprocessor(this.#size, fields, parameters);
    for (const kept of this.#places) if (kept !== undefined) kept.isFiltered = false;
  }

  begin(geometry: SliceGeometry, planes = PLANES): void {
    if (this.#accumulator === undefined) this.#accumulator = this.#accumulate(geometry);
    else this.#accumulator.begin(geometry, planes);
  }

  add(place: number, thetaRadians: number, weight: 1 | -1, planes = PLANES): void | Promise<void> {
    return this.#sums.add(this.#filteredAt(place), thetaRadians, weight, planes);
  }

  async read(scales: SliceData<number>, into?: SliceData<Float32Array>): Promise<SliceData<Float32Array>> {
    const slices = await this.#sums.read(scales);
    if (into === undefined) return slices;
    for (const plane of PLANES) into[plane].set(slices[plane]);
    return into;
  }

  close(): void {
    this.#accumulator?.close();
    this.#accumulator = undefined;
    this.#places.length = 0;
  }

  get #sums(): SliceAccumulator {
    if (this.#accumulator === undefined) throw new Error("there are no sums yet");
    return this.#accumulator;
  }

  #filteredAt(place: number): Float32Array {
    const kept = this.#places[place];
    if (kept === undefined || this.#preprocessor === undefined)
      throw new Error(`no projection at place ${place}, or no way to preprocess it`);
    if (kept.isFiltered && kept.filtered !== undefined) return kept.filtered;
    const out = this.#keepsFiltered
      ? (kept.filtered ?? new Float32Array(this.#scratch.length))
      : this.#scratch;
    this.#preprocessor.process(kept.raw, out);
    if (this.#keepsFiltered) {
      kept.filtered = out;
      kept.isFiltered = true;
    }
    return out;
  }
}
