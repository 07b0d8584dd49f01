import { Severity, Status } from "../../channel/alarm.js";
import { EventMask } from "../../channel/eventMask.js";
import { fieldsNamed } from "../fieldGroups.js";
import { forwardLink, inLink, long, menu, short, ushort } from "../fieldSpec.js";
import { defineRecordType } from "../recordType.js";
import { GROUP_IDS, menuSelect, selectedGroups } from "../selection.js";

const LINKS = GROUP_IDS.map((id) => `LNK${id}` as const);

const fields = {
  VAL: long({ pp: true, asl: 0, prompt: "Used to trigger" }),
  SELM: menu(menuSelect("fanoutSELM"), { interest: 1, prompt: "Select Mechanism" }),
  SELN: ushort({ initial: "1", interest: 1, prompt: "Link Selection" }),
  SELL: inLink({ interest: 1, prompt: "Link Selection Loc" }),
  OFFS: short({ initial: "0", interest: 1, prompt: "Offset for Specified" }),
  SHFT: short({ initial: "-1", interest: 1, prompt: "Shift for Mask mode" }),
  ...fieldsNamed(LINKS, (_name, index) => forwardLink({ interest: 1, prompt: `Forward Link ${index}` })),
};

/** Processes up to sixteen records. */
export const fanout = defineRecordType("fanout", fields, {
  limits: "none",
  prepare(record, io) {
    io.loadConstant("SELL", "SELN");
    lastSelection.set(record, record.SELN);
  },
  process(record, io) {
    io.readLink("SELL", "SELN");
    const selected = selectedGroups(record);
    if (selected === undefined) io.setSevr(Status.SOFT, Severity.INVALID);
    LINKS.forEach((link, index) => {
      if (((selected ?? 0) >> index) & 1) io.forward(link);
    });
    return undefined;
  },
  complete(record, io) {
    record.UDF = 0;
    io.timestamp();
    const mask = io.resetAlarms();
    io.post("VAL", mask);
    if (lastSelection.get(record) === record.SELN) return;
    lastSelection.set(record, record.SELN);
    io.post("SELN", mask | EventMask.VALUE | EventMask.LOG);
  },
});

const lastSelection = new WeakMap<object, number>();
