import type { SliceData } from "../../pipeline/geometry.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Rows that the kernels take together. */
export const BLOCK_ROWS = 8;

/** Bytes of one column of a block: eight floats. */
export const COLUMN_BYTES = 32;

/** Bytes of a column of dark field and gain, eight rows of each; of columns there are a multiple of four. */
const FIELD_BYTES = 64;

/** Bytes of an entry of a vertical slice's table: offset of the detector column, two weights. */
export const ENTRY_BYTES = 12;

/** Projections that one job adds at most. More of them together would not be quicker. */
export const MOST_VIEWS = 8;

/** The same for those that have to be filtered: dark field, gain and sums stay in the cache for the next. */
export const MOST_UNFILTERED = 4;

/** Bytes of a detector row as copyRow leaves it. */
export const rowBytes = (width: number): number => (width + 8) * 2 * FLOAT;

const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** Kernels read some pixels beyond the end of what they are given. */
const SLACK = 64;

/** Where everything lies in the memory that the kernels and their threads share: byte offsets. */
export interface Layout {
  readonly bytes: number;
  readonly size: ProjectionSize;
  /** Columns of a block while it is filtered: a power of two of at least twice the width. */
  readonly points: number;
  /** Blocks of eight rows. */
  readonly blocks: number;
  /** Projections that are not filtered yet, twice as many as a job has: while some are filtered the next are brought. */
  readonly counts: readonly number[];
  /** Dark field and gain as the kernels take them, see `layField`. */
  readonly fields: number;
  readonly response: number;
  readonly factors: number;
  /** A block for each thread to filter in. */
  readonly scratch: readonly number[];
  /** A filtered projection in 16-bit numbers, and `scales` bytes behind its first the scale of each block; one range of memory. */
  readonly packed: number;
  readonly scales: number;
  readonly packedBytes: number;
  /** Detector rows of z-slices, as copyRow leaves them: as many as the projections of a job have, or one has. */
  readonly rows: number;
  readonly mostRows: number;
  /** Tables for each projection of a job, `tableBytes` apart. */
  readonly tableY: number;
  readonly tableX: number;
  readonly tableBytes: number;
  /** Four tables of a tilted z-slice, see `addTiltedZ`. */
  readonly pathZ: number;
  /** Two sets of sums; see WasmReconstruction. */
  readonly sums: readonly [SliceData<number>, SliceData<number>];
  /** A slice on its way out. */
  readonly out: number;
}

/** The least that the filter can do is 32 points. */
const filterPoints = (width: number): number => Math.max(32, 2 ** Math.ceil(Math.log2(2 * width)));

export function layoutOf(size: ProjectionSize, threads: number): Layout {
  const { width, height } = size;
  const points = filterPoints(width);
  const blocks = Math.ceil(height / BLOCK_ROWS);
  const image = width * height * FLOAT;
  const blocked = blocks * width * COLUMN_BYTES;
  const mostRows = Math.max(height, MOST_VIEWS);
  let end = 0;
  const take = (bytes: number): number => {
    const start = end;
    end = Math.ceil((start + bytes + SLACK) / SLACK) * SLACK;
    return start;
  };
  const sums = (): SliceData<number> => ({
    z: take(width * width * FLOAT),
    y: take(blocked),
    x: take(blocked),
  });
  // Nothing is at 0, so that a kernel may read a little before its first byte.
  take(SLACK);
  const packedBytes = Math.ceil((blocked / 2 + blocks * FLOAT) / SLACK) * SLACK;
  const parts = {
    ...{ size, points, blocks },
    counts: Array.from({ length: 2 * MOST_UNFILTERED }, () => take(image)),
    fields: take(blocks * FIELD_BYTES * Math.ceil(width / 4) * 4 + SLACK),
    response: take(points * FLOAT),
    factors: take(points * 4 * FLOAT),
    scratch: Array.from({ length: threads }, () => take(points * COLUMN_BYTES)),
    packed: take(packedBytes),
    scales: blocked / 2,
    packedBytes,
    rows: take(mostRows * rowBytes(width)),
    mostRows,
    tableY: take(MOST_VIEWS * width * ENTRY_BYTES),
    tableX: take(MOST_VIEWS * width * ENTRY_BYTES),
    tableBytes: width * ENTRY_BYTES,
    pathZ: take(width * (DOUBLE + 3 * FLOAT)),
    sums: [sums(), sums()] as const,
    out: take((Math.max(height, width) + 4) * width * FLOAT),
  };
  return { ...parts, bytes: end };
}
