export type { PutBuilder, PvUpdate, RpcResult } from "./client/operations.js";
export { PvaError } from "./client/operations.js";
export {
  type PutOptions,
  PvaChannel,
  type PvaMonitorOptions,
  PvaTimeoutError,
  type RequestOptions,
} from "./client/pvaChannel.js";
export { PvaClient, type PvaClientOptions } from "./client/pvaClient.js";
export * from "./data/bitSet.js";
export { PvValueError } from "./data/coerce.js";
export * from "./data/types.js";
export {
  defaultValue,
  isPvStructure,
  type PvStructure,
  PvUnion,
  type PvValue,
  PvVariant,
} from "./data/values.js";
export type * from "./group/groupDefinition.js";
export { GroupDrafts } from "./group/groupDrafts.js";
export { GroupPvs } from "./group/groupPvs.js";
export * from "./nt/fields.js";
export * from "./nt/ntNdArray.js";
export { PvaServer, type PvaServerOptions } from "./server/pvaServer.js";
export {
  type PvPut,
  type RpcAnswer,
  SharedPV,
  type SharedPvOptions,
  SharedPvProvider,
} from "./server/sharedPv.js";
export type { Borrowed } from "./server/snapshot.js";
