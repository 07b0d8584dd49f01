import { simulatedInput } from "../fieldGroups.js";
import { inLink, menu, string } from "../fieldSpec.js";
import { menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";
import { menuStringPost, postString } from "../stringMonitor.js";

const menuPost = menuStringPost("stringinPOST");

const fields = {
  VAL: string(40, { pp: true, asl: 0, prompt: "Current Value" }),
  OVAL: string(40, { special: "nomod", interest: 3, prompt: "Previous Value" }),
  INP: inLink({ interest: 1, prompt: "Input Specification" }),
  MPST: menu(menuPost, { interest: 1, prompt: "Post Value Monitors" }),
  APST: menu(menuPost, { interest: 1, prompt: "Post Archive Monitors" }),
  ...simulatedInput(menuYesNo),
  SVAL: string(40, { pp: true, prompt: "Simulation Value" }),
};

/** String input, up to 39 bytes. */
export const stringin = defineRecordType("stringin", fields, {
  limits: "none",
  device: { link: "INP", value: "VAL" },
  init(record) {
    record.OVAL = record.VAL;
  },
  process: (_record, io) => io.readDevice(),
  complete(record, io) {
    io.timestamp();
    postString(record, io);
  },
});
