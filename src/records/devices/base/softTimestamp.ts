import { fromEpics } from "../../../libcom/epicsTime.js";
import { strftime } from "../../../libcom/strftime.js";
import type { DeviceSupport } from "../../deviceSupport.js";

const LONGEST = 39;

/**
 * `Soft Timestamp`: the record's time, in seconds (ai) or as text in the strftime format after `@`
 * (stringin); a text that does not fit is left out, as strftime does.
 */
export const softTimestamp: DeviceSupport = {
  dtyp: "Soft Timestamp",
  recordTypes: ["ai", "stringin"],
  attach: (record, format, context) => ({
    read() {
      const { seconds, nanoseconds } = context.timestamp();
      if (record.recordType === "ai") {
        record.setField("VAL", seconds + nanoseconds * 1e-9);
        record.setField("UDF", 0);
        return "noConvert";
      }
      const text = strftime(format, fromEpics({ seconds, nanoseconds }), nanoseconds);
      record.setField("VAL", Buffer.byteLength(text) <= LONGEST ? text : "");
      record.setField("UDF", 0);
      return "noConvert";
    },
  }),
};
