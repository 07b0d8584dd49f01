import { EventMask } from "../../channel/eventMask.js";
import { simulatedInput, withPrompts } from "../fieldGroups.js";
import { inLink, noAccess, string } from "../fieldSpec.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";

const fields = withPrompts(
  {
    VAL: string(40, { asl: 0, special: "mod", prompt: "Event Name To Post" }),
    EPVT: noAccess({ special: "nomod", interest: 4, prompt: "Event private" }),
    INP: inLink({ interest: 1, prompt: "Input Specification" }),
    ...simulatedInput(menuYesNo),
    SVAL: string(40, { prompt: "Simulation Value" }),
  },
  { SIOL: "Sim Input Specifctn", SIML: "Sim Mode Location", SIMS: "Sim mode Alarm Svrty" },
);

/** Processes the records that scan on an event. */
export const event = defineRecordType("event", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL" },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    io.postEvent(record.VAL);
    io.timestamp();
    io.post("VAL", io.resetAlarms() | EventMask.VALUE);
  },
});
