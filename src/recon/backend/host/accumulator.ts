import type { SliceData, SliceGeometry } from "../../pipeline/geometry.js";

/** Sums of backprojections for one geometry. Calls take effect in order; a promise says when the next may follow. */
export interface SliceAccumulator {
  /** Adds (weight 1) or takes away (weight -1) a filtered projection of height rows of width pixels, not kept. */
  add(filtered: Float32Array, thetaRadians: number, weight: 1 | -1): void | Promise<void>;
  /** The sums times `scale`. */
  read(scale: number): SliceData<Float32Array> | Promise<SliceData<Float32Array>>;
  close(): void;
}

export type Accumulate = (geometry: SliceGeometry) => SliceAccumulator;
