export { loadConfiguration, saveConfigurationFile } from "./configuration.js";
export { OPTICS_OF_2BM, type OpticsCatalog, readCatalog } from "./optics/catalog.js";
export { type MctOpticsOptions, startMctOptics } from "./optics/mctOptics.js";
export { DEFAULT_TIMES, type ScanTimes } from "./options.js";
export { type ScanKind, scanKindOf } from "./scanKind.js";
export { broadcastTheta, type ThetaRule, thetaAt, thetaIndex } from "./theta.js";
export {
  type ScanServer,
  type ScanServerOptions,
  type ScanServerStatus,
  startTomoScan,
} from "./tomoScan.js";
export { type CaptureTriggerOptions, startCaptureTrigger } from "./trigger/captureTrigger.js";
export type { TriggerImage } from "./trigger/measure/image.js";
export type { TriggerFunction } from "./trigger/measure/userFunction.js";
