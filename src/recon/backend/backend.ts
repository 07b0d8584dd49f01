import type { FlatField, RawData } from "../pipeline/darkFlat.js";
import type { Plane, SliceData, SliceGeometry } from "../pipeline/geometry.js";
import type { PreprocessParameters, ProjectionSize } from "../pipeline/preprocess.js";

/** A projection that a place holds, its angle, and whether it is added or taken away, to or from which planes: all if absent. */
export interface ViewAt {
  readonly place: number;
  readonly thetaRadians: number;
  readonly weight: 1 | -1;
  readonly planes?: readonly Plane[];
}

/**
 * The projections of a window and the sums of their backprojections, wherever a backend keeps them. Projections have
 * places, small numbers that their owner gives out and uses again. Calls take effect in the order they are made; a
 * promise says when the next may follow.
 */
export interface Reconstruction {
  /** Copies the counts of a projection to a place, over what was there. */
  keep(place: number, raw: RawData): void;
  /** How counts become line integrals from now on. Comes before the first `add`, and before new sums when it changes. */
  preprocess(fields: FlatField, parameters: PreprocessParameters): void;
  /** Begins new sums of some planes, of all if absent. The others keep theirs: `geometry` has them where they were. */
  begin(geometry: SliceGeometry, planes?: readonly Plane[]): void;
  /** Adds (weight 1) or takes away (weight -1) the projection at a place. */
  add(place: number, thetaRadians: number, weight: 1 | -1, planes?: readonly Plane[]): void | Promise<void>;
  /** As `add`, of at least the first of some projections; says of how many. Where a backend is quicker with several at once. */
  addSome?(views: readonly ViewAt[]): number;
  /** The sums times `scales`, in the memory of `into` where that is given; pi / views gives the attenuation per pixel. */
  read(
    scales: SliceData<number>,
    into?: SliceData<Float32Array>,
  ): SliceData<Float32Array> | Promise<SliceData<Float32Array>>;
  /** Lets go of memory and devices; until a promise resolves, its thread must not end. */
  close(): void | Promise<void>;
}

export const BACKEND_NAMES = ["wasm", "cpu", "webgpu", "gpu.js"] as const;

export type BackendName = (typeof BACKEND_NAMES)[number];

export interface ReconstructionOptions {
  readonly size: ProjectionSize;
  /** Whether there is memory for filtered projections beside the counts; a backend may do without them. */
  readonly keepsFiltered: boolean;
}

/** Where projections are preprocessed and backprojected. */
export interface ReconBackend {
  readonly name: BackendName;
  /** Memory that a filtered projection takes; four if absent. */
  readonly filteredBytesPerPixel?: number;
  /** Memory left by the last reconstruction, which the next one of the same size uses; 0 if absent. */
  readonly heldBytes?: number;
  start(options: ReconstructionOptions): Reconstruction;
  /** Lets go of what the last reconstruction has left; until it resolves, its thread must not end. */
  close?(): Promise<void>;
}
