import type { NDArrayInfo } from "../../drivers/ndarray/ndArray.js";
import type { ReconBackend, SliceAccumulator } from "../backend/backend.js";
import { FlatField, type RawData } from "../pipeline/darkFlat.js";
import type { SliceData, SliceGeometry } from "../pipeline/geometry.js";
import { Preprocessor, type ProjectionSize } from "../pipeline/preprocess.js";
import { AngularWindow, type View } from "./angularWindow.js";
import { changeOf, geometryOf, preprocessOf, type ReconParameters } from "./parameters.js";
import { spreadOrder } from "./spreadOrder.js";
import type { ThetaTable } from "./thetaTable.js";

/** What tells a frame from others, carried through to the slices it is the newest of. */
export type FrameStamp = Pick<NDArrayInfo, "uniqueId" | "timeStamp" | "epicsTimestamp">;

/** A projection of the window: its counts, and whether it is in the sums. */
interface Entry {
  readonly view: View;
  readonly stamp: FrameStamp;
  readonly raw: RawData;
  filtered: Float32Array | undefined;
  added: boolean;
}

export interface SolverOptions {
  readonly backend: ReconBackend;
  readonly size: ProjectionSize;
  readonly table: ThetaTable;
  readonly parameters: ReconParameters;
  /** Memory for raw projections; where a half turn does not fit, only every second, third ... is taken. */
  readonly rawBytes?: number;
  /** Memory for filtered projections beside the raw ones; without it a leaving projection is filtered once more. */
  readonly filteredBytes?: number;
  /** Projections that may wait to be added; more are dropped whole. */
  readonly maximumPending?: number;
}

export interface ReconSlices {
  readonly geometry: SliceGeometry;
  readonly parameters: ReconParameters;
  /** Attenuation in 1 / pixel. */
  readonly slices: SliceData<Float32Array>;
  /** Projections in these slices. */
  readonly views: number;
  /** The newest of them; undefined before the first. */
  readonly newest: FrameStamp | undefined;
}

const DEFAULT_RAW_BYTES = 4 * 1024 * 1024 * 1024;
const DEFAULT_FILTERED_BYTES = 1024 * 1024 * 1024;
const DEFAULT_MAXIMUM_PENDING = 64;
const MOST_SPARE = 8;
const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * Three ortho-slices from the last half turn of a stream. Each projection is added when it comes and taken away when
 * it leaves; new parameters begin new sums, filled from the kept projections in an order that shows the whole soon.
 * The sums are always divided by what is in them, so the values stay right while they fill.
 *
 * `accept` and the setters only take note; `step` does the work, one projection at a time.
 */
export class StreamingSolver {
  readonly size: ProjectionSize;
  readonly #backend: ReconBackend;
  readonly #window: AngularWindow;
  readonly #keepsFiltered: boolean;
  readonly #maximumPending: number;
  readonly #rawBytes: number;
  readonly #entries = new Map<number, Entry>();
  readonly #scratch: Float32Array;
  #parameters: ReconParameters;
  #dark: Float32Array | undefined;
  #flat: Float32Array | undefined;
  #openBeam: number | undefined;
  #preprocessor: Preprocessor | undefined;
  #accumulator: SliceAccumulator;
  #stride = 1;
  #inSums = 0;
  #newest: Entry | undefined;
  #arrived: Entry[] = [];
  #leaving: Entry[] = [];
  #backlog: Entry[] = [];
  readonly #spareRaw: RawData[] = [];
  readonly #spareFiltered: Float32Array[] = [];

  constructor(options: SolverOptions) {
    const { backend, size, table, parameters } = options;
    const pixels = size.width * size.height;
    this.size = size;
    this.#backend = backend;
    this.#window = new AngularWindow(table);
    this.#parameters = parameters;
    this.#maximumPending = options.maximumPending ?? DEFAULT_MAXIMUM_PENDING;
    this.#rawBytes = options.rawBytes ?? DEFAULT_RAW_BYTES;
    this.#keepsFiltered =
      this.#window.capacity * pixels * Float32Array.BYTES_PER_ELEMENT <=
      (options.filteredBytes ?? DEFAULT_FILTERED_BYTES);
    this.#scratch = new Float32Array(pixels);
    this.#accumulator = backend.accumulate(geometryOf(size, parameters));
  }

  /** Projections in the window. */
  get views(): number {
    return this.#window.size;
  }

  /** Projections of a full window, without those that memory is too short for. */
  get capacity(): number {
    return Math.ceil(this.#window.capacity / this.#stride);
  }

  get isIdle(): boolean {
    return this.#arrived.length + this.#leaving.length + this.#backlog.length === 0;
  }

  /** Projections that came and are not added yet. */
  get waiting(): number {
    return this.#arrived.length;
  }

  /**
   * Takes in a copy of projection `index`. "dropped" when too many wait already or memory is short, "ignored" when it has no angle, came
   * too late or has another size.
   */
  accept(index: number, raw: RawData, stamp: FrameStamp): "accepted" | "dropped" | "ignored" {
    if (raw.length !== this.#scratch.length) return "ignored";
    this.#stride = this.#strideFor(raw);
    if (this.#arrived.length >= this.#maximumPending || index % this.#stride !== 0) return "dropped";
    const accepted = this.#window.accept(index);
    if (accepted === undefined) return "ignored";
    for (const view of accepted.left) this.#leave(view);
    const copy = copyOf(raw, this.#spareRaw.pop());
    const entry = { view: accepted.view, stamp, raw: copy, filtered: undefined, added: false };
    this.#entries.set(index, entry);
    this.#arrived.push(entry);
    return "accepted";
  }

  /** Every how many-th projection is taken, so that a half turn fits the memory. */
  #strideFor(raw: RawData): number {
    return Math.max(1, Math.ceil((this.#window.capacity * raw.byteLength) / this.#rawBytes));
  }

  #leave(view: View): void {
    const entry = this.#entries.get(view.index);
    if (entry === undefined) return;
    this.#entries.delete(view.index);
    if (entry.added) this.#leaving.push(entry);
    else {
      this.#arrived = this.#arrived.filter((other) => other !== entry);
      this.#backlog = this.#backlog.filter((other) => other !== entry);
      this.#reuse(entry);
    }
  }

  /** Keeps the memory of a projection that has left for one that comes. */
  #reuse({ raw, filtered }: Entry): void {
    if (this.#spareRaw.length < MOST_SPARE) this.#spareRaw.push(raw);
    if (filtered !== undefined && this.#spareFiltered.length < MOST_SPARE) this.#spareFiltered.push(filtered);
  }

  /** Mean dark and flat field; either may stay unknown. Fields of another size are refused. */
  setFields(dark: Float32Array | undefined, flat: Float32Array | undefined): boolean {
    const fits = (field: Float32Array | undefined): boolean =>
      field === undefined || field.length === this.#scratch.length;
    if (!fits(dark) || !fits(flat)) return false;
    this.#dark = dark;
    this.#flat = flat;
    this.#preprocessAgain();
    return true;
  }

  setParameters(parameters: ReconParameters): void {
    const change = changeOf(this.#parameters, parameters);
    this.#parameters = parameters;
    if (change === "preprocess") this.#preprocessAgain();
    else if (change === "geometry") this.#backprojectAgain();
  }

  #preprocessAgain(): void {
    this.#preprocessor = undefined;
    for (const entry of this.#entries.values()) entry.filtered = undefined;
    this.#backprojectAgain();
  }

  #backprojectAgain(): void {
    this.#accumulator.close();
    this.#accumulator = this.#backend.accumulate(geometryOf(this.size, this.#parameters));
    this.#inSums = 0;
    this.#leaving = [];
    this.#arrived = [];
    const entries = this.#window.views().flatMap((view) => this.#entries.get(view.index) ?? []);
    for (const entry of entries) entry.added = false;
    this.#backlog = spreadOrder(entries.length).flatMap((position) => entries[position] ?? []);
  }

  /** Does the next piece of work and says which, newest arrivals before recomputation; call it until `isIdle`. */
  async step(): Promise<"removed" | "added" | "recomputed" | "nothing"> {
    const leaving = this.#leaving.shift();
    if (leaving !== undefined) {
      this.#inSums -= 1;
      await this.#accumulate(leaving, -1);
      this.#reuse(leaving);
      return "removed";
    }
    const isArrival = this.#arrived.length > 0;
    const entry = this.#arrived.shift() ?? this.#backlog.shift();
    if (entry === undefined) return "nothing";
    // Marked before the work is awaited: parameters that change meanwhile begin new sums and clear the mark.
    entry.added = true;
    this.#inSums += 1;
    if (entry.view.index > (this.#newest?.view.index ?? -1)) this.#newest = entry;
    await this.#accumulate(entry, 1);
    return isArrival ? "added" : "recomputed";
  }

  #accumulate(entry: Entry, weight: 1 | -1): void | Promise<void> {
    return this.#accumulator.add(this.#filteredOf(entry), entry.view.theta * RADIANS_PER_DEGREE, weight);
  }

  #filteredOf(entry: Entry): Float32Array {
    if (entry.filtered !== undefined) return entry.filtered;
    const out = this.#keepsFiltered
      ? (this.#spareFiltered.pop() ?? new Float32Array(this.#scratch.length))
      : this.#scratch;
    this.#preprocessor ??= new Preprocessor(
      this.size,
      this.#flatFieldFor(entry.raw),
      preprocessOf(this.#parameters),
    );
    this.#preprocessor.process(entry.raw, out);
    if (this.#keepsFiltered) entry.filtered = out;
    return out;
  }

  /** Until a flat field is known, the brightest pixel of the first projection stands for the open beam. */
  #flatFieldFor(raw: RawData): FlatField {
    const dark = this.#dark ?? new Float32Array(raw.length);
    if (this.#flat !== undefined) return new FlatField(dark, this.#flat);
    this.#openBeam ??= brightestOf(raw);
    return new FlatField(dark, new Float32Array(raw.length).fill(this.#openBeam));
  }

  /** The slices as far as they are computed. */
  async slices(): Promise<ReconSlices> {
    const { geometry } = this.#accumulator;
    const parameters = this.#parameters;
    const views = this.#inSums;
    const newest = this.#newest?.stamp;
    const slices = await this.#accumulator.read(Math.PI / Math.max(views, 1));
    return { geometry, parameters, slices, views, newest };
  }

  close(): void {
    this.#accumulator.close();
    this.#entries.clear();
  }
}

function brightestOf(raw: RawData): number {
  let brightest = 0;
  for (const value of raw) brightest = Math.max(brightest, value);
  return brightest;
}

/** The counts in memory of our own: that of `spare` when it is of the same kind. */
function copyOf(raw: RawData, spare: RawData | undefined): RawData {
  if (spare === undefined || spare.constructor !== raw.constructor) return raw.slice();
  new Uint8Array(spare.buffer).set(new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength));
  return spare;
}
