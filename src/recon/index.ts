export { BACKEND_NAMES, type BackendName } from "./backend/backend.js";
export { FILTER_TYPES, type FilterType } from "./pipeline/filters.js";
export { sliceToPng } from "./render/png.js";
export { type DisplayRange, displayRange } from "./render/range.js";
export { sliceToText } from "./render/text.js";
export { type Panels, panelsOf } from "./server/panels.js";
export {
  startTomoStream,
  type TomoStream,
  type TomoStreamOptions,
  type TomoStreamStatus,
} from "./server/tomoStream.js";
export type { ReconResult } from "./worker/messages.js";
