import type { NDArrayInfo } from "../../drivers/ndarray/ndArray.js";
import type { ReconBackend, Reconstruction, ViewAt } from "../backend/backend.js";
import { FlatField, type RawData } from "../pipeline/darkFlat.js";
import {
  movedPlanes,
  onEachPlane,
  PLANES,
  type Plane,
  type SliceData,
  type SliceGeometry,
} from "../pipeline/geometry.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import { AngularWindow, type View } from "./angularWindow.js";
import {
  geometryOf,
  needPreprocessing,
  ofPerPixel,
  preprocessOf,
  type ReconParameters,
} from "./parameters.js";
import { spreadOrder } from "./spreadOrder.js";
import { StripeEstimate } from "./stripeEstimate.js";
import type { ThetaTable } from "./thetaTable.js";

/** What tells a frame from others, carried through to the slices it is the newest of. */
export type FrameStamp = Pick<NDArrayInfo, "uniqueId" | "timeStamp" | "epicsTimestamp">;

/** A projection of the window: where the backend keeps it, and the planes whose sums it is in. */
interface Entry {
  readonly view: View;
  readonly stamp: FrameStamp;
  readonly place: number;
  planes: readonly Plane[];
}

/** What becomes of a projection in the sums. */
interface Change {
  readonly entry: Entry;
  readonly weight: 1 | -1;
  readonly planes: readonly Plane[];
}

/** How many projections a step has taken away, added as new ones, and added again. */
export interface StepDone {
  readonly removed: number;
  readonly added: number;
  readonly recomputed: number;
}

export interface SolverOptions {
  readonly backend: ReconBackend;
  readonly size: ProjectionSize;
  readonly table: ThetaTable;
  readonly parameters: ReconParameters;
  /** Memory for raw projections; where a half turn does not fit, only every second, third ... is taken. */
  readonly rawBytes?: number;
  /** Memory for filtered projections beside the raw ones; without it a backend may filter one once more. */
  readonly filteredBytes?: number;
  /** Projections that may wait to be added; more are dropped whole. */
  readonly maximumPending?: number;
}

export interface ReconSlices {
  readonly geometry: SliceGeometry;
  readonly parameters: ReconParameters;
  /** Attenuation, in what `unitsOf` says of the parameters. */
  readonly slices: SliceData<Float32Array>;
  /** Projections in the slice that has fewest of them. */
  readonly views: number;
  /** The newest of them; undefined before the first. */
  readonly newest: FrameStamp | undefined;
}

const DEFAULT_RAW_BYTES = 4 * 1024 * 1024 * 1024;
const DEFAULT_FILTERED_BYTES = 1024 * 1024 * 1024;
const DEFAULT_MAXIMUM_PENDING = 64;
const RADIANS_PER_DEGREE = Math.PI / 180;

/** Projections that a backend is offered at once: those of the next job too, so that it can prepare for it. */
const MOST_OFFERED = 16;

/**
 * Three ortho-slices from the last half turn of a stream. Each projection is added when it comes and taken away when
 * it leaves; new parameters begin new sums of the planes that they change, filled from the kept projections in an order
 * that shows the whole soon. The sums are always divided by what is in them, so the values stay right while they fill.
 *
 * `accept` and the setters only take note; `step` does the work, as many projections at a time as a backend likes.
 */
export class StreamingSolver {
  readonly size: ProjectionSize;
  readonly #reconstruction: Reconstruction;
  readonly #window: AngularWindow;
  readonly #maximumPending: number;
  readonly #rawBytes: number;
  readonly #entries = new Map<number, Entry>();
  readonly #places = new Places();
  readonly #stripes: StripeEstimate;
  #parameters: ReconParameters;
  #dark: Float32Array | undefined;
  #flat: Float32Array | undefined;
  #openBeam: number | undefined;
  /** Made of these when it is first wanted. */
  #plainField: FlatField | undefined;
  #geometry: SliceGeometry;
  #mustPreprocess = true;
  #stride = 1;
  /** Projections in the sums of each plane. */
  readonly #inSums = { z: 0, y: 0, x: 0 };
  #newest: Entry | undefined;
  #arrived: Entry[] = [];
  #leaving: Entry[] = [];
  #backlog: Entry[] = [];

  constructor(options: SolverOptions) {
    const { backend, size, table, parameters } = options;
    this.size = size;
    this.#window = new AngularWindow(table);
    this.#parameters = parameters;
    this.#maximumPending = options.maximumPending ?? DEFAULT_MAXIMUM_PENDING;
    this.#rawBytes = options.rawBytes ?? DEFAULT_RAW_BYTES;
    this.#geometry = geometryOf(size, parameters);
    this.#stripes = new StripeEstimate(size, this.#window.capacity);
    const bytesPerPixel = backend.filteredBytesPerPixel ?? Float32Array.BYTES_PER_ELEMENT;
    const filteredBytes = this.#window.capacity * this.#pixels * bytesPerPixel;
    const keepsFiltered = filteredBytes <= (options.filteredBytes ?? DEFAULT_FILTERED_BYTES);
    this.#reconstruction = backend.start({ size, keepsFiltered });
    this.#reconstruction.begin(this.#geometry);
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

  /** There is nothing to do but to add projections that came, which is cheaper for several of them. */
  get mayGather(): boolean {
    return this.waiting > 0 && this.#backlog.length === 0 && this.#reconstruction.addSome !== undefined;
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
    if (raw.length !== this.#pixels) return "ignored";
    this.#stride = this.#strideFor(raw);
    if (this.#arrived.length >= this.#maximumPending || index % this.#stride !== 0) return "dropped";
    const accepted = this.#window.accept(index);
    if (accepted === undefined) return "ignored";
    for (const view of accepted.left) this.#leave(view);
    const entry = { view: accepted.view, stamp, place: this.#places.take(), planes: [] };
    this.#reconstruction.keep(entry.place, raw);
    if (this.#flat === undefined && this.#openBeam === undefined) {
      this.#openBeam = brightestOf(raw);
      this.#plainField = undefined;
    }
    this.#watchStripes(raw);
    this.#entries.set(index, entry);
    this.#arrived.push(entry);
    return "accepted";
  }

  /** Slices begin anew when more is known of the rings in them. */
  #watchStripes(raw: RawData): void {
    const { ringRemoval } = this.#parameters;
    this.#stripes.take(raw, ringRemoval);
    if (ringRemoval !== "None" && this.#stripes.isBetterKnown(this.#fieldWithRings(), ringRemoval))
      this.#preprocessAgain();
  }

  /** Every how many-th projection is taken, so that a half turn fits the memory. */
  #strideFor(raw: RawData): number {
    return Math.max(1, Math.ceil((this.#window.capacity * raw.byteLength) / this.#rawBytes));
  }

  #leave(view: View): void {
    const entry = this.#entries.get(view.index);
    if (entry === undefined) return;
    this.#entries.delete(view.index);
    this.#arrived = this.#arrived.filter((other) => other !== entry);
    this.#backlog = this.#backlog.filter((other) => other !== entry);
    if (entry.planes.length > 0) this.#leaving.push(entry);
    else this.#places.give(entry.place);
  }

  get #pixels(): number {
    return this.size.width * this.size.height;
  }

  /** Mean dark and flat field; either may stay unknown. Fields of another size are refused. */
  setFields(dark: Float32Array | undefined, flat: Float32Array | undefined): boolean {
    const fits = (field: Float32Array | undefined): boolean =>
      field === undefined || field.length === this.#pixels;
    if (!fits(dark) || !fits(flat)) return false;
    this.#dark = dark;
    this.#flat = flat;
    this.#plainField = undefined;
    this.#preprocessAgain();
    return true;
  }

  setParameters(parameters: ReconParameters): void {
    const mustPreprocess = needPreprocessing(this.#parameters, parameters);
    const geometry = geometryOf(this.size, parameters);
    const moved = movedPlanes(this.#geometry, geometry);
    this.#parameters = parameters;
    this.#geometry = geometry;
    if (mustPreprocess) this.#preprocessAgain();
    else if (moved.length > 0) this.#backprojectAgain(moved);
  }

  #preprocessAgain(): void {
    this.#mustPreprocess = true;
    this.#backprojectAgain(PLANES);
  }

  #backprojectAgain(planes: readonly Plane[]): void {
    this.#reconstruction.begin(this.#geometry, planes);
    for (const plane of planes) this.#inSums[plane] = 0;
    const entries = this.#window.views().flatMap((view) => this.#entries.get(view.index) ?? []);
    for (const entry of [...this.#leaving, ...entries]) entry.planes = without(entry.planes, planes);
    for (const entry of this.#leaving) if (entry.planes.length === 0) this.#places.give(entry.place);
    this.#leaving = this.#leaving.filter((entry) => entry.planes.length > 0);
    // Where some planes go on as they were, what came last goes on being the first to be added to them.
    if (planes.length === PLANES.length) this.#arrived = [];
    const waiting = new Set(this.#arrived);
    this.#backlog = spreadOrder(entries.length)
      .flatMap((position) => entries[position] ?? [])
      .filter((entry) => entry.planes.length < PLANES.length && !waiting.has(entry));
  }

  /**
   * Does the next piece of work and says what it was, newest arrivals before recomputation; call it until `isIdle`. Of those that came no more
   * than `most` are added.
   */
  async step(most = MOST_OFFERED): Promise<StepDone> {
    const leaving = changesOf(this.#leaving, -1);
    const live = [...leaving, ...changesOf(this.#arrived, 1).slice(0, most)].slice(0, MOST_OFFERED);
    const changes = live.length > 0 ? live : changesOf(this.#backlog, 1);
    const [first] = changes;
    if (first === undefined) return { removed: 0, added: 0, recomputed: 0 };
    this.#preprocessIfNeeded();
    const some = this.#reconstruction.addSome?.(changes.map(viewAt));
    const count = some ?? 1;
    const removed = Math.min(count, leaving.length);
    const added = live.length > 0 ? count - removed : 0;
    const recomputed = count - removed - added;
    this.#leaving.splice(0, removed);
    this.#arrived.splice(0, added);
    this.#backlog.splice(0, recomputed);
    for (const change of changes.slice(0, count)) this.#mark(change);
    if (some === undefined) {
      const { place, thetaRadians, weight, planes } = viewAt(first);
      await this.#reconstruction.add(place, thetaRadians, weight, planes);
    }
    return { removed, added, recomputed };
  }

  /** Before the work is awaited: parameters that change meanwhile begin new sums and clear the mark. */
  #mark({ entry, weight, planes }: Change): void {
    for (const plane of planes) this.#inSums[plane] += weight;
    entry.planes = weight === 1 ? PLANES : [];
    if (weight === -1) this.#places.give(entry.place);
    else if (entry.view.index > (this.#newest?.view.index ?? -1)) this.#newest = entry;
  }

  #preprocessIfNeeded(): void {
    if (!this.#mustPreprocess) return;
    this.#reconstruction.preprocess(this.#flatField(), preprocessOf(this.#parameters));
    this.#mustPreprocess = false;
  }

  #flatField(): FlatField {
    const field = this.#fieldWithRings();
    const { ringRemoval } = this.#parameters;
    const stripes = ringRemoval === "None" ? undefined : this.#stripes.stripes(field, ringRemoval);
    return stripes === undefined ? field : field.without(stripes);
  }

  /** Until a flat field is known, the brightest pixel of the first projection stands for the open beam. */
  #fieldWithRings(): FlatField {
    this.#plainField ??= new FlatField(
      this.#dark ?? new Float32Array(this.#pixels),
      this.#flat ?? new Float32Array(this.#pixels).fill(this.#openBeam ?? 1),
    );
    return this.#plainField;
  }

  /** The slices as far as they are computed, in the memory of `into` where that is given. */
  async slices(into?: SliceData<Float32Array>): Promise<ReconSlices> {
    const geometry = this.#geometry;
    const parameters = this.#parameters;
    const views = Math.min(...PLANES.map((plane) => this.#inSums[plane]));
    const newest = this.#newest?.stamp;
    const scales = onEachPlane(
      (plane) => (Math.PI / Math.max(this.#inSums[plane], 1)) * ofPerPixel(parameters),
    );
    const slices = await this.#reconstruction.read(scales, into);
    return { geometry, parameters, slices, views, newest };
  }

  /** Until a promise resolves, the thread must not end. */
  close(): void | Promise<void> {
    this.#entries.clear();
    return this.#reconstruction.close();
  }
}

/** The first of some projections, to be added or taken away. */
const changesOf = (entries: readonly Entry[], weight: 1 | -1): readonly Change[] =>
  entries.slice(0, MOST_OFFERED).map((entry) => ({
    entry,
    weight,
    planes: weight === 1 ? without(PLANES, entry.planes) : entry.planes,
  }));

const without = (planes: readonly Plane[], others: readonly Plane[]): readonly Plane[] =>
  planes.filter((plane) => !others.includes(plane));

const viewAt = ({ entry: { place, view }, weight, planes }: Change): ViewAt => ({
  place,
  thetaRadians: view.theta * RADIANS_PER_DEGREE,
  weight,
  planes,
});

function brightestOf(raw: RawData): number {
  let brightest = 0;
  for (let pixel = 0; pixel < raw.length; pixel++) brightest = Math.max(brightest, raw[pixel] as number);
  return brightest;
}

/** Given back places rest while this many others are used: a backend may still have work to do with what is there. */
const RESTING_PLACES = 8;

/** Places of projections, small numbers that are used again. */
class Places {
  readonly #free: number[] = [];
  #used = 0;

  take(): number {
    const rested = this.#free.length > RESTING_PLACES ? this.#free.shift() : undefined;
    return rested ?? this.#used++;
  }

  give(place: number): void {
    this.#free.push(place);
  }
}
