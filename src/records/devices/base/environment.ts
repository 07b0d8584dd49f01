import { Status } from "../../../channel/alarm.js";
import type { DeviceSupport } from "../../deviceSupport.js";

/** `getenv`: the value of the environment variable after `@`. */
export const environment: DeviceSupport = {
  dtyp: "getenv",
  recordTypes: ["lsi", "stringin"],
  attach: (record, name, context) => ({
    read() {
      const value = process.env[name];
      record.setField("VAL", value ?? "");
      record.setField("UDF", value === undefined ? 1 : 0);
      // As EPICS Base counts it: without the NUL, unless there is nothing else.
      if (record.recordType === "lsi")
        record.setField("LEN", value === undefined ? 1 : Buffer.byteLength(value));
      if (value === undefined) context.setAlarm(Status.UDF, Number(record.getField("UDFS")), "No such ENV");
      return "noConvert";
    },
  }),
};
