import { WorkerCalls } from "../../libcom/workerCalls.js";
import type { MeanFrame, StoredFrames } from "./dataExchange.js";

export type { MeanFrame, StoredFrames } from "./dataExchange.js";

export type DataExchangeRequest =
  | { readonly kind: "storedFrames"; readonly path: string }
  | { readonly kind: "theta"; readonly path: string; readonly degrees: Float64Array }
  | { readonly kind: "mean"; readonly path: string; readonly dataset: string }
  | { readonly kind: "copyStack"; readonly from: string; readonly to: string; readonly dataset: string }
  | { readonly kind: "preCount"; readonly path: string; readonly count: number }
  | { readonly kind: "firstFrames"; readonly from: string; readonly to: string; readonly count: number };

export interface DataExchangeAnswer {
  readonly storedFrames?: StoredFrames;
  readonly mean?: MeanFrame;
  readonly frames?: number;
}

/**
 * Reads and completes captured Data Exchange files in a worker thread. Every method rejects with a one-line reason. A file must not
 * be in the hands of the file plugin meanwhile: Capture_RBV is Done.
 */
export class DataExchangeFiles {
  readonly #calls = new WorkerCalls<DataExchangeRequest, DataExchangeAnswer>(
    new URL("./dataExchangeWorker.js", import.meta.url),
    "the Data Exchange worker",
  );

  /** Unique ids and destinations of all frames in storage order. */
  async storedFrames(path: string): Promise<StoredFrames> {
    const { storedFrames } = await this.#calls.ask({ kind: "storedFrames", path });
    return storedFrames ?? { ids: [], locations: [] };
  }

  /** Writes `/exchange/theta`, degrees as float64, or replaces it. */
  async writeTheta(path: string, degrees: Float64Array): Promise<void> {
    await this.#calls.ask({ kind: "theta", path, degrees });
  }

  /** The mean over the frames of a dataset, as `/exchange/data_dark`. */
  async mean(path: string, dataset: string): Promise<MeanFrame> {
    const { mean } = await this.#calls.ask({ kind: "mean", path, dataset });
    return mean ?? { mean: new Float32Array(0), sizeX: 0, sizeY: 0, frames: 0 };
  }

  /** Puts the frames of `from` in the place of those in `to`; resolves with their number. */
  async copyStack(from: string, to: string, dataset: string): Promise<number> {
    const { frames } = await this.#calls.ask({ kind: "copyStack", from, to, dataset });
    return frames ?? 0;
  }

  /** Notes in the file that its first `count` stored frames are from before the capture began. */
  async writePreCount(path: string, count: number): Promise<void> {
    await this.#calls.ask({ kind: "preCount", path, count });
  }

  /** Writes a file with the first `count` frames of another, in the place of what had its name. */
  async copyFirstFrames(from: string, to: string, count: number): Promise<void> {
    await this.#calls.ask({ kind: "firstFrames", from, to, count });
  }

  close(): Promise<void> {
    return this.#calls.terminate();
  }
}
