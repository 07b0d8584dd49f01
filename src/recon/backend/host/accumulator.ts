import type { Plane, SliceData, SliceGeometry } from "../../pipeline/geometry.js";

/** Sums of backprojections. Calls take effect in order; a promise says when the next may follow. */
export interface SliceAccumulator {
  /** Begins new sums of some planes; the others lie where they did. */
  begin(geometry: SliceGeometry, planes: readonly Plane[]): void;
  /** Adds (weight 1) or takes away (weight -1) a filtered projection of height rows of width pixels, not kept. */
  add(
    filtered: Float32Array,
    thetaRadians: number,
    weight: 1 | -1,
    planes: readonly Plane[],
  ): void | Promise<void>;
  /** The sums times `scales`. */
  read(scales: SliceData<number>): SliceData<Float32Array> | Promise<SliceData<Float32Array>>;
  close(): void;
}

export type Accumulate = (geometry: SliceGeometry) => SliceAccumulator;
