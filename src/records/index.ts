export * from "./deviceSupport.js";
export { RecordEngine, type RecordEngineOptions } from "./engine.js";
export * from "./fieldGroups.js";
export * from "./fieldSpec.js";
export type { RecordFunction } from "./functions.js";
export { INIT_HOOKS, type InitHook } from "./initHooks.js";
export type { ChannelClient, ClientChannel } from "./links/channelClient.js";
export { defineMenu, type Menu } from "./menu.js";
export * from "./menus.js";
export type * from "./pv.js";
export { createPvDirectory } from "./pvDirectory.js";
export {
  defineRecordType,
  type FieldProperties,
  type RecordBehaviour,
  type RecordIo,
  type RecordOf,
  type RecordType,
} from "./recordType.js";
export type { AccessSecurity, TrappedWrite, TrapWriteListener } from "./security/index.js";
