import type { SkeletonFile } from "./fileSkeleton.js";
import type { H5Dataset } from "./h5.js";

const COLUMNS = 5;
const MOST_ROWS_PER_CHUNK = 1024;
/** As NDFileHDF5 does where the number of frames is not known. */
const MOST_ROWS = 1_000_000;
const MEGABIT = 1024 * 1024;

/**
 * What NDFileHDF5 stores as "timestamp", a row for each frame: seconds its writing took, seconds since the frame before, seconds since the first
 * frame, Mbit/s of this frame, Mbit/s of all.
 */
export class PerformanceTable {
  readonly #dataset: H5Dataset;
  readonly #rows: number[] = [];
  readonly #frameMegabits: number;
  #first: number | undefined;
  #previous: number;

  /** `expectedFrames` is 0 when it is not known. */
  constructor(skeleton: SkeletonFile, path: string, frameBytes: number, expectedFrames: number) {
    this.#frameMegabits = (frameBytes * 8) / MEGABIT;
    this.#previous = performance.now();
    const rows = Math.max(1, Math.min(expectedFrames || MOST_ROWS_PER_CHUNK, MOST_ROWS_PER_CHUNK));
    this.#dataset = skeleton.dataset(path, () =>
      skeleton.file.create_dataset({
        name: path.slice(1),
        data: [],
        shape: [0, COLUMNS],
        maxshape: [null, null],
        chunks: [rows, COLUMNS],
        dtype: "<d",
      }),
    );
  }

  /** `begun` and `ended` are milliseconds as `performance.now()` gives them. */
  add(begun: number, ended: number): void {
    if (this.#rows.length >= MOST_ROWS * COLUMNS) return;
    this.#first ??= begun;
    const period = (ended - this.#previous) / 1000;
    const runtime = (ended - this.#first) / 1000;
    this.#previous = ended;
    const frames = this.#rows.length / COLUMNS + 1;
    const all = (frames * this.#frameMegabits) / runtime;
    this.#rows.push((ended - begun) / 1000, period, runtime, this.#frameMegabits / period, all);
  }

  write(): void {
    const rows = this.#rows.length / COLUMNS;
    if (rows === 0) return;
    this.#dataset.resize([rows, COLUMNS]);
    this.#dataset.write_slice([[0, rows], []], Float64Array.from(this.#rows));
  }
}
