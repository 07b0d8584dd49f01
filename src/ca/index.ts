// Channel Access by itself: client and server. EPICS's words for values, alarms and events come with it.
export { ALARM_SEVERITIES, ALARM_STATUSES } from "../channel/alarm.js";
export type { DbfType, TypedValue, Value } from "../channel/dbf.js";
export { EventMask } from "../channel/eventMask.js";
export type {
  AccessRights,
  Channel,
  ChannelProvider,
  ClientIdentity,
  MonitorEvent,
  Properties,
  Sample,
  WriteResult,
} from "../channel/provider.js";
export { SoftPv, SoftPvProvider } from "../channel/softPv.js";
export { toText } from "../channel/text.js";
export { fromEpics, type Timestamp, toPosixMilliseconds } from "../libcom/epicsTime.js";
export type { CaChannel, EventsOptions, MonitorOptions } from "./client/caChannel.js";
export { CaClient, type CaClientOptions, type ConnectOptions } from "./client/caClient.js";
export { CaError } from "./client/caError.js";
export type { ReadOptions, RequestOptions } from "./client/channelRequest.js";
export type { ReadAllOptions } from "./client/readGroup.js";
export type {
  CaReading,
  OneReadingOptions,
  PutValue,
  ReadArray,
  ReadingClass,
  ReadingOptions,
  ReadingValue,
} from "./client/reading.js";
export { CA_MINOR_VERSION } from "./codec/commands.js";
export { DBR_TYPES, type DbrClass, type DbrType, dbrTypeOf } from "./codec/dbrTypes.js";
export { Eca, ecaName, ecaText } from "./codec/eca.js";
export { CaRepeater } from "./net/repeater.js";
export { CaServer, type CaServerClient, type CaServerOptions } from "./server/caServer.js";
export { type WarmUpOptions, warmUpServer } from "./warmUp.js";
