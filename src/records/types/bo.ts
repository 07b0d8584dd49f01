import { binaryFields, binaryStates, binaryTexts, illegalBinaryState, stateNames } from "../binary.js";
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
import { simulatedOutput, withPrompts } from "../fieldGroups.js";
import { menuSimm } from "../menus.js";
import { defineRecordType } from "../recordType.js";
import { postState } from "../statePosting.js";

const fields = withPrompts(
  { ...binaryFields, ...stateNames, ...binaryOutputFields, ...simulatedOutput(menuSimm) },
  { IVOA: "INVALID outpt action" },
);

/** Binary output. */
export const bo = defineRecordType("bo", fields, {
  limits: "control",
  device: { link: "OUT", value: "VAL", raw: "RVAL", rawAs: "LONG" },
  prepare: takeConstant,
  init: startBinaryOutput,
  process(record, io) {
    takeBinaryValue(record, io);
    io.timestamp();
    return driveBinary(record, io);
  },
  complete(record, io) {
    if (io.resumed) io.timestamp();
    holdHigh(record, io);
    postReadback(record, io, postState(record, io));
  },
  states: binaryStates,
  stateTexts: binaryTexts,
  illegalState: illegalBinaryState,
  properties: binaryOutputProperties,
});
