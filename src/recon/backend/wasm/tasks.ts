import { Control, type Job, type JobView, jobOf, NO_TASK, readJob, taskOf } from "./job.js";
import type { ReconKernels } from "./kernels.js";
import { BLOCK_ROWS, COLUMN_BYTES, type Layout, rowBytes } from "./layout.js";
import { PHASE_STEPS, type PhaseWork, phaseTask, phaseTasks } from "./phaseWork.js";

/** Lines of the z-slice that make a task. */
const LINES_PER_TASK = 32;

/** A phase retrieval, and this thread's kernels on its memory. */
export interface PhaseMember {
  readonly work: PhaseWork;
  readonly kernels: ReconKernels;
}

/** What a thread works with. */
export interface ThreadContext {
  readonly kernels: ReconKernels;
  readonly layout: Layout;
  readonly control: Int32Array;
  readonly numbers: Float64Array;
  /** The phase retrieval that steps of it belong to. */
  phase(): PhaseMember | undefined;
  /** Which block of scratch memory is its own. */
  readonly thread: number;
}

const lineTasks = ({ size }: Layout): number => Math.ceil(size.width / LINES_PER_TASK);

/** The job on the board: how many tasks it has, and what each of them is. */
export function readTasks(context: ThreadContext): { readonly count: number; perform(task: number): void } {
  const { control, numbers, layout, thread } = context;
  const step = PHASE_STEPS[Atomics.load(control, Control.KIND) - 1];
  const phase = step && context.phase();
  if (step !== undefined && phase !== undefined) {
    const { kernels, work } = phase;
    const perform = (task: number): void => phaseTask(kernels, work, step, task, thread);
    return { count: phaseTasks(work, step), perform };
  }
  const job = readJob(numbers);
  return {
    count: layout.blocks + lineTasks(layout),
    // Blocks come first, that of an upright z-slice before all others.
    perform: (task) => {
      if (task < layout.blocks) blockTask(context, job, task);
      else lineTask(context, job, task - layout.blocks);
    },
  };
}

/** Takes tasks of the job until none is left. */
export function work(context: ThreadContext): void {
  const { control } = context;
  let known: number | undefined;
  let tasks = { count: 0, perform: (_: number): void => {} };
  for (;;) {
    const next = Atomics.load(control, Control.NEXT);
    const task = taskOf(next);
    if (task === NO_TASK) return;
    if (jobOf(next) !== known) {
      known = jobOf(next);
      tasks = readTasks(context);
    }
    if (task >= tasks.count) return;
    // Another was quicker, or the job is done and what was read of it worth nothing.
    if (Atomics.compareExchange(control, Control.NEXT, next, next + 1) !== next) continue;
    tasks.perform(task);
    if (Atomics.add(control, Control.DONE, 1) + 1 === tasks.count) Atomics.notify(control, Control.DONE);
  }
}

/** Eight rows of each projection: their sums stay in the cache meanwhile. */
function blockTask(context: ThreadContext, job: Job, task: number): void {
  const { kernels, layout, control, thread } = context;
  const [firstRow, endRow] = job.rows;
  const first = job.isTilted ? 0 : Math.floor(firstRow / BLOCK_ROWS);
  const block = task === 0 ? first : task <= first ? task - 1 : task;
  const { width } = layout.size;
  const blockBytes = width * COLUMN_BYTES;
  const source = layout.scratch[thread] ?? 0;
  const fromRow = Math.max(firstRow, block * BLOCK_ROWS);
  const toRow = Math.min(endRow, (block + 1) * BLOCK_ROWS);
  job.views.forEach((view, i) => {
    const { z, y, x } = view.sums;
    const rowsOfZ = z === undefined ? 0 : toRow - fromRow;
    if (!(rowsOfZ > 0 || y !== undefined || x !== undefined || isToBePacked(view))) return;
    fillBlock(context, view, block, source);
    const table = i * layout.tableBytes;
    const addVertical = (sums: number, tables: number, columns: readonly [number, number]): void =>
      kernels.addVertical(source, sums + block * blockBytes, tables + table, ...columns);
    if (y !== undefined) addVertical(y, layout.tableY, view.columnsY);
    if (x !== undefined) addVertical(x, layout.tableX, view.columnsX);
    for (let row = fromRow; row < fromRow + rowsOfZ; row++)
      kernels.copyRow(source, row % BLOCK_ROWS, rowAt(layout, job, i, row), width, view.weight);
  });
  if (task === 0 && !job.isTilted) {
    Atomics.store(control, Control.ROWS_READY, 1);
    Atomics.notify(control, Control.ROWS_READY);
  }
  const done = Atomics.add(control, Control.BLOCKS_DONE, 1) + 1;
  if (done === layout.blocks) Atomics.notify(control, Control.BLOCKS_DONE);
}

/** Where a detector row of the job's `view`th projection goes. */
function rowAt({ rows, size }: Layout, job: Job, view: number, row: number): number {
  const [first, end] = job.rows;
  return rows + (view * (end - first) + row - first) * rowBytes(size.width);
}

/** All blocks of a projection are filtered where they are kept, whichever of them the planes take. */
const isToBePacked = ({ counts, packed }: JobView): boolean => counts !== undefined && packed !== undefined;

/** Brings a filtered block to `source`. */
function fillBlock({ kernels, layout }: ThreadContext, view: JobView, block: number, source: number): void {
  const { width, height } = layout.size;
  const numbers = width * BLOCK_ROWS;
  const { counts } = view;
  if (counts !== undefined) {
    const { at, format } = counts;
    const rows = Math.min(BLOCK_ROWS, height - block * BLOCK_ROWS);
    const { points, fields } = layout;
    kernels.integralsBlock(source, points / 2, at, format, fields, block, rows, width);
    kernels.filterBlock(source, layout.points, layout.factors, layout.response);
  }
  if (view.packed === undefined) return;
  const packed = view.packed + block * numbers * Int16Array.BYTES_PER_ELEMENT;
  const scale = view.packed + layout.scales + block * Float32Array.BYTES_PER_ELEMENT;
  if (counts === undefined) kernels.unpackBlock(source, packed, scale, numbers);
  else kernels.packBlock(source, packed, scale, numbers);
}

/** Some lines of an upright z-slice, or some columns of a tilted one. */
function lineTask({ kernels, layout, control }: ThreadContext, job: Job, task: number): void {
  const { width } = layout.size;
  const from = task * LINES_PER_TASK;
  const to = Math.min(from + LINES_PER_TASK, width);
  const { center, isTilted, views } = job;
  if (isTilted) waitFor(control, Control.BLOCKS_DONE, layout.blocks);
  else waitFor(control, Control.ROWS_READY, 1);
  views.forEach(({ sums: { z: sums }, cosine, sine }, i) => {
    if (sums === undefined) return;
    const rows = rowAt(layout, job, i, job.rows[0]);
    if (isTilted) kernels.addTiltedZ(rows, sums, layout.pathZ, width, from, to, center, cosine, sine);
    else kernels.addFlatZ(rows, sums, width, from, to, center, cosine, sine);
  });
}

/** Sleeps until a counter has reached a value. */
export function waitFor(control: Int32Array, index: number, value: number): void {
  for (;;) {
    const seen = Atomics.load(control, index);
    if (seen >= value) return;
    Atomics.wait(control, index, seen);
  }
}

/** How pixels lie in memory, as assembly/integrals.ts has it; those of transmission have been corrected by dark and flat field. */
export const FORMATS = { u8: 0, u16: 1, f32: 2, transmission: 3 } as const;
