import { binaryFields, binaryStates, binaryTexts, illegalBinaryState } from "../binary.js";
import {
  binaryOutputFields,
  binaryOutputProperties,
  driveBinary,
  holdHigh,
  postReadback,
  startBinaryOutput,
  takeBinaryValue,
  takeConstant,
} from "../binaryOutput.js";
import { inLink, menu, outLink, string, ulong } from "../fieldSpec.js";
import { menuAlarmSevr, menuYesNo } from "../menus.js";
import { defineRecordType } from "../recordType.js";
import { postState } from "../statePosting.js";

const fields = {
  ...binaryFields,
  ...binaryOutputFields,
  ZNAM: string(26, { initial: "Done", pp: true, interest: 1, prompt: "Zero Name" }),
  ONAM: string(26, { initial: "Busy", pp: true, interest: 1, prompt: "One Name" }),
  OVAL: ulong({ special: "nomod", interest: 3, prompt: "prev Value" }),
  DOL: inLink({ interest: 1, prompt: "Desired Output Loc" }),
  SIOL: outLink({ interest: 1, prompt: "Sim Output Specifctn" }),
  SIML: inLink({ interest: 1, prompt: "Sim Mode Location" }),
  SIMM: menu(menuYesNo, { interest: 1, prompt: "Simulation Mode" }),
  SIMS: menu(menuAlarmSevr, { interest: 2, prompt: "Sim mode Alarm Svrty" }),
};

/**
 * A flag for something that takes time: a put-callback of 1 is complete when something else has put 0. The forward
 * link, and with it the completion, waits for 0.
 */
export const busy = defineRecordType("busy", fields, {
  device: { link: "OUT", value: "VAL", raw: "RVAL" },
  prepare: takeConstant,
  init: startBinaryOutput,
  process(record, io) {
    takeBinaryValue(record, io);
    record.OVAL = record.VAL;
    return driveBinary(record, io);
  },
  complete(record, io) {
    io.timestamp();
    holdHigh(record, io);
    postReadback(record, io, postState(record, io));
    return record.VAL === 0 || record.OVAL === 0;
  },
  states: binaryStates,
  stateTexts: binaryTexts,
  illegalState: illegalBinaryState,
  properties: binaryOutputProperties,
});
