import { Fft, twiddlesOf } from "../../../libcom/fft.js";
import { type PhaseRetrieval, phasePlan } from "../../pipeline/paganin.js";
import type { ProjectionSize } from "../../pipeline/preprocess.js";
import type { ReconKernels, RowsArguments } from "./kernels.js";
import { BLOCK_ROWS, COLUMN_BYTES } from "./layout.js";

const PAGE = 65_536;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** Kernels read and write a few pixels beyond what they are given. */
const SLACK = 256;

/** Columns that are transformed together, and groups of them that make a task. */
const LANES = 4;
const GROUPS_PER_TASK = 4;

/** Fewer points than this are left to the reference. */
const LEAST_POINTS = 16;

/** Phase retrieval of frames of one size in memory of its own: what threads need to know to take part. */
export interface PhaseWork {
  readonly memory: WebAssembly.Memory;
  readonly size: ProjectionSize;
  /** Points of the padded frame. */
  readonly columns: number;
  readonly rows: number;
  /** Blocks of four columns. */
  readonly groups: number;
  /** Byte offsets; each thread has a block of its own. */
  readonly at: {
    readonly frame: number;
    readonly block: readonly number[];
    readonly blocks: number;
    readonly pairs: number;
    readonly horizontalFactors: number;
    readonly verticalFactors: number;
    readonly squaresX: number;
    readonly squaresY: number;
  };
}

/** What is done to a frame, one after the other; each has tasks that do not need one another. */
export const PHASE_STEPS = ["transformRows", "filterColumns", "restoreRows"] as const;

export type PhaseStep = (typeof PHASE_STEPS)[number];

/** Undefined for frames so small that they are not worth it. */
export function phaseWork(
  size: ProjectionSize,
  phase: PhaseRetrieval,
  threads: number,
): PhaseWork | undefined {
  const { columns, rows, strength } = phasePlan(size, phase);
  if (Math.min(columns, rows) < LEAST_POINTS) return undefined;
  const groups = Math.ceil((columns / 2 + 1) / LANES);
  let bytes = SLACK;
  const take = (length: number): number => {
    const start = bytes;
    bytes = Math.ceil((start + length + SLACK) / SLACK) * SLACK;
    return start;
  };
  const at = {
    frame: take(size.width * size.height * FLOAT),
    block: Array.from({ length: threads }, () => take(columns * COLUMN_BYTES)),
    blocks: take(groups * rows * COLUMN_BYTES),
    pairs: take(groups * LANES * 2 * FLOAT),
    horizontalFactors: take(columns * 2 * FLOAT),
    verticalFactors: take(rows * 2 * FLOAT),
    squaresX: take(groups * LANES * FLOAT),
    squaresY: take(rows * FLOAT),
  };
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE), maximum: PAGE, shared: true });
  const work = { memory, size, columns, rows, groups, at };
  writeTables(work, strength);
  return work;
}

function writeTables({ memory, columns, rows, groups, at }: PhaseWork, strength: number): void {
  const floats = (offset: number, length: number): Float32Array =>
    new Float32Array(memory.buffer, offset, length);
  const places = bitReversed(columns);
  const pairs = new Uint32Array(memory.buffer, at.pairs, groups * LANES * 2);
  const squaresX = floats(at.squaresX, groups * LANES);
  const squared = (k: number, count: number): number => strength * (Math.min(k, count - k) / count) ** 2;
  for (let i = 0; i < groups * LANES; i++) {
    // The last group repeats the highest frequency.
    const k = Math.min(i, columns / 2);
    pairs[2 * i] = (places[k] ?? 0) * COLUMN_BYTES;
    pairs[2 * i + 1] = (places[(columns - k) % columns] ?? 0) * COLUMN_BYTES;
    squaresX[i] = squared(k, columns);
  }
  floats(at.squaresY, rows).set(Array.from(new Fft(rows).order, (k) => squared(k, rows)));
  floats(at.horizontalFactors, 2 * columns).set(factorsOf(columns));
  floats(at.verticalFactors, 2 * rows).set(factorsOf(rows));
}

/** Where a transform leaves each frequency. */
function bitReversed(points: number): Uint32Array {
  const places = new Uint32Array(points);
  for (const [place, frequency] of new Fft(points).order.entries()) places[frequency] = place;
  return places;
}

/** Factors of each level of a transform, the widest first; together at most two numbers for each point. */
function factorsOf(points: number): readonly number[] {
  const levels: number[] = [];
  for (let length = points; length >= 4; length /= 4) levels.push(length);
  return levels.flatMap((length) => Array.from(twiddlesOf(length)));
}

export const phaseTasks = ({ size, groups }: PhaseWork, step: PhaseStep): number =>
  step === "filterColumns" ? Math.ceil(groups / GROUPS_PER_TASK) : Math.ceil(size.height / BLOCK_ROWS);

/** Does one task of a step. `kernels` are those on the memory of the work. */
export function phaseTask(
  kernels: ReconKernels,
  work: PhaseWork,
  step: PhaseStep,
  task: number,
  thread: number,
): void {
  if (step === "filterColumns") filterTask(kernels, work, task);
  else kernels[step](...rowsOf(work, task * BLOCK_ROWS, thread));
}

function filterTask(
  kernels: ReconKernels,
  { size, columns, rows, groups, at }: PhaseWork,
  task: number,
): void {
  const first = task * GROUPS_PER_TASK;
  const count = Math.min(GROUPS_PER_TASK, groups - first);
  const top = (rows - size.height) >> 1;
  const squaresX = at.squaresX + first * LANES * FLOAT;
  const blocks = at.blocks + first * rows * COLUMN_BYTES;
  const scale = 1 / (rows * columns);
  kernels.filterColumns(
    ...([blocks, count, rows, top, size.height, at.verticalFactors, squaresX, at.squaresY, scale] as const),
  );
}

function rowsOf({ size, columns, rows, groups, at }: PhaseWork, row: number, thread: number): RowsArguments {
  const { width, height } = size;
  const frame = at.frame + row * width * FLOAT;
  const count = Math.min(BLOCK_ROWS, height - row);
  const block = at.block[thread] ?? 0;
  const left = (columns - width) >> 1;
  const to = ((rows - height) >> 1) + row;
  return [
    frame,
    width,
    left,
    count,
    block,
    columns,
    at.horizontalFactors,
    at.pairs,
    groups,
    at.blocks,
    rows,
    to,
  ];
}
