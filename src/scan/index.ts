export { DEFAULT_TIMES, type ScanTimes } from "./options.js";
export { broadcastTheta, type ThetaRule, thetaAt, thetaIndex } from "./theta.js";
export {
  type ScanServer,
  type ScanServerOptions,
  type ScanServerStatus,
  startTomoScanStream,
} from "./tomoScanStream.js";
