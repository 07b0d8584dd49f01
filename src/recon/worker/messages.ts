import type { NDDataType } from "../../drivers/ndarray/ndArray.js";
import type { BackendName } from "../backend/backend.js";
import type { SliceData } from "../pipeline/geometry.js";
import type { ProjectionSize } from "../pipeline/preprocess.js";
import type { SliceStatistics } from "../pipeline/sliceStatistics.js";
import type { ReconParameters } from "../solver/parameters.js";
import type { FrameStamp, ReconSlices } from "../solver/streamingSolver.js";

/** Mean dark and flat field, row by row; absent while unknown. */
export interface Fields {
  readonly dark?: Float32Array | undefined;
  readonly flat?: Float32Array | undefined;
}

/** What a reconstruction starts from. */
export interface ReconSetup extends Fields {
  readonly size: ProjectionSize;
  /** Degrees of each projection of the scan. */
  readonly theta: Float32Array;
  readonly parameters: ReconParameters;
}

/** A projection by handle: its counts stay where they are until the thread has answered `taken`. */
export interface ProjectionMessage {
  readonly kind: "projection";
  readonly index: number;
  readonly stamp: FrameStamp;
  readonly dataType: NDDataType;
  readonly buffer: SharedArrayBuffer;
}

export type ToThread =
  | ({ readonly kind: "setup"; readonly generation: number } & ReconSetup)
  | ({ readonly kind: "fields" } & Fields)
  | { readonly kind: "parameters"; readonly parameters: ReconParameters }
  | ProjectionMessage
  | { readonly kind: "stop" }
  /** Nobody looks at these slices any more. */
  | { readonly kind: "slicesReleased"; readonly set: number }
  /** The thread is to end; it says `ended` once nothing is under way, and does. */
  | { readonly kind: "end" };

/** Slices as the thread publishes them. */
export interface PublishedSlices extends ReconSlices {
  /** Projections that a full half turn has. */
  readonly capacity: number;
  readonly statistics: SliceData<SliceStatistics>;
  /** Computing time since the result before, seconds. */
  readonly seconds: number;
  /** False while older projections are still being computed again after a change. */
  readonly isComplete: boolean;
}

/**
 * Slices as the main thread gets them. Their memory is used again: a receiver that keeps them beyond the call that delivered them calls
 * `retain()` in that call and `release()` when done, and no more results come while nobody releases any.
 */
export interface ReconResult extends PublishedSlices {
  retain(): ReconResult;
  release(): void;
}

export type ProjectionOutcome = "accepted" | "dropped" | "ignored";

export type FromThread =
  | { readonly kind: "ready"; readonly backend: BackendName; readonly reason: string }
  /** The oldest projection on its way has been copied or refused. */
  | { readonly kind: "taken"; readonly outcome: ProjectionOutcome }
  | {
      readonly kind: "result";
      readonly generation: number;
      /** Which memory the slices lie in, for `slicesReleased`. */
      readonly set: number;
      readonly result: PublishedSlices;
    }
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "ended" };

/** workerData of the thread. */
export interface ThreadOptions {
  readonly backend: BackendName | undefined;
  readonly maximumPending: number;
  readonly longestWaitSeconds: number;
}
