import { fixBadPixels } from "../badPixels.js";
import { encodeJpeg } from "../codecs/jpeg.js";
import { packFrame, unpackFrame } from "../codecs/packing.js";
import { convertColors } from "../colorConversion.js";
import { fourierTransform } from "../fourierTransform.js";
import { correctFrame } from "../frameCorrection.js";
import { measureFrame } from "../frameFigures.js";
import { orientPixels } from "../orientation.js";
import { drawOverlays } from "../overlayDrawing.js";
import { measureRegions } from "../regionFigures.js";
import { copyRegion } from "../roi.js";

/**
 * What plugins compute, by name: functions of what can be sent to another thread. Pixels cross as views of shared memory, which are not
 * copied; a task writes its frame into memory that the plugin has allocated for it. Each worker loads all that is imported here, while
 * the first frame waits for it: a task's module needs no large library.
 */
const tasks = {
  badPixels: fixBadPixels,
  colors: convertColors,
  correct: correctFrame,
  fourier: fourierTransform,
  jpeg: encodeJpeg,
  measure: measureFrame,
  orient: orientPixels,
  overlay: drawOverlays,
  pack: packFrame,
  region: copyRegion,
  regions: measureRegions,
  unpack: unpackFrame,
} as const;

type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
export type TaskRequest<N extends TaskName> = Parameters<Tasks[N]>[0];
export type TaskResult<N extends TaskName> = Awaited<ReturnType<Tasks[N]>>;

/** A task for another thread. */
export type TaskCall = {
  readonly [N in TaskName]: { readonly name: N; readonly request: TaskRequest<N> };
}[TaskName];

type Table = {
  readonly [N in TaskName]: (request: TaskRequest<N>) => TaskResult<N> | Promise<TaskResult<N>>;
};
const table: Table = tasks;

/** Performs a task in this thread, now unless it needs a library that takes its time. */
export const performTask = <N extends TaskName>(
  name: N,
  request: TaskRequest<N>,
): TaskResult<N> | Promise<TaskResult<N>> => table[name](request);
