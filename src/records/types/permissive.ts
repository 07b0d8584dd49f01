import { EventMask } from "../../channel/eventMask.js";
import { string, ushort } from "../fieldSpec.js";
import { defineRecordType } from "../recordType.js";

const last = { special: "nomod", interest: 3 } as const;

const fields = {
  LABL: string(20, { pp: true, interest: 1, prompt: "Button Label" }),
  VAL: ushort({ pp: true, asl: 0, prompt: "Status" }),
  OVAL: ushort({ ...last, prompt: "Old Status" }),
  WFLG: ushort({ pp: true, prompt: "Wait Flag" }),
  OFLG: ushort({ ...last, prompt: "Old Flag" }),
};

/** One client asks with WFLG, another permits with VAL. */
export const permissive = defineRecordType("permissive", fields, {
  limits: "none",
  process(record) {
    record.UDF = 0;
    return undefined;
  },
  complete(record, io) {
    io.timestamp();
    const mask = io.resetAlarms() | EventMask.VALUE | EventMask.LOG;
    const { OVAL, OFLG } = record;
    record.OVAL = record.VAL;
    record.OFLG = record.WFLG;
    if (OVAL !== record.VAL) io.post("VAL", mask);
    if (OFLG !== record.WFLG) io.post("WFLG", mask);
  },
});
