/** What the threads share beside the memory: the state of the work, and the numbers of the job. */
export interface JobBoard {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly numbers: Float64Array<SharedArrayBuffer>;
}

/** Places in `control`. */
export const Control = {
  /** Counts jobs; helpers sleep until it changes. */
  JOB: 0,
  /** 1 while tasks of the job may be taken. */
  OPEN: 1,
  /** Helpers that look at the job. */
  ACTIVE: 2,
  /** The next task. */
  NEXT: 3,
  /** Tasks that are done. */
  DONE: 4,
  /** Tasks that filter or add blocks and are done. */
  BLOCKS_DONE: 5,
  /** 1 once the detector row of an upright z-slice is copied. */
  ROW_READY: 6,
} as const;

const CONTROL_LENGTH = 8;

/** A projection to be added to the sums. */
export interface Job {
  /** How pixels lie in memory (FORMATS); packed filtered blocks need nothing but adding. */
  readonly source: "packed" | { readonly format: number };
  /** Whether packed filtered blocks are wanted afterwards. */
  readonly packs: boolean;
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
const TILTED = -1;

export function writeJob(numbers: Float64Array, job: Job): void {
  numbers.set([
    job.source === "packed" ? PACKED : job.source.format,
    job.packs ? 1 : 0,
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
    packs: at(1) === 1,
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
