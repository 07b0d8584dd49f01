export type { AccessConfiguration } from "./accessConfiguration.js";
export { AccessPolicy } from "./accessPolicy.js";
export {
  accessDumpLines,
  accessHashLines,
  accessInputLines,
  accessMemberLines,
  accessRuleLines,
  hostGroupLines,
  userGroupLines,
} from "./accessReports.js";
export { AccessSecurity, type InputConnection } from "./accessSecurity.js";
export type { AcfProblem } from "./acfTokens.js";
export { expandAcf } from "./expandAcf.js";
export { parseAcf } from "./parseAcf.js";
export type { TrappedWrite, TrapWriteListener } from "./trapWrite.js";
