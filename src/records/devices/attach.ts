import { errorMessage } from "../../libcom/errorMessage.js";
import type { DbRecord } from "../dbRecord.js";
import type { DeviceContext, DeviceSupport } from "../deviceSupport.js";
import type { DeviceFields } from "../recordType.js";
import { builtInSupports } from "./softChannel.js";

/** Record types whose soft channel EPICS Base also has in an asynchronous kind. */
const ASYNC_SOFT_TYPES = new Set([
  "ai",
  "ao",
  "bi",
  "bo",
  "calcout",
  "int64in",
  "int64out",
  "longin",
  "longout",
  "lso",
  "mbbi",
  "mbbiDirect",
  "mbbo",
  "mbboDirect",
  "printf",
  "stringin",
  "stringout",
]);

/** The choices of DTYP that every engine has. */
export const deviceChoicesOf = (
  recordType: string,
  device: DeviceFields | undefined,
  ownDevice?: string,
): string[] =>
  ownDevice === undefined ? builtInSupports(device, ASYNC_SOFT_TYPES.has(recordType)) : [ownDevice];

/** Binds a record to the device support that its DTYP names; what goes wrong is kept in `deviceError`. */
export function attachDevice(
  instance: DbRecord,
  dtyp: string,
  supports: readonly DeviceSupport[],
  isRunning: () => boolean,
): void {
  const { type, record } = instance;
  const support = supports.findLast((each) => each.dtyp === dtyp && each.recordTypes.includes(type.name));
  const { device, ownDevice } = type.behaviour;
  if (support === undefined || (device === undefined && ownDevice !== dtyp)) {
    instance.deviceError = "no such device support";
    return;
  }
  const link = device === undefined ? undefined : instance.linkOf(device.link);
  const context: DeviceContext = {
    setAlarm: (status, severity, message) => void instance.setSevr(status, severity, message),
    setTime: (time) => {
      record.TIME = time;
    },
    timestamp: () => {
      instance.timestamp();
      return record.TIME;
    },
    post: (field, mask) => instance.post(field, mask),
    process: () => {
      if (isRunning()) instance.process();
    },
  };
  try {
    instance.device = support.attach(instance, link?.deviceParameters ?? link?.text ?? "", context);
  } catch (error) {
    instance.deviceError = errorMessage(error);
  }
}
