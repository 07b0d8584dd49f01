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
  /** 1 once the detector row of an upright z-slice is copied. */
  ROW_READY: 4,
} as const;

const TASK_BITS = 16;

/** Jobs are numbered anew after so many, and have fewer tasks than the other half of a number holds. */
const JOBS = 2 ** 15;

/** What NEXT is before the first task of a job has been taken. */
export const firstTask = (job: number): number => (job % JOBS) << TASK_BITS;

export const taskOf = (next: number): number => next & (2 ** TASK_BITS - 1);
export const jobOf = (next: number): number => next >> TASK_BITS;

const CONTROL_LENGTH = 8;

/** A projection to be added to the sums. */
export interface Job {
  /** How pixels lie in memory (FORMATS); packed filtered blocks need nothing but adding. */
  readonly source: "packed" | { readonly format: number };
  /** Where the packed filtered blocks are, or are to be left; undefined where nobody wants them. */
  readonly packed: number | undefined;
  /** Which set of sums. */
  readonly set: 0 | 1;
  readonly weight: number;
  readonly cosine: number;
  readonly sine: number;
  readonly center: number;
  /** Detector row of an upright z-slice; a tilted one follows its path. */
  readonly row: number | undefined;
  /** Columns of the y- and x-slice that the detector sees, half-open. */
  readonly columnsY: readonly [number, number];
  readonly columnsX: readonly [number, number];
}

export function jobBoard(): JobBoard {
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(new SharedArrayBuffer(16 * Float64Array.BYTES_PER_ELEMENT)),
  };
}

const PACKED = -1;
const UNPACKED = -1;
const TILTED = -1;

export function writeJob(numbers: Float64Array, job: Job): void {
  numbers.set([
    job.source === "packed" ? PACKED : job.source.format,
    job.packed ?? UNPACKED,
    job.set,
    job.weight,
    job.cosine,
    job.sine,
    job.center,
    job.row ?? TILTED,
    ...job.columnsY,
    ...job.columnsX,
  ]);
}

export function readJob(numbers: Float64Array): Job {
  const at = (index: number): number => numbers[index] ?? 0;
  return {
    source: at(0) === PACKED ? "packed" : { format: at(0) },
    packed: at(1) === UNPACKED ? undefined : at(1),
    set: at(2) === 0 ? 0 : 1,
    weight: at(3),
    cosine: at(4),
    sine: at(5),
    center: at(6),
    row: at(7) === TILTED ? undefined : at(7),
    columnsY: [at(8), at(9)],
    columnsX: [at(10), at(11)],
  };
}
