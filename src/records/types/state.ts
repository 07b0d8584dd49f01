import { EventMask } from "../../channel/eventMask.js";
import { string } from "../fieldSpec.js";
import { defineRecordType } from "../recordType.js";

const fields = {
  VAL: string(20, { pp: true, asl: 0, prompt: "Value" }),
  OVAL: string(20, { special: "nomod", interest: 3, prompt: "Prev Value" }),
};

/** A short text that sequences show; EPICS Base keeps it for old databases only. */
export const state = defineRecordType("state", fields, {
  limits: "none",
  process(record) {
    record.UDF = 0;
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    const mask = io.resetAlarms() | EventMask.VALUE | EventMask.LOG;
    if (record.OVAL === record.VAL) return;
    io.post("VAL", mask);
    record.OVAL = record.VAL;
  },
});
