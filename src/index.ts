export * from "./channel/alarm.js";
export * from "./channel/dbf.js";
export * from "./channel/eventMask.js";
export * from "./channel/provider.js";
export { SoftPv, SoftPvProvider } from "./channel/softPv.js";
export {
  type DriverContext,
  type DriverPort,
  defineDriver,
  type ParametersOf,
  type ParameterTable,
} from "./drivers/asyn/defineDriver.js";
export {
  choice,
  DriverParameter,
  float32Array,
  float64,
  float64Array,
  int8Array,
  int16Array,
  int32,
  int32Array,
  int64,
  int64Array,
  octet,
  uint32Digital,
} from "./drivers/asyn/driverParameter.js";
export type * from "./drivers/asyn/portDriver.js";
export {
  type AttributeFunction,
  type FunctionValue,
  registerAttributeFunction,
} from "./drivers/camera/attributeFunctions.js";
export { createIoc, Ioc, type IocOptions } from "./ioc/ioc.js";
export {
  argv,
  type Command,
  CommandError,
  defineCommand,
  double,
  int,
  path,
  recordName,
  string,
} from "./iocsh/index.js";
export { defineRecordType } from "./records/index.js";
export type { TriggerFunction, TriggerImage } from "./scan/index.js";
