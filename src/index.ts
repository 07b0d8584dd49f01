export * from "./channel/alarm.js";
export * from "./channel/dbf.js";
export * from "./channel/eventMask.js";
export * from "./channel/provider.js";
export { createIoc, Ioc, type IocOptions } from "./ioc/ioc.js";
