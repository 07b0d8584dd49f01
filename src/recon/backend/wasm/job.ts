import { MOST_VIEWS } from "./layout.js";

/** What the threads share beside the memory: the state of the work, and the numbers of the job. */
export interface JobBoard {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
}

/** Places in `control`. */
export const Control = {
  /** Counts jobs; helpers sleep until it changes. */
  JOB: 0,
  /** The next task, and in the upper half the job that it belongs to: who comes late takes none of another job. */
  NEXT: 1,
  /** Tasks that are done. */
  DONE: 2,
  /** Tasks that filter or add blocks and are done. */
  BLOCKS_DONE: 3,
  /** 1 once the detector rows of an upright z-slice are copied. */
  ROWS_READY: 4,
  /** What the job is: 0 projections, else 1 + the number of a step of phase retrieval. */
  KIND: 5,
} as const;

const TASK_BITS = 16;

/** Jobs are numbered anew after so many, and have fewer tasks than the other half of a number holds. */
const JOBS = 2 ** 15;

/** What NEXT is before the first task of a job has been taken. */
export const firstTask = (job: number): number => (job % JOBS) << TASK_BITS;

/** A task that no job has. */
export const NO_TASK = 2 ** TASK_BITS - 1;

export const taskOf = (next: number): number => next & NO_TASK;
export const jobOf = (next: number): number => next >> TASK_BITS;

const CONTROL_LENGTH = 8;

/** A projection of a job. */
export interface JobView {
  /** Where its pixels are, unless it is filtered. */
  readonly counts: number;
  /** Where its packed filtered blocks are, or are to be left; undefined where nobody wants them. */
  readonly packed: number | undefined;
  readonly cosine: number;
  readonly sine: number;
  /** Columns of the y- and x-slice that the detector sees, half-open. */
  readonly columnsY: readonly [number, number];
  readonly columnsX: readonly [number, number];
}

/** How pixels lie in memory (FORMATS); packed filtered blocks need nothing but adding. */
export type Source = "packed" | { readonly format: number };

/** Projections to be added to the sums. */
export interface Job {
  readonly source: Source;
  /** Which set of sums. */
  readonly set: 0 | 1;
  readonly weight: number;
  readonly center: number;
  readonly isTilted: boolean;
  /** Detector rows that the z-slice sees, half-open. */
  readonly rows: readonly [number, number];
  readonly views: readonly JobView[];
}

const PACKED = -1;
const UNPACKED = -1;
const HEADER = 8;
const VIEW = 8;

export function jobBoard(): JobBoard {
  const numbers = HEADER + MOST_VIEWS * VIEW;
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT)),
  };
}

export function writeJob(numbers: Float64Array, job: Job): void {
  const { source, set, weight, center, isTilted, rows, views } = job;
  const format = source === "packed" ? PACKED : source.format;
  numbers.set([format, set, weight, center, isTilted ? 1 : 0, ...rows, views.length]);
  views.forEach(({ counts, packed, cosine, sine, columnsY, columnsX }, i) => {
    numbers.set([counts, packed ?? UNPACKED, cosine, sine, ...columnsY, ...columnsX], HEADER + i * VIEW);
  });
}

export function readJob(numbers: Float64Array): Job {
  const at = (index: number): number => numbers[index] ?? 0;
  return {
    source: at(0) === PACKED ? "packed" : { format: at(0) },
    set: at(1) === 0 ? 0 : 1,
    weight: at(2),
    center: at(3),
    isTilted: at(4) === 1,
    rows: [at(5), at(6)],
    views: Array.from({ length: at(7) }, (_, i) => {
      const first = HEADER + i * VIEW;
      return {
        counts: at(first),
        packed: at(first + 1) === UNPACKED ? undefined : at(first + 1),
        cosine: at(first + 2),
        sine: at(first + 3),
        columnsY: [at(first + 4), at(first + 5)],
        columnsX: [at(first + 6), at(first + 7)],
      };
    }),
  };
}
