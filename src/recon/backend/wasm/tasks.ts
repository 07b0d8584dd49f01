import { Control, type Job, jobOf, readJob, taskOf } from "./job.js";
import type { ReconKernels } from "./kernels.js";
import { BLOCK_ROWS, COLUMN_BYTES, type Layout } from "./layout.js";

/** Lines of the z-slice that make a task. */
const LINES_PER_TASK = 32;

/** What a thread works with. */
export interface ThreadContext {
  readonly kernels: ReconKernels;
  readonly bytes: Uint8Array;
  readonly layout: Layout;
  readonly control: Int32Array;
  readonly numbers: Float64Array;
  /** Which block of scratch memory is its own. */
  readonly thread: number;
}

const lineTasks = ({ size }: Layout): number => Math.ceil(size.width / LINES_PER_TASK);

export const taskCount = (layout: Layout): number => layout.blocks + lineTasks(layout);

/** Takes tasks of the job until none is left. Blocks come first, that of the z-slice before all others. */
export function work(context: ThreadContext): void {
  const { control, numbers, layout } = context;
  const count = taskCount(layout);
  let known: number | undefined;
  let job = readJob(numbers);
  for (;;) {
    const next = Atomics.load(control, Control.NEXT);
    const task = taskOf(next);
    if (task >= count) return;
    if (jobOf(next) !== known) {
      known = jobOf(next);
      job = readJob(numbers);
    }
    // Another was quicker, or the job is done and what was read of it worth nothing.
    if (Atomics.compareExchange(control, Control.NEXT, next, next + 1) !== next) continue;
    if (task < layout.blocks) blockTask(context, job, task);
    else lineTask(context, job, task - layout.blocks);
    if (Atomics.add(control, Control.DONE, 1) + 1 === count) Atomics.notify(control, Control.DONE);
  }
}

function blockTask({ kernels, bytes, layout, control, thread }: ThreadContext, job: Job, task: number): void {
  const first = job.row === undefined ? 0 : Math.floor(job.row / BLOCK_ROWS);
  const block = task === 0 ? first : task <= first ? task - 1 : task;
  const { width, height } = layout.size;
  const blockBytes = width * COLUMN_BYTES;
  const source = layout.scratch[thread] ?? layout.filtered;
  const numbers = width * BLOCK_ROWS;
  if (job.source !== "packed") {
    const { format } = job.source;
    const pixel = block * BLOCK_ROWS * width;
    kernels.integralsBlock(
      source,
      layout.points / 2,
      layout.counts + pixel * bytesPerPixel(format),
      format,
      format === FORMATS.transmission ? layout.zeros : layout.dark + pixel * 4,
      format === FORMATS.transmission ? layout.ones : layout.gain + pixel * 4,
      Math.min(BLOCK_ROWS, height - block * BLOCK_ROWS),
      width,
    );
    kernels.filterBlock(source, layout.points, layout.factors, layout.response);
  }
  if (job.packed !== undefined) {
    const packed = job.packed + (block * blockBytes) / 2;
    const scale = job.packed + layout.scales + block * Float32Array.BYTES_PER_ELEMENT;
    if (job.source !== "packed") kernels.packBlock(source, packed, scale, numbers);
    // Also what was only just packed: it is taken away later as it is added now.
    kernels.unpackBlock(source, packed, scale, numbers);
  }
  if (job.row === undefined)
    bytes.copyWithin(layout.filtered + block * blockBytes, source, source + blockBytes);
  const sums = layout.sums[job.set];
  kernels.addVertical(source, sums.y + block * blockBytes, layout.tableY, ...job.columnsY);
  kernels.addVertical(source, sums.x + block * blockBytes, layout.tableX, ...job.columnsX);
  if (task === 0 && job.row !== undefined) {
    kernels.copyRow(source, job.row % BLOCK_ROWS, layout.row, width, job.weight);
    Atomics.store(control, Control.ROW_READY, 1);
    Atomics.notify(control, Control.ROW_READY);
  }
  const done = Atomics.add(control, Control.BLOCKS_DONE, 1) + 1;
  if (done === layout.blocks) Atomics.notify(control, Control.BLOCKS_DONE);
}

function lineTask({ kernels, layout, control }: ThreadContext, job: Job, task: number): void {
  const { width } = layout.size;
  const sums = layout.sums[job.set].z;
  const from = task * LINES_PER_TASK;
  const to = Math.min(from + LINES_PER_TASK, width);
  const { center, cosine, sine, weight } = job;
  if (job.row !== undefined) {
    waitFor(control, Control.ROW_READY, 1);
    kernels.addFlatZ(layout.row, sums, width, from, to, center, cosine, sine);
  } else {
    waitFor(control, Control.BLOCKS_DONE, layout.blocks);
    const { filtered, pathZ } = layout;
    kernels.addTiltedZ(filtered, sums, pathZ, width, from, to, center, cosine, sine, weight);
  }
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

const bytesPerPixel = (format: number): number =>
  format === FORMATS.u8 ? 1 : format === FORMATS.u16 ? 2 : 4;
