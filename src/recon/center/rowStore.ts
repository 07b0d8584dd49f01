import { type NDArray, viewOf } from "../../drivers/ndarray/ndArray.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import type { ThetaTable } from "../solver/thetaTable.js";

/** Detector rows that are kept, spread over the detector. */
const ROWS = 5;

/** More than a half turn, so that there are opposite views; of a scan that turns back two, so that each direction is there. */
const HALF_TURNS = 1.2;
const HALF_TURNS_BACK_AND_FORTH = 2;

/** Places beyond that, which new projections take while somebody reads: a part of those that are read. */
const SPARE_PART = 0.1;

const HALF_TURN = 180;

/** Some detector rows of recent projections. */
export interface StoredRows {
  readonly width: number;
  /** Detector row numbers. */
  readonly rows: readonly number[];
  /** Of each view, the oldest first. */
  readonly degrees: Float64Array;
  /** Where each view is in `counts`. */
  readonly places: Uint32Array;
  /** Shared memory: place after place, row after row. */
  readonly counts: Float32Array;
}

/** Keeps of each projection what the search for the rotation center needs: a few rows, for a little more than a half turn or two. */
export class RowStore {
  readonly rows: readonly number[];
  /** Projections of a half turn. */
  readonly capacity: number;
  readonly #width: number;
  readonly #table: ThetaTable;
  /** Views that are told of at most. */
  readonly #most: number;
  readonly #degrees: Float64Array;
  readonly #counts: Float32Array;
  #taken = 0;

  constructor({ width, height }: ProjectionSize, table: ThetaTable) {
    const count = Math.min(ROWS, height);
    this.rows = Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * height) / count));
    this.capacity = Math.max(1, Math.round(HALF_TURN / table.step));
    this.#width = width;
    this.#table = table;
    const halfTurns = turnsBack(table, this.capacity) ? HALF_TURNS_BACK_AND_FORTH : HALF_TURNS;
    this.#most = Math.ceil(halfTurns * this.capacity);
    const places = Math.ceil((1 + SPARE_PART) * this.#most);
    this.#degrees = new Float64Array(places);
    const bytes = places * count * width * Float32Array.BYTES_PER_ELEMENT;
    this.#counts = new Float32Array(new SharedArrayBuffer(bytes));
  }

  /** Projections that came since the beginning. */
  get taken(): number {
    return this.#taken;
  }

  /** Copies the rows of projection `index`; the frame has the size that the store was made for. */
  take(frame: NDArray, index: number): void {
    const degrees = this.#table.theta(index);
    if (degrees === undefined) return;
    const width = this.#width;
    const length = frame.dimensions.reduce((product, { size }) => product * size, 1);
    const pixels = viewOf(frame.dataType, frame.buffer, length);
    const place = this.#taken % this.#degrees.length;
    this.rows.forEach((row, i) => {
      const start = (place * this.rows.length + i) * width;
      for (let x = 0; x < width; x++) this.#counts[start + x] = Number(pixels[row * width + x]);
    });
    this.#degrees[place] = degrees;
    this.#taken += 1;
  }

  /** What is kept. The counts are not copied: whoever reads them is to be done before many more have come. */
  stored(): StoredRows {
    const count = Math.min(this.#taken, this.#most);
    const first = this.#taken - count;
    const places = Uint32Array.from({ length: count }, (_, i) => (first + i) % this.#degrees.length);
    const degrees = Float64Array.from(places, (place) => this.#degrees[place] ?? 0);
    return { width: this.#width, rows: this.rows, degrees, places, counts: this.#counts };
  }
}

/** Whether the stage is less than one and a half half turns away after two of them. */
const turnsBack = (table: ThetaTable, capacity: number): boolean =>
  Math.abs((table.theta(2 * capacity) ?? 0) - (table.theta(0) ?? 0)) < 1.5 * HALF_TURN;
