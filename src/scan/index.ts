export { DEFAULT_TIMES, type ScanTimes } from "./options.js";
export { broadcastTheta, type ThetaRule, thetaAt, thetaIndex } from "./theta.js";
export {
  type ScanServer,
  type ScanServerOptions,
  type ScanServerStatus,
  startTomoScanStream,
} from "./tomoScanStream.js";
export { type CaptureTriggerOptions, startCaptureTrigger } from "./trigger/captureTrigger.js";
export type { TriggerImage } from "./trigger/measure/image.js";
export type { TriggerFunction } from "./trigger/measure/userFunction.js";
