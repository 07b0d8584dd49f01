import { type FlatField, minusLog, type RawData } from "./darkFlat.js";
import { dezinger } from "./dezinger.js";
import { type FilterType, RowFilter } from "./filters.js";
import { type PhaseRetrieval, paganin } from "./paganin.js";

/** What is done to a projection before it is backprojected. */
export interface PreprocessParameters {
  readonly filter: FilterType;
  /** Pixels; 0 for none. */
  readonly dezingerRadius: number;
  /** Absent for none. */
  readonly phase?: PhaseRetrieval;
}

export interface ProjectionSize {
  readonly width: number;
  readonly height: number;
}

/** Raw counts of one projection to filtered line integrals, ready for backprojection. */
export class Preprocessor {
  readonly size: ProjectionSize;
  readonly #fields: FlatField;
  readonly #parameters: PreprocessParameters;
  readonly #filter: RowFilter;
  readonly #retrievePhase: ((frame: Float32Array) => void) | undefined;

  constructor(size: ProjectionSize, fields: FlatField, parameters: PreprocessParameters) {
    this.size = size;
    this.#fields = fields;
    this.#parameters = parameters;
    this.#filter = new RowFilter(size.width, parameters.filter);
    this.#retrievePhase = parameters.phase && paganin(size, parameters.phase);
  }

  /** Fills `out`, width x height pixels, and returns it. */
  process(raw: RawData, out: Float32Array): Float32Array {
    const { width, height } = this.size;
    this.#fields.transmission(raw, out);
    dezinger(out, width, height, this.#parameters.dezingerRadius);
    this.#retrievePhase?.(out);
    minusLog(out);
    this.#filter.apply(out, height);
    return out;
  }
}
