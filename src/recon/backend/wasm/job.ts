import { onEachPlane, PLANES, type SliceData } from "../../pipeline/geometry.js";
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
  /** 1 once helpers are to end. */
  CLOSED: 6,
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

/** Pixels in memory. */
export interface Counts {
  readonly at: number;
  /** How they lie there, one of FORMATS. */
  readonly format: number;
}

/** A projection of a job. */
export interface JobView {
  /** What has to be filtered; undefined where packed filtered blocks are at hand. */
  readonly counts: Counts | undefined;
  /** Where its packed filtered blocks are, or are to be left; undefined where nobody wants them. */
  readonly packed: number | undefined;
  /** Where the sums are that it is added to; undefined for planes that it is not added to. */
  readonly sums: SliceData<number | undefined>;
  /** How many times it is added. */
  readonly weight: number;
  readonly cosine: number;
  readonly sine: number;
  /** Columns of the y- and x-slice that the detector sees, half-open. */
  readonly columnsY: readonly [number, number];
  readonly columnsX: readonly [number, number];
}

/** Projections to be added to the sums. */
export interface Job {
  readonly center: number;
  readonly isTilted: boolean;
  /** Detector rows that the z-slice sees, half-open. */
  readonly rows: readonly [number, number];
  readonly views: readonly JobView[];
}

const NONE = -1;
const HEADER = 5;
const VIEW = 13;

export function jobBoard(): JobBoard {
  const numbers = HEADER + MOST_VIEWS * VIEW;
  return {
    control: new Int32Array(new SharedArrayBuffer(CONTROL_LENGTH * Int32Array.BYTES_PER_ELEMENT)),
    numbers: new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT)),
  };
}

export function writeJob(numbers: Float64Array, job: Job): void {
  const { center, isTilted, rows, views } = job;
  numbers.set([center, isTilted ? 1 : 0, ...rows, views.length]);
  views.forEach(({ counts, packed, sums, weight, cosine, sine, columnsY, columnsX }, i) => {
    const places = [counts?.at, counts?.format, packed, ...PLANES.map((plane) => sums[plane])];
    const numbersOfPlaces = places.map((place) => place ?? NONE);
    numbers.set([...numbersOfPlaces, weight, cosine, sine, ...columnsY, ...columnsX], HEADER + i * VIEW);
  });
}

export function readJob(numbers: Float64Array): Job {
  const at = (index: number): number => numbers[index] ?? 0;
  const placeAt = (index: number): number | undefined => (at(index) === NONE ? undefined : at(index));
  return {
    center: at(0),
    isTilted: at(1) === 1,
    rows: [at(2), at(3)],
    views: Array.from({ length: at(4) }, (_, i) => {
      const first = HEADER + i * VIEW;
      const counts = placeAt(first);
      return {
        counts: counts === undefined ? undefined : { at: counts, format: at(first + 1) },
        packed: placeAt(first + 2),
        sums: onEachPlane((plane) => placeAt(first + 3 + PLANES.indexOf(plane))),
        weight: at(first + 6),
        cosine: at(first + 7),
        sine: at(first + 8),
        columnsY: [at(first + 9), at(first + 10)],
        columnsX: [at(first + 11), at(first + 12)],
      };
    }),
  };
}
