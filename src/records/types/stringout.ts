import { Status } from "../../channel/alarm.js";
import { closedLoop, invalidAction, simulatedOutput } from "../fieldGroups.js";
import { menu, outLink, string } from "../fieldSpec.js";
import { menuYesNo } from "../menus.js";
import { driveOutput, isClosedLoop, useIvov } from "../output.js";
import { defineRecordType } from "../recordType.js";
import { menuStringPost, postString } from "../stringMonitor.js";

const menuPost = menuStringPost("stringoutPOST");

const fields = {
  VAL: string(40, { pp: true, asl: 0, prompt: "Current Value" }),
  OVAL: string(40, { special: "nomod", interest: 3, prompt: "Previous Value" }),
  OUT: outLink({ interest: 1, prompt: "Output Specification" }),
  MPST: menu(menuPost, { interest: 1, prompt: "Post Value Monitors" }),
  APST: menu(menuPost, { interest: 1, prompt: "Post Archive Monitors" }),
  ...closedLoop,
  ...simulatedOutput(menuYesNo),
  ...invalidAction(string(40, { interest: 2, prompt: "INVALID output value" })),
};

/** String output, up to 39 bytes. */
export const stringout = defineRecordType("stringout", fields, {
  limits: "none",
  device: { link: "OUT", value: "VAL" },
  prepare(record, io) {
    if (io.loadConstant("DOL", "VAL")) record.UDF = 0;
  },
  init(record) {
    record.OVAL = record.VAL;
  },
  process(record, io) {
    if (isClosedLoop(record)) {
      io.failed = !io.readLink("DOL", "VAL");
      if (!io.failed) record.UDF = 0;
    }
    // As EPICS Base has it, other values than 1 do not count here.
    if (record.UDF === 1) io.setSevr(Status.UDF, record.UDFS);
    io.timestamp();
    return driveOutput(record, io, useIvov);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    postString(record, io);
  },
});
